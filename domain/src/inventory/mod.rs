//! Inventory: stock items, recipes, the stock of each branch, and suppliers.

pub mod balance;
mod payment_terms;
pub mod recipe;
pub mod stock;
pub mod stock_item;
pub mod supplier;

pub use payment_terms::{PaymentTerms, PaymentTermsTooLong};
pub use recipe::Recipe;
pub use stock::Inventory;
pub use stock_item::StockItem;
pub use supplier::Supplier;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The unit that the quantities of a stock item count. It never changes, because past quantities
/// count in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BaseUnit {
    /// Weight.
    Gram,
    /// Volume.
    Millilitre,
    /// Pieces.
    Each,
}

/// Whether an order is accepted for which there is too little in stock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OnShortage {
    /// The order is refused.
    Refuse,
    /// The order is accepted; the stock goes below zero until goods come in.
    Allow,
}

macro_rules! words {
    ($type:ident { $($variant:ident = $word:literal,)+ }) => {
        impl $type {
            /// Every one.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The stored word.
            pub const fn word(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }
        }
    };
}

words! { BaseUnit { Gram = "gram", Millilitre = "millilitre", Each = "each", } }
words! { OnShortage { Refuse = "refuse", Allow = "allow", } }
