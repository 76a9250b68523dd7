//! Who people are and what they may do: companies' people, branches, tills, roles, and ways in.

mod accounts;
mod branches;
mod codes;
mod company;
mod corrections;
mod devices;
mod email_change;
mod emails;
mod public_keys;
pub(in crate::operations) mod rbac;
pub(in crate::operations) mod refusal;
pub(in crate::operations) mod sign_in;
mod tax_regimes;
mod users;

pub(in crate::operations) use codes::CODES;
use poem_openapi::OpenApi;

use super::Services;

/// Every operation of the context.
pub(super) fn operations(services: &Services) -> impl OpenApi + use<> {
    (
        sign_in::operations(services),
        public_keys::PublicKeys(services.clone()),
        rbac::operations(services),
        (
            users::Users(services.clone()),
            accounts::AccountsOfPeople(services.clone()),
            corrections::Corrections(services.clone()),
            devices::Devices(services.clone()),
        ),
        (
            company::OwnCompany(services.clone()),
            branches::Branches(services.clone()),
            tax_regimes::TaxRegimes(services.clone()),
        ),
    )
}
