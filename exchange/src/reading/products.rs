//! Rows of products and variants.

use domain::shared::Money;

use super::Reader;
use super::cells::Cells;
use crate::bad_cell::Reason;
use crate::menu::{Key, Product, Variant};
use crate::sheets::{CATEGORIES, PRODUCTS};

impl Reader<'_> {
    pub(super) fn product(&mut self, cells: &mut Cells<'_>) -> Option<()> {
        let name = cells.name("product")?;
        let key = Key::from(&name);
        self.once(cells, "product", &[&key])?;
        let category = cells.reference("category", |key| {
            self.menu.categories.contains_key(key) || self.named.has(&CATEGORIES, key)
        })?;
        let current = self.current.products.get(&key);
        let variants = current.map_or_else(Vec::new, |product| product.variants.clone());
        self.menu.products.insert(key, Product { name, category, variants });
        Some(())
    }

    pub(super) fn variant(&mut self, cells: &mut Cells<'_>) -> Option<()> {
        let Self { menu, named, current } = self;
        let product = cells.reference("product", |key| {
            menu.products.contains_key(key) || named.has(&PRODUCTS, key)
        });
        let name = cells.name("variant");
        let current = product.as_ref().and_then(|product| current.products.get(product));
        let currency = current.and_then(|it| it.variants.first()).map(|it| it.price.currency());
        let price = cells.price("price", currency.or(menu.context.currency));
        if price.is_some_and(Money::is_zero) {
            cells.refuse("price", Reason::PriceZero);
        }
        let (product, name) = (product?, name?);
        self.once(cells, "variant", &[&product, &Key::from(&name)])?;
        let begins = self.begins(cells, &product);
        let product = self.menu.products.get_mut(&product)?;
        if begins {
            product.variants.clear();
        }
        let price = price?;
        let first = product.variants.first().map(|first| first.price.currency());
        if first.is_some_and(|first| first != price.currency()) {
            cells.refuse("currency", Reason::MixedCurrencies);
        }
        product.variants.push(Variant { name, price });
        Some(())
    }
}
