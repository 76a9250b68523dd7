//! The menu that a source sells from, gathered row by row.

use std::collections::HashMap;

use domain::catalog::product::VARIANTS_MAX;
use domain::shared::{Money, Name};

use super::bad_row::Reason;

/// Categories and products in the order in which the source names them first. Two spellings that
/// fold to one key are one thing, and the first spelling is kept.
#[derive(Debug, Default)]
pub(super) struct Menu {
    pub(super) categories: Vec<Name>,
    pub(super) products: Vec<PastProduct>,
    categories_by_key: HashMap<String, usize>,
    products_by_key: HashMap<String, usize>,
}

/// A product of the source.
#[derive(Debug)]
pub(super) struct PastProduct {
    pub(super) name: Name,
    /// The number of its category.
    pub(super) category: usize,
    pub(super) variants: Vec<PastVariant>,
    /// Its ingredients; none where the source does not name them.
    pub(super) ingredients: Vec<Name>,
    /// The line that names it first.
    pub(super) line: u64,
}

/// A variant of a product of the source.
#[derive(Debug)]
pub(super) struct PastVariant {
    pub(super) name: Name,
    /// What it cost at first.
    pub(super) price: Money,
    /// The line that names it first.
    pub(super) line: u64,
}

impl Menu {
    /// The number of a category.
    pub(super) fn category(&mut self, name: Name) -> usize {
        *self.categories_by_key.entry(name.fold_v1()).or_insert_with(|| {
            self.categories.push(name);
            self.categories.len() - 1
        })
    }

    /// The number of a product; the category counts only if the product is new.
    pub(super) fn product(&mut self, name: Name, category: usize, line: u64) -> usize {
        *self.products_by_key.entry(name.fold_v1()).or_insert_with(|| {
            let (variants, ingredients) = (Vec::new(), Vec::new());
            self.products.push(PastProduct { name, category, variants, ingredients, line });
            self.products.len() - 1
        })
    }
}

impl PastProduct {
    /// The number of a variant; the price counts only if the variant is new.
    pub(super) fn variant(&mut self, name: Name, price: Money, line: u64) -> Result<usize, Reason> {
        let key = name.fold_v1();
        let known = self.variants.iter().position(|variant| variant.name.fold_v1() == key);
        if let Some(number) = known {
            return Ok(number);
        }
        if self.variants.len() == VARIANTS_MAX {
            return Err(Reason::TooManyVariants);
        }
        self.variants.push(PastVariant { name, price, line });
        Ok(self.variants.len() - 1)
    }
}
