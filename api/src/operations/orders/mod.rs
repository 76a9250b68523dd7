//! Orders, their payments, and the kitchen.

mod codes;
mod kitchen;
mod lifecycle;
mod lines;
pub(in crate::operations) mod model;
mod new_order;
mod not_offered;
mod payments;
pub(in crate::operations) mod refusal;

pub(in crate::operations) use codes::CODES;
use poem_openapi::OpenApi;

use super::Services;

/// Every operation of the context.
pub(super) fn operations(services: &Services) -> impl OpenApi + use<> {
    (
        lifecycle::Orders(services.clone()),
        payments::Payments(services.clone()),
        kitchen::Kitchen(services.clone()),
    )
}
