//! Categories and products.

mod categories;
mod codes;
mod images;
mod products;
pub(in crate::operations) mod refusal;

pub(in crate::operations) use codes::CODES;
use poem_openapi::OpenApi;
pub(in crate::operations) use products::diet::DeclaredBody;

use super::Services;

/// Every operation of the context.
pub(super) fn operations(services: &Services) -> impl OpenApi + use<> {
    (
        categories::Categories(services.clone()),
        products::Products(services.clone()),
        products::Shelving(services.clone()),
        images::Images(services.clone()),
    )
}
