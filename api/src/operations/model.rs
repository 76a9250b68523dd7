//! Bodies that several operations share.

use domain::shared::{Address, Money, MoneySum};
use domain::taxes::Inclusion;
use poem_openapi::Object;
use serde::Serialize;
use uuid::Uuid;

use super::currency::CurrencyBody;
use super::fields::Fields;
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

mirrored! {
    /// Whether prices include a tax.
    InclusionBody of Inclusion as "TaxInclusion" {
        /// Prices include it.
        Included,
        /// It is put on prices.
        Added,
    }
}

/// An amount of money.
#[derive(Debug, Clone, Object, Serialize)]
#[oai(rename = "Money")]
pub(super) struct MoneyBody {
    /// Minor units of the currency: 1250000 COP are 12 500,00 pesos.
    #[oai(validator(minimum(value = "-9007199254740991"), maximum(value = "9007199254740991")))]
    pub(super) amount: i64,
    /// Its currency.
    pub(super) currency: CurrencyBody,
}

/// Declares the body of an amount in requests, with the bounds that the domain has for it.
macro_rules! incoming {
    ($(#[$meta:meta])* $body:ident as $name:tt from $least:tt to $most:tt) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Object)]
        #[oai(rename = $name)]
        pub(super) struct $body {
            /// Minor units of the currency: 1250000 COP are 12 500,00 pesos.
            #[oai(validator(minimum(value = $least), maximum(value = $most)))]
            amount: i64,
            /// Its currency.
            currency: CurrencyBody,
        }

        impl $body {
            /// Reads the amount; mistakes go to `fields`, with pointers below `at`.
            pub(super) fn read(&self, fields: &mut Fields, at: &str) -> Option<Money> {
                fields.money(at, self.amount, self.currency.0)
            }
        }
    };
}

incoming! {
    /// What one piece of something costs.
    PriceBody as "Price" from "1" to "1000000000000"
}

incoming! {
    /// What something costs that is chosen with a product; zero if nothing.
    ExtraBody as "ModifierPrice" from "0" to "1000000000000"
}

incoming! {
    /// What something costs in a price list, which can be nothing.
    ListPriceBody as "ListPrice" from "0" to "1000000000000"
}

incoming! {
    /// What one piece of an option costs on top of its combo; zero if nothing.
    UpchargeBody as "Upcharge" from "0" to "1000000000000"
}

incoming! {
    /// What a guest pays or hands over.
    PaidBody as "PaidAmount" from "1" to "10000000000000"
}

incoming! {
    /// What goods that came in cost together.
    CostBody as "Cost" from "0" to "10000000000000"
}

/// A sum of amounts. It can be larger than the integers that every client reads exactly, so it is a text.
#[derive(Debug, Clone, Object, Serialize)]
#[oai(rename = "MoneySum")]
pub(super) struct MoneySumBody {
    /// Minor units of the currency as a decimal number: "1250000" COP are 12 500,00 pesos.
    #[oai(validator(pattern = "^-?[0-9]+$"))]
    amount: String,
    /// Its currency.
    currency: CurrencyBody,
}

impl From<MoneySum> for MoneySumBody {
    fn from(sum: MoneySum) -> Self {
        Self { amount: sum.amount().to_string(), currency: CurrencyBody(sum.currency()) }
    }
}

impl From<Money> for MoneyBody {
    fn from(money: Money) -> Self {
        Self { amount: money.amount(), currency: CurrencyBody(money.currency()) }
    }
}

/// The address of a business, as on its tickets.
#[derive(Debug, Object, Serialize)]
#[oai(rename = "Address")]
pub(super) struct AddressBody {
    /// Street and number.
    #[oai(validator(min_length = 1, max_length = 96))]
    street: String,
    /// The town.
    #[oai(validator(min_length = 1, max_length = 96))]
    city: String,
    /// The department, province or state.
    #[oai(validator(min_length = 1, max_length = 96))]
    region: Option<String>,
}

impl AddressBody {
    /// The address, or what is wrong with it under `at`.
    pub(super) fn read(&self, fields: &mut Fields, at: &str) -> Option<Address> {
        let street = fields.name(&format!("{at}/street"), &self.street);
        let city = fields.name(&format!("{at}/city"), &self.city);
        let region = self.region.as_ref();
        // A region that cannot be read is none here, and is among the mistakes.
        let region = region.and_then(|region| fields.name(&format!("{at}/region"), region));
        Some(Address { street: street?, city: city?, region })
    }
}

impl From<Address> for AddressBody {
    fn from(Address { street, city, region }: Address) -> Self {
        Self { street: street.into(), city: city.into(), region: region.map(Into::into) }
    }
}

/// A thing about which something was settled.
#[derive(Debug, Object, Serialize)]
pub(super) struct Settled {
    /// Its id.
    pub(super) id: Uuid,
    /// The position of the command in the log, for `after`.
    pub(super) position: PositionToken,
}

/// A thing as its command left it.
#[derive(Debug, Object, Serialize)]
pub(super) struct Revised {
    /// Its id.
    pub(super) id: Uuid,
    /// Its revision, as in `ETag`.
    pub(super) revision: u64,
    /// The position of the command in the log, for `after`.
    pub(super) position: PositionToken,
}
