//! Reports.

mod codes;
mod sales;

pub(in crate::operations) use codes::CODES;
use poem_openapi::OpenApi;

use super::Services;

/// Every operation of the context.
pub(super) fn operations(services: &Services) -> impl OpenApi + use<> {
    sales::Reports(services.clone())
}
