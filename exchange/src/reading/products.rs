//! Rows of products, their variants, texts and stations.

use domain::catalog::product::{Barcode, PREPARATION_MINUTES_MAX, Sku, Text, Texts};
use domain::shared::{Code, Description, LanguageTag, Money, Name, NameError};

use super::Reader;
use super::cells::Cells;
use crate::bad_cell::Reason;
use crate::menu::{Key, Product, Variant};
use crate::sheets::{CATEGORIES, PRODUCTS, VARIANTS};
use crate::writing::{parts, unescaped};

impl Reader<'_> {
    pub(super) fn product(&mut self, cells: &mut Cells<'_>) -> Option<()> {
        let name = cells.name("product")?;
        let key = Key::from(&name);
        self.once(cells, "product", &[&key])?;
        let current = self.current.products.get(&key);
        let category = cells.reference("category", |key| {
            self.menu.categories.contains_key(key)
                || self.named.has(&CATEGORIES, key)
                || current.is_some_and(|current| current.category == *key)
        });
        let before = current.map_or(0, |current| current.place);
        let place =
            cells.optional("place", before, |cells, column| cells.small(column, 0, u16::MAX));
        let before = current.and_then(|current| current.tax_class.clone());
        let tax_class = cells.kept("tax_class", before, |cells, column| {
            cells.sift(column, |text| Code::parse(text).map_err(|_| code(text)))
        });
        let before = current.and_then(|current| current.preparation_minutes);
        let minutes = cells.kept("preparation_minutes", before, |cells, column| {
            cells.small(column, 1, PREPARATION_MINUTES_MAX)
        });
        let category = category?;
        let current = current.cloned();
        let product = current.unwrap_or_else(|| Product::new(name.clone(), category.clone()));
        let product = Product {
            name,
            category,
            place: place?,
            tax_class: tax_class.ok()?,
            preparation_minutes: minutes.ok()?,
            ..product
        };
        self.menu.products.insert(key, product);
        Some(())
    }

    pub(super) fn variant(&mut self, cells: &mut Cells<'_>) -> Option<()> {
        let product = self.known_product(cells, "product");
        let name = cells.name("variant");
        let current = product.as_ref().and_then(|product| self.current.products.get(product));
        let currency = current.and_then(|it| it.variants.first()).map(|it| it.price.currency());
        let price = cells.price("price", currency.or(self.menu.context.currency));
        if price.is_some_and(Money::is_zero) {
            cells.refuse("price", Reason::PriceZero);
        }
        let before = name.as_ref().and_then(|name| current?.variant(&Key::from(name)));
        let multiplier = before.and_then(|before| before.recipe_multiplier);
        let multiplier = cells.kept("recipe_multiplier", multiplier, |cells, column| {
            cells.decimal(column, Reason::Multiplier)
        });
        let sku = cells.kept("sku", before.and_then(|it| it.sku.clone()), |cells, column| {
            cells.sift(column, |text| Sku::parse(text).map_err(|_| code(text)))
        });
        let barcode = before.and_then(|it| it.barcode.clone());
        let barcode = cells.kept("barcode", barcode, |cells, column| {
            cells.sift(column, |text| Barcode::parse(text).map_err(|_| code(text)))
        });

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
        product.variants.push(Variant {
            name,
            price,
            recipe_multiplier: multiplier.ok()?,
            sku: sku.ok()?,
            barcode: barcode.ok()?,
        });
        Some(())
    }

    pub(super) fn text(&mut self, cells: &mut Cells<'_>) -> Option<()> {
        let product = self.known_product(cells, "product");
        let language =
            cells.sift("language", |text| LanguageTag::parse(text).map_err(|_| code(text)));
        let description = cells.optional("description", None, |cells, column| {
            let description = cells.sift(column, |text| {
                let read = Description::parse(&unescaped(text));
                read.map_err(|_| Reason::Description(text.to_owned()))
            });
            description.map(Some)
        });
        let before = product.as_ref().zip(language.as_ref());
        let before = before.and_then(|(product, language)| {
            self.current.products.get(product)?.texts.get(language)
        });
        let before = before.map(|text| text.search_words.clone());
        let words = cells.kept("search_words", before, |cells, column| {
            let words = |text: &str| -> Result<Vec<Name>, NameError> {
                parts(text).iter().map(|part| Name::parse(part)).collect()
            };
            cells.sift(column, |text| words(text).map_err(Reason::Name))
        });

        let (product, language) = (product?, language?);
        self.once(cells, "language", &[&product, &Key::of_column(language.as_str())])?;
        let begins = self.begins(cells, &product);
        let texts = &mut self.menu.products.get_mut(&product)?.texts;
        let said = texts.iter().filter(|_| !begins);
        let said = said.map(|(language, text)| (language.clone(), text.clone()));
        let search_words = words.ok()?.unwrap_or_default();
        let text = Text { description: description?, search_words };
        *texts = said.chain([(language, text)]).collect::<Texts>();
        Some(())
    }

    pub(super) fn station(&mut self, cells: &mut Cells<'_>) -> Option<()> {
        let product = self.known_product(cells, "product");
        let context = &self.menu.context;
        let branch = cells.reference("branch", |key| context.branches.contains_key(key));
        let station = branch.as_ref().and_then(|branch| {
            let stations = context.stations.get(branch);
            cells.reference("station", |key| stations.is_some_and(|it| it.contains_key(key)))
        });
        let (product, branch, station) = (product?, branch?, station?);
        self.once(cells, "branch", &[&product, &branch])?;
        let begins = self.begins(cells, &product);
        let product = self.menu.products.get_mut(&product)?;
        if begins {
            product.stations.clear();
        }
        product.stations.insert(branch, station);
        Some(())
    }

    pub(super) fn known_product(&self, cells: &mut Cells<'_>, column: &'static str) -> Option<Key> {
        cells.reference(column, |key| {
            self.menu.products.contains_key(key) || self.named.has(&PRODUCTS, key)
        })
    }

    pub(super) fn known_variant(
        &self,
        cells: &mut Cells<'_>,
        column: &'static str,
        product: &Key,
    ) -> Option<Key> {
        cells.reference(column, |key| {
            let known = self.menu.products.get(product).and_then(|it| it.variant(key));
            known.is_some() || self.named.has_part(&VARIANTS, product, key)
        })
    }
}

fn code(text: &str) -> Reason {
    Reason::Code(text.to_owned())
}
