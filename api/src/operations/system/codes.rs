//! The codes that the rules about parked events answer with.

use crate::contract::Refusals;
use crate::problem::Code::{NotFound, StillParked};

/// By operation.
pub(in crate::operations) const CODES: &[Refusals] =
    &[("discardParkedEvent", &[NotFound]), ("replayParkedEvents", &[NotFound, StillParked])];
