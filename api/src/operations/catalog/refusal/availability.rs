//! Why the availability of something is not changed.

use commands::catalog::AvailabilityRefusal;
use domain::catalog::availability::Error;

use crate::operations::refusal::unknown;
use crate::problem::{Code, FieldError, Problem};

/// `at` is where the body says what is meant.
pub(in crate::operations) fn availability(refusal: &AvailabilityRefusal, at: &str) -> Problem {
    let unknown = |field: &str| unknown(&format!("{at}/{field}"));
    match refusal {
        AvailabilityRefusal::UnknownBranch => Problem::new(Code::NotFound),
        AvailabilityRefusal::UnknownProduct => unknown("product_id"),
        AvailabilityRefusal::UnknownVariant => unknown("variant_id"),
        AvailabilityRefusal::UnknownGroup => unknown("modifier_group_id"),
        AvailabilityRefusal::UnknownModifier => unknown("modifier_id"),
        AvailabilityRefusal::Availability(Error::NotInFuture { .. }) => {
            let words = ("debe estar en el futuro", "must be in the future");
            Problem::validation(vec![FieldError::new("/until", "minimum", words)])
        }
    }
}
