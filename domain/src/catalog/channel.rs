//! A sales channel: where an order comes from, besides how it reaches its guest.
//!
//! The channels of a company are kept by [`channels`](super::channels).

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

/// The kind of a channel. Each kind has a built-in channel of its name, which every company has.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum Kind {
    /// A guest at the counter.
    Counter,
    /// A guest at a table.
    Table,
    /// A call.
    Phone,
    /// The company's own site or app.
    Web,
    /// A platform that sells for many restaurants.
    Aggregator,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 5] =
        [Self::Counter, Self::Table, Self::Phone, Self::Web, Self::Aggregator];

    /// The word of the kind, which is the code of its built-in channel.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Table => "table",
            Self::Phone => "phone",
            Self::Web => "web",
            Self::Aggregator => "aggregator",
        }
    }

    /// The name of its built-in channel as long as the company gives it no other, in Spanish.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Counter => "Mostrador",
            Self::Table => "Mesa",
            Self::Phone => "Teléfono",
            Self::Web => "Página web",
            Self::Aggregator => "Plataforma de domicilios",
        }
    }
}

impl Channel {
    /// The built-in channel of a kind.
    pub fn built_in(kind: Kind) -> Self {
        Self(Code::parse(kind.word()).expect("the words of kinds are codes"))
    }

    /// The kind of which this is the built-in channel; none if it is a company's own.
    pub fn built_in_kind(&self) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.word() == self.as_str())
    }

    /// Whether this is the counter, which an order comes from that does not say otherwise.
    pub fn is_counter(&self) -> bool {
        self.as_str() == Kind::Counter.word()
    }

    /// Reads a channel's code.
    pub fn parse(text: &str) -> Result<Self, CodeError> {
        Code::parse(text).map(Self)
    }

    /// The code.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl From<Code> for Channel {
    fn from(code: Code) -> Self {
        Self(code)
    }
}

/// The counter: where an order comes from that does not say otherwise.
impl Default for Channel {
    fn default() -> Self {
        Self::built_in(Kind::Counter)
    }
}

impl fmt::Display for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
