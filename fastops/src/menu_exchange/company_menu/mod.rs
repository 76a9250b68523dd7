//! The menu of a company by its names, as its read models have it.
//!
//! What was removed from the menu is left out, and so is what other things say of it: an import neither sees nor
//! changes that.

mod groups;
mod price_lists;
mod products;

use std::collections::BTreeMap;

use domain::shared::{
    BranchId, CategoryId, Currency, ModifierGroupId, ModifierId, ProductId, StationId, StockItemId,
    TenantId, VariantId,
};
use exchange::Menu;
use exchange::menu::{self, Category, Ingredient, Key};
use projections::catalog::{branches, categories, modifier_groups, products as rows, stations};
use projections::inventory::{recipes, stock_items};
use projections::{ReadDb, ReadError, TenantTx};

use super::ids::{Ids, Known};

/// How many rows are read at once.
const PAGE: u32 = 1_000;

/// A menu with the ids of its parts.
#[derive(Debug, Clone, Default)]
pub(super) struct CompanyMenu {
    pub(super) menu: Menu,
    pub(super) ids: Ids,
}

/// A menu as far as it is read, with the names of what later rows refer to.
#[derive(Debug, Default)]
struct Reading {
    menu: Menu,
    ids: Ids,
    branches: BTreeMap<BranchId, Key>,
    stations: BTreeMap<StationId, Key>,
    categories: BTreeMap<CategoryId, Key>,
    items: BTreeMap<StockItemId, Key>,
    groups: BTreeMap<ModifierGroupId, Key>,
    modifiers: BTreeMap<(ModifierGroupId, ModifierId), Key>,
    products: BTreeMap<ProductId, Key>,
    variants: BTreeMap<(ProductId, VariantId), Key>,
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
use all;

impl CompanyMenu {
    /// Everything in one state of the read models.
    pub(super) async fn read(read_db: &ReadDb, tenant: TenantId) -> Result<Self, ReadError> {
        let (mut tx, mut it) = (read_db.tenant(tenant).await?, Reading::default());
        it.read_branches(&mut tx).await?;
        it.add_removed_categories(all!(&mut tx, categories::list, false));
        it.add_categories(all!(&mut tx, categories::list, true));
        it.add_items(all!(&mut tx, stock_items::list));
        let filter = modifier_groups::Filter { is_active: true, name: None };
        it.add_groups(all!(&mut tx, modifier_groups::list, &filter));
        let filter = rows::Filter { category: None, is_active: true, combos: None, text: None };
        it.add_products(all!(&mut tx, rows::list, &filter));
        it.add_recipes(recipes::all(&mut tx).await?);
        it.read_price_lists(&mut tx).await?;
        tx.finish().await?;
        Ok(Self { menu: it.menu, ids: it.ids })
    }
}

impl Reading {
    async fn read_branches(&mut self, tx: &mut TenantTx) -> Result<(), ReadError> {
        let rows = all!(tx, branches::list);
        let open = || rows.iter().filter(|branch| branch.is_open);
        let mut currencies: Vec<Currency> = open().map(|branch| branch.details.currency).collect();
        currencies.sort_unstable();
        currencies.dedup();
        self.menu.context.currency = currencies.first().copied().filter(|_| currencies.len() == 1);
        for branch in rows {
            let (id, name) = (branch.id, branch.details.name);
            let key = Key::from(&name);
            self.ids.branches.insert(key.clone(), id);
            self.branches.insert(id, key.clone());
            for station in all!(tx, stations::list, id) {
                self.add_station(&key, station);
            }
            self.menu.context.branches.insert(key, name);
        }
        Ok(())
    }

    fn add_station(&mut self, branch: &Key, row: stations::Station) {
        if !row.is_open {
            return;
        }
        let key = Key::from(&row.added.name);
        self.ids.stations.insert((branch.clone(), key.clone()), row.id);
        self.stations.insert(row.id, key.clone());
        let stations = self.menu.context.stations.entry(branch.clone()).or_default();
        stations.insert(key, row.added.name);
    }

    /// Products stay in a category that was removed.
    fn add_removed_categories(&mut self, rows: Vec<categories::Category>) {
        for row in rows {
            let key = Key::from(&row.details.name);
            self.categories.insert(row.id, key.clone());
            self.menu.context.removed_categories.insert(key, row.details.name);
        }
    }

    fn add_categories(&mut self, rows: Vec<categories::Category>) {
        for categories::Category { id, details, revision, .. } in rows {
            let key = Key::from(&details.name);
            self.categories.insert(id, key.clone());
            self.ids.categories.insert(key.clone(), Known { id, revision: Some(revision) });
            let category = Category { name: details.name, place: details.place };
            self.menu.categories.insert(key, category);
        }
    }

    fn add_items(&mut self, rows: Vec<stock_items::StockItem>) {
        for stock_items::StockItem { id, details, revision } in rows {
            let key = Key::from(&details.name);
            self.items.insert(id, key.clone());
            self.ids.items.insert(key.clone(), Known { id, revision: Some(revision) });
            let ingredient = Ingredient {
                name: details.name,
                unit: details.unit,
                on_shortage: details.on_shortage,
                marks: details.marks,
            };
            self.menu.ingredients.insert(key, ingredient);
        }
    }

    /// What is taken from stock, by the names of the items.
    fn portion(&self, ingredients: &[domain::inventory::recipe::Ingredient]) -> menu::Portion {
        let named = ingredients.iter();
        named.filter_map(|it| Some((self.items.get(&it.item)?.clone(), it.quantity))).collect()
    }
}
