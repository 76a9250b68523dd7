//! Stock, recipes and the kardex.

mod codes;
pub(in crate::operations) mod model;
mod recipes;
pub(in crate::operations) mod refusal;
mod stock;
mod stock_items;

pub(in crate::operations) use codes::CODES;
use poem_openapi::OpenApi;

use super::Services;

/// Every operation of the context.
pub(super) fn operations(services: &Services) -> impl OpenApi + use<> {
    (
        stock_items::StockItems(services.clone()),
        recipes::Recipes(services.clone()),
        stock::StockOfBranches(services.clone()),
    )
}
