//! Where a place of business is.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Name;

/// The address of a company or branch, as on its tickets. Of people there is none in the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Address {
    /// Street and number.
    pub street: Name,
    /// The town.
    pub city: Name,
    /// The department, province or state.
    pub region: Option<Name>,
}
