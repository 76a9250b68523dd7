//! Stock, recipes, the kardex and suppliers.

mod codes;
pub(in crate::operations) mod model;
mod recipes;
pub(in crate::operations) mod refusal;
mod stock;
mod stock_items;
mod suppliers;

pub(in crate::operations) use codes::CODES;
use poem_openapi::OpenApi;

use super::Services;

/// Every operation of the context.
pub(super) fn operations(services: &Services) -> impl OpenApi + use<> {
    (
        suppliers::Suppliers(services.clone()),
        stock_items::StockItems(services.clone()),
        recipes::Recipes(services.clone()),
        stock::StockOfBranches(services.clone()),
    )
}
