//! The menu of a company by its names, as its read models have it.

use std::collections::BTreeMap;

use domain::inventory::recipe::Portion;
use domain::shared::{CategoryId, Currency, ProductId, StockItemId, TenantId};
use exchange::Menu;
use exchange::menu::{self, Category, Context, Ingredient, Key, Product, Variant};
use projections::catalog::{branches, categories, products};
use projections::inventory::{recipes, stock_items};
use projections::{ReadDb, ReadError};

use super::ids::{Ids, Known};

/// How many rows are read at once.
const PAGE: u32 = 1_000;

/// A menu with the ids of its parts.
#[derive(Debug, Clone, Default)]
pub(super) struct CompanyMenu {
    pub(super) menu: Menu,
    pub(super) ids: Ids,
}

/// Reads every page of a list.
macro_rules! all {
    ($tx:expr, $list:path $(, $argument:expr)*) => {{
        let (mut rows, mut after) = (Vec::new(), None);
        loop {
            let page = $list($tx, $($argument,)* after.as_ref(), PAGE).await?;
            rows.extend(page.rows);
            after = page.next;
            if after.is_none() {
                break rows;
            }
        }
    }};
}

impl CompanyMenu {
    /// Everything in one state of the read models.
    pub(super) async fn read(read_db: &ReadDb, tenant: TenantId) -> Result<Self, ReadError> {
        let mut tx = read_db.tenant(tenant).await?;
        let mut it = Self::default();
        it.add_branches(all!(&mut tx, branches::list));
        let categories = it.add_categories(all!(&mut tx, categories::list));
        let items = it.add_items(all!(&mut tx, stock_items::list));
        let products = it.add_products(all!(&mut tx, products::list, None), &categories);
        it.add_recipes(recipes::all(&mut tx).await?, &products, &items);
        tx.finish().await?;
        Ok(it)
    }

    fn add_branches(&mut self, rows: Vec<branches::Branch>) {
        let open = || rows.iter().filter(|branch| branch.is_open);
        let mut currencies: Vec<Currency> = open().map(|branch| branch.details.currency).collect();
        currencies.sort_unstable();
        currencies.dedup();
        let currency = currencies.first().copied().filter(|_| currencies.len() == 1);
        let branches = rows.into_iter().map(|branch| {
            let key = Key::from(&branch.details.name);
            self.ids.branches.insert(key.clone(), branch.id);
            (key, branch.details.name)
        });
        let branches = branches.collect();
        self.menu.context = Context { branches, currency };
    }

    fn add_categories(&mut self, rows: Vec<categories::Category>) -> BTreeMap<CategoryId, Key> {
        let mut keys = BTreeMap::new();
        for categories::Category { id, details, revision } in rows {
            let key = Key::from(&details.name);
            keys.insert(id, key.clone());
            self.ids.categories.insert(key.clone(), Known { id, revision: Some(revision) });
            let category = Category { name: details.name, place: details.place };
            self.menu.categories.insert(key, category);
        }
        keys
    }

    fn add_items(&mut self, rows: Vec<stock_items::StockItem>) -> BTreeMap<StockItemId, Key> {
        let mut keys = BTreeMap::new();
        for stock_items::StockItem { id, details, revision } in rows {
            let key = Key::from(&details.name);
            keys.insert(id, key.clone());
            self.ids.items.insert(key.clone(), Known { id, revision: Some(revision) });
            let (name, unit, on_shortage) = (details.name, details.unit, details.on_shortage);
            self.menu.ingredients.insert(key, Ingredient { name, unit, on_shortage });
        }
        keys
    }

    fn add_products(
        &mut self,
        rows: Vec<products::Product>,
        categories: &BTreeMap<CategoryId, Key>,
    ) -> BTreeMap<ProductId, Key> {
        let mut keys = BTreeMap::new();
        for products::Product { id, details, revision } in rows {
            let Some(category) = categories.get(&details.category).cloned() else { continue };
            let key = Key::from(&details.name);
            keys.insert(id, key.clone());
            self.ids.products.insert(key.clone(), Known { id, revision: Some(revision) });
            let variants = details.variants.into_iter().map(|variant| {
                let of_product = (key.clone(), Key::from(&variant.name));
                self.ids.variants.insert(of_product, variant.id);
                Variant { name: variant.name, price: variant.price }
            });
            let variants = variants.collect();
            let product = Product { name: details.name, category, variants };
            self.menu.products.insert(key, product);
        }
        keys
    }

    fn add_recipes(
        &mut self,
        rows: Vec<(ProductId, recipes::Recipe)>,
        products: &BTreeMap<ProductId, Key>,
        items: &BTreeMap<StockItemId, Key>,
    ) {
        for (id, recipe) in rows {
            let Some(key) = products.get(&id) else { continue };
            let product = &self.menu.products[key];
            let variants = product.variants.iter().map(|variant| Key::from(&variant.name));
            let portion = |variant: &Key| {
                let id = self.ids.variants.get(&(key.clone(), variant.clone()))?;
                let portion = recipe.portions.iter().find(|portion| portion.variant == *id)?;
                Some(by_names(portion, items))
            };
            let portions = variants.filter_map(|key| Some((key.clone(), portion(&key)?)));
            let portions: menu::Recipe = portions.collect();
            self.ids.recipes.insert(key.clone(), recipe.revision);
            if !portions.is_empty() {
                self.menu.recipes.insert(key.clone(), portions);
            }
        }
    }
}

fn by_names(portion: &Portion, items: &BTreeMap<StockItemId, Key>) -> menu::Portion {
    let ingredients = portion.ingredients.iter();
    ingredients.filter_map(|it| Some((items.get(&it.item)?.clone(), it.quantity))).collect()
}
