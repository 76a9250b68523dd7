//! What is kept in stock: the things themselves, recipes, and how much each branch has.

pub mod balance;
pub mod recipe;
pub mod stock;
pub mod stock_item;

pub use recipe::Recipe;
pub use stock::Inventory;
pub use stock_item::StockItem;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What the quantities of a stock item count; it never changes, since past quantities count in it.
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

/// Whether an order is taken for which there is not enough in stock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OnShortage {
    /// The order is refused.
    Refuse,
    /// The order is taken; the stock goes below nothing until goods come in.
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
