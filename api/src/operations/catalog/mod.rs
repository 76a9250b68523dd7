//! Categories, products and modifier groups, price lists, channels and tax profiles, stations, and what
//! branches sell at the moment.

mod availability;
mod categories;
mod channels;
mod codes;
mod images;
mod menu;
mod modifier_groups;
mod price_list_model;
mod price_lists;
mod products;
pub(in crate::operations) mod refusal;
mod stations;
mod tax_model;
mod tax_profiles;

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
        price_lists::PriceLists(services.clone()),
        channels::Channels(services.clone()),
        tax_profiles::TaxProfiles(services.clone()),
        products::Shelving(services.clone()),
        images::Images(services.clone()),
        menu::Menus(services.clone()),
    )
}
