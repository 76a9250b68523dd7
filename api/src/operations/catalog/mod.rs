//! Categories, products and modifier groups, stations, and what branches sell at the moment.

mod availability;
mod categories;
mod codes;
mod modifier_groups;
mod products;
pub(in crate::operations) mod refusal;
mod stations;

pub(in crate::operations) use codes::CODES;
use poem_openapi::OpenApi;
pub(in crate::operations) use products::diet::DeclaredBody;

use super::Services;

/// Every operation of the context.
pub(super) fn operations(services: &Services) -> impl OpenApi + use<> {
    (
        categories::Categories(services.clone()),
        products::Products(services.clone()),
        modifier_groups::ModifierGroups(services.clone()),
        stations::Stations(services.clone()),
        availability::Availabilities(services.clone()),
        products::Shelving(services.clone()),
    )
}
