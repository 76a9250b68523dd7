//! Bodies that several operations share.

use domain::shared::Money;
use poem_openapi::Object;
use serde::Serialize;
use uuid::Uuid;

use crate::position::PositionToken;

/// Declares a word of the API for each variant of an enumeration of the domain.
macro_rules! mirrored {
    ($(#[$meta:meta])* $body:ident of $domain:ident as $name:literal {
        $($(#[$variant_meta:meta])* $variant:ident,)+
    }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, poem_openapi::Enum, serde::Serialize)]
        #[oai(rename = $name, rename_all = "snake_case")]
        #[serde(rename_all = "snake_case")]
        pub(super) enum $body {
            $($(#[$variant_meta])* $variant,)+
        }

        impl From<$domain> for $body {
            fn from(value: $domain) -> Self {
                match value { $($domain::$variant => Self::$variant,)+ }
            }
        }

        impl From<$body> for $domain {
            fn from(value: $body) -> Self {
                match value { $($body::$variant => Self::$variant,)+ }
            }
        }
    };
}

pub(super) use mirrored;

/// An amount of money.
#[derive(Debug, Clone, Object, Serialize)]
#[oai(rename = "Money")]
pub(super) struct MoneyBody {
    /// Minor units of the currency: 1250000 COP are 12 500,00 pesos.
    #[oai(validator(minimum(value = "-9007199254740991"), maximum(value = "9007199254740991")))]
    pub(super) amount: i64,
    /// ISO 4217.
    #[oai(validator(pattern = "^[A-Z]{3}$"))]
    pub(super) currency: String,
}

impl From<Money> for MoneyBody {
    fn from(money: Money) -> Self {
        Self { amount: money.amount(), currency: money.currency().code().to_owned() }
    }
}

/// A thing about which something was settled.
#[derive(Debug, Object, Serialize)]
pub(super) struct Settled {
    /// Its id.
    pub(super) id: Uuid,
    /// Where the command stands in the log, for `after`.
    pub(super) position: PositionToken,
}

/// A thing as its command left it.
#[derive(Debug, Object, Serialize)]
pub(super) struct Revised {
    /// Its id.
    pub(super) id: Uuid,
    /// Its revision, as in `ETag`.
    pub(super) revision: u64,
    /// Where the command stands in the log, for `after`.
    pub(super) position: PositionToken,
}
