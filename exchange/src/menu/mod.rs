//! A menu by its names: what the tables say, and what a company has, in one form.
//!
//! Ids are not part of it. Things refer to each other by [`Key`], so that two spellings of one name are one thing.

mod key;
mod offer;
mod parts;
mod price_list;

use std::collections::BTreeMap;

use domain::shared::{Currency, Name};

pub use key::Key;
pub use offer::{OfferedGroup, OfferedModifier, Slot, SlotOption};
pub use parts::{Category, Group, Ingredient, Modifier, Product, Variant};
pub use price_list::{PriceList, Subject};

/// Things by their names.
pub type Things<T> = BTreeMap<Key, T>;

/// What is taken from stock, by ingredient. The order does not count.
pub type Portion = BTreeMap<Key, domain::shared::StockQuantity>;

/// What each variant of a product takes from stock. A variant that takes nothing is left out.
pub type Recipe = BTreeMap<Key, Portion>;

/// A menu.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Menu {
    /// The categories.
    pub categories: Things<Category>,
    /// What is kept in stock.
    pub ingredients: Things<Ingredient>,
    /// The modifier groups.
    pub groups: Things<Group>,
    /// The products.
    pub products: Things<Product>,
    /// The recipes, by product.
    pub recipes: Things<Recipe>,
    /// The price lists.
    pub price_lists: Things<PriceList>,
    /// What tables refer to and do not change.
    pub context: Context,
}

/// What tables refer to and do not change.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Context {
    /// Categories that were removed. Products that are in one stay there.
    pub removed_categories: Things<Name>,
    /// The branches of the company.
    pub branches: Things<Name>,
    /// The stations of each branch.
    pub stations: Things<Things<Name>>,
    /// The currency of prices that name none; none if the branches trade in several.
    pub currency: Option<Currency>,
}
