//! Bodies that several operations share.

use domain::shared::Money;
use poem_openapi::Object;
use uuid::Uuid;

use crate::position::PositionToken;

/// An amount of money.
#[derive(Debug, Clone, Object)]
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

/// A thing as its command left it.
#[derive(Debug, Object)]
pub(super) struct Revised {
    /// Its id.
    pub(super) id: Uuid,
    /// Its revision, as in `ETag`.
    pub(super) revision: u64,
    /// Where the command stands in the log, for `after`.
    pub(super) position: PositionToken,
}
