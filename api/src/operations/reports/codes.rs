//! The codes that reports answer with.

use crate::contract::Refusals;
use crate::problem::Code::NotFound;

/// By operation.
pub(in crate::operations) const CODES: &[Refusals] = &[("reportSales", &[NotFound])];
