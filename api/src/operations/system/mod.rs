//! The state of the system.

mod codes;
mod consumers;
mod parked;

pub(in crate::operations) use codes::CODES;
use poem_openapi::OpenApi;

use super::Services;

/// Every operation of the context.
pub(super) fn operations(services: &Services) -> impl OpenApi + use<> {
    (consumers::Consumers(services.clone()), parked::Parked(services.clone()))
}
