//! The codes that the rules about parked events answer with.

use crate::contract::Refusals;
use crate::problem::Code::{InvalidCursor, NotFound, StillParked};

/// By operation.
pub(in crate::operations) const CODES: &[Refusals] = &[
    ("discardParkedEvent", &[NotFound, InvalidCursor]),
    ("replayParkedEvents", &[NotFound, StillParked]),
];
