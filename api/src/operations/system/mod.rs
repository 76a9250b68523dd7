//! The state of the system.

mod consumers;
mod parked;

use poem_openapi::OpenApi;

use super::Services;

/// Every operation of the context.
pub(super) fn operations(services: &Services) -> impl OpenApi + use<> {
    (consumers::Consumers(services.clone()), parked::Parked(services.clone()))
}
