//! Orders and their payments.

pub mod line_recipe;
pub mod order;
pub mod series;
pub mod status;

pub use line_recipe::LineRecipe;
pub use order::Order;
pub use series::Series;
pub use status::Status;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How an order reaches its guest.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum OrderType {
    /// Eaten at a table.
    DineIn,
    /// Taken away by the guest.
    Takeaway,
    /// Delivered to the guest.
    Delivery,
}

impl OrderType {
    /// Every type.
    pub const ALL: [Self; 3] = [Self::DineIn, Self::Takeaway, Self::Delivery];

    /// The stored word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::DineIn => "dine_in",
            Self::Takeaway => "takeaway",
            Self::Delivery => "delivery",
        }
    }
}
