//! Reports.

mod sales;

use poem_openapi::OpenApi;

use super::Services;

/// Every operation of the context.
pub(super) fn operations(services: &Services) -> impl OpenApi + use<> {
    sales::Reports(services.clone())
}
