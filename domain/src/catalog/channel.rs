//! A sales channel: where an order comes from, besides how it reaches its guest.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::shared::{Code, CodeError};

/// A channel by its code, such as `counter` or `web`.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(transparent)]
#[schemars(inline)]
pub struct Channel(Code);

impl Channel {
    /// Reads a channel's code.
    pub fn parse(text: &str) -> Result<Self, CodeError> {
        Code::parse(text).map(Self)
    }

    /// The code.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl fmt::Display for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
