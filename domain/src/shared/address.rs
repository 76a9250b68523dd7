//! The postal address of a company or branch.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Name;

/// A postal address, as printed on tickets. The log has no addresses of natural persons.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Address {
    /// Street and number.
    pub street: Name,
    /// The town.
    pub city: Name,
    /// The department, province or state.
    pub region: Option<Name>,
}
