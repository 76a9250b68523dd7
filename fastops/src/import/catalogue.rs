//! The company's menu brought in line with that of a source: what is missing is added, and a price is
//! revised right before the first order that needs it.

use std::collections::BTreeMap;
use std::sync::Arc;

use commands::CommandError;
use commands::catalog::{
    AddCategory, AddProduct, Changes, ProductRequest, ReviseProduct, VariantRequest,
};
use commands::orders::WantedLine;
use domain::catalog::Product;
use domain::catalog::product::{Details, State, VARIANTS_MAX};
use domain::claim::Named;
use domain::shared::{CategoryId, Money, Name, ProductId, VariantId};
use event_store::Revision;

use super::bad_row::{BadRows, FileLine, Reason};
use super::error::Error;
use super::found::{Found, add_command, find};
use super::history::{History, PastLine, PastOrder};
use super::importing::Importing;
use super::menu::{Menu, PastProduct};

/// How often a product is reread while another process changes it.
const ATTEMPTS_MAX: u32 = 5;

/// The source's products as the company has them.
#[derive(Debug)]
pub(super) struct Catalogue<'a> {
    importing: &'a Importing,
    menu: &'a Menu,
    products: Vec<OnSale>,
}

/// A product, and for each variant of the source what it is now.
#[derive(Debug)]
struct OnSale {
    id: ProductId,
    /// Nothing where the company does not sell the variant yet.
    variants: Vec<Option<(VariantId, Money)>>,
}

impl<'a> Catalogue<'a> {
    /// Adds the categories and products that the company does not have. Those that it has, under the
    /// same name or from an earlier run, are left as they are.
    pub(super) async fn prepare(importing: &'a Importing, menu: &'a Menu) -> Result<Self, Error> {
        let names: Vec<&Name> = menu.categories.iter().collect();
        let categories = find(importing, Named::Category, &names).await?;
        for (place, (category, name)) in categories.iter().zip(&names).enumerate() {
            if let Found::Missing(id) = category {
                add_category(importing, CategoryId::from_uuid(*id), name, place).await?;
            }
        }
        let names: Vec<&Name> = menu.products.iter().map(|product| &product.name).collect();
        let products = find(importing, Named::Product, &names).await?;
        for (found, product) in products.iter().zip(&menu.products) {
            if let Found::Missing(id) = found
                && !product.variants.is_empty()
            {
                let category = CategoryId::from_uuid(categories[product.category].id());
                add_product(importing, ProductId::from_uuid(*id), category, product).await?;
            }
        }
        let ids: Vec<ProductId> =
            products.iter().map(|found| ProductId::from_uuid(found.id())).collect();
        let states = importing.states::<Product>(&ids).await?;
        let on_sale = |((id, product), (state, _)): ((ProductId, _), (State, Revision))| {
            OnSale::of(importing, id, product, state.in_menu())
        };
        let products = ids.into_iter().zip(&menu.products).zip(states).map(on_sale).collect();
        Ok(Self { importing, menu, products })
    }

    /// A product by its number in the menu, with the variants that the company sells by theirs.
    pub(super) fn on_sale(
        &self,
        product: usize,
    ) -> (ProductId, impl Iterator<Item = Option<VariantId>>) {
        let OnSale { id, variants } = &self.products[product];
        (*id, variants.iter().map(|variant| variant.map(|(id, _)| id)))
    }

    /// The lines of an order as the company names them, once the menu has its prices.
    pub(super) async fn lines(&mut self, order: &PastOrder) -> Result<Vec<WantedLine>, Error> {
        let mut revisions: BTreeMap<usize, Vec<(usize, Money)>> = BTreeMap::new();
        for line in &order.lines {
            let now = self.products[line.product].variants[line.variant];
            if now.is_none_or(|(_, price)| price != line.unit_price) {
                let prices = revisions.entry(line.product).or_default();
                prices.push((line.variant, line.unit_price));
            }
        }
        for (product, prices) in revisions {
            self.revise(product, &prices, order).await?;
        }
        let wanted = |line: &PastLine| {
            let product = &self.products[line.product];
            let (variant, _) = product.variants[line.variant]?;
            Some(WantedLine::plain(product.id, variant, line.quantity))
        };
        let lines: Option<Vec<_>> = order.lines.iter().map(wanted).collect();
        lines.ok_or_else(|| Error::Refused {
            what: order.reference.clone(),
            reason: "a variant disappeared from the menu".to_owned(),
        })
    }

    /// Gives variants of a product other prices, on the newest state of the product.
    async fn revise(
        &mut self,
        number: usize,
        prices: &[(usize, Money)],
        order: &PastOrder,
    ) -> Result<(), Error> {
        let (importing, past) = (self.importing, &self.menu.products[number]);
        let id = self.products[number].id;
        for _ in 0..ATTEMPTS_MAX {
            let (details, revision) = self.look(number).await?;
            let Some(variants) = self.products[number].revised(importing, past, &details, prices)
            else {
                return Ok(());
            };
            let Details { name, category, .. } = details;
            let (name, category, variants) = (Some(name), Some(category), Some(variants));
            let changes = Changes { name, category, variants, ..Changes::default() };
            let revise = ReviseProduct { product: id, seen: Some(revision), changes };
            let command = importing.source.command("price", &[&order.reference, &id, &revision]);
            match importing.execute(command, Some(order.occurred_at), revise).await {
                Ok(_) => {
                    self.look(number).await?;
                    return Ok(());
                }
                Err(CommandError::Stale { .. }) => {}
                Err(error) => return Err(Error::of_command(past.name.to_string(), error)),
            }
        }
        Err(commands::World::Busy.into())
    }

    /// Rereads a product.
    async fn look(&mut self, number: usize) -> Result<(Details, Revision), Error> {
        let past = &self.menu.products[number];
        let id = self.products[number].id;
        let states = self.importing.states::<Product>([&id]).await?;
        let product = states.first().and_then(|(state, at)| Some((state.in_menu()?.clone(), *at)));
        let (details, revision) = product.ok_or_else(|| Error::Refused {
            what: past.name.to_string(),
            reason: "it is not in the menu".to_owned(),
        })?;
        self.products[number] = OnSale::of(self.importing, id, past, Some(&details));
        Ok((details, revision))
    }
}

impl OnSale {
    /// A variant is known by the id that an earlier run gave it, or by its name.
    fn of(
        importing: &Importing,
        id: ProductId,
        past: &PastProduct,
        details: Option<&Details>,
    ) -> Self {
        let variants = details.map_or(&[][..], |details| &details.variants);
        let now = |name: &Name| {
            let derived_id = variant_id(importing, id, name);
            let by_id = variants.iter().find(|variant| variant.id == derived_id);
            let key = name.fold_v1();
            let by_name = || variants.iter().find(|variant| variant.name.fold_v1() == key);
            by_id.or_else(by_name).map(|variant| (variant.id, variant.price))
        };
        Self { id, variants: past.variants.iter().map(|variant| now(&variant.name)).collect() }
    }

    /// All variants of the product as they should be; nothing if they are like that already.
    fn revised(
        &self,
        importing: &Importing,
        past: &PastProduct,
        details: &Details,
        prices: &[(usize, Money)],
    ) -> Option<Vec<VariantRequest>> {
        let mut variants = ProductRequest::from(details.clone()).variants;
        let mut changed = false;
        for (number, price) in prices {
            let Some((id, _)) = self.variants[*number] else {
                let name = past.variants[*number].name.clone();
                variants.push(added(importing, self.id, name, *price));
                changed = true;
                continue;
            };
            for variant in variants.iter_mut().filter(|variant| variant.id == Some(id)) {
                changed |= variant.price != *price;
                variant.price = *price;
            }
        }
        changed.then_some(variants)
    }
}

/// Notes the products that would have too many variants, together with those that the company has.
pub(super) async fn check(
    importing: &Importing,
    history: &History,
    bad: &mut BadRows,
) -> Result<(), Error> {
    let Some(FileLine { file, .. }) = history.orders.first().map(|order| &order.place) else {
        return Ok(());
    };
    let products = &history.menu.products;
    let names: Vec<&Name> = products.iter().map(|product| &product.name).collect();
    let found = find(importing, Named::Product, &names).await?;
    let ids: Vec<ProductId> = found.iter().map(|found| ProductId::from_uuid(found.id())).collect();
    let states = importing.states::<Product>(&ids).await?;
    for ((id, past), (state, _)) in ids.into_iter().zip(products).zip(states) {
        let Some(details) = state.in_menu() else { continue };
        let on_sale = OnSale::of(importing, id, past, Some(details));
        let missing = past.variants.iter().zip(&on_sale.variants).filter(|(_, now)| now.is_none());
        let room = VARIANTS_MAX.saturating_sub(details.variants.len());
        if let Some((first, _)) = missing.into_iter().nth(room) {
            let place = FileLine { file: Arc::clone(file), line: first.line };
            bad.add(place, Reason::TooManyVariants);
        }
    }
    Ok(())
}

async fn add_category(
    importing: &Importing,
    category: CategoryId,
    name: &Name,
    place: usize,
) -> Result<(), Error> {
    let place = u16::try_from(place + 1).unwrap_or(u16::MAX);
    let add = AddCategory { category, name: name.clone(), place };
    let command = add_command(importing, Named::Category, name);
    let added = importing.execute(command, None, add).await;
    added.map_err(|error| Error::of_command(name.to_string(), error))?;
    Ok(())
}

async fn add_product(
    importing: &Importing,
    product: ProductId,
    category: CategoryId,
    past: &PastProduct,
) -> Result<(), Error> {
    let variants =
        past.variants.iter().map(|v| added(importing, product, v.name.clone(), v.price)).collect();
    let name = past.name.clone();
    let add = AddProduct { product, request: ProductRequest::new(name, category, variants) };
    let command = add_command(importing, Named::Product, &past.name);
    let added = importing.execute(command, None, add).await;
    added.map_err(|error| Error::of_command(past.name.to_string(), error))?;
    Ok(())
}

fn added(importing: &Importing, product: ProductId, name: Name, price: Money) -> VariantRequest {
    VariantRequest::new(None, variant_id(importing, product, &name), name, price)
}

/// The id of a variant that an import adds.
pub(super) fn variant_id(importing: &Importing, product: ProductId, name: &Name) -> VariantId {
    VariantId::from_uuid(importing.source.id("variant", &[&product, &name.fold_v1()]))
}
