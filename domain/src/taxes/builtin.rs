//! The tax profiles that come with FastOps: data files with test vectors beside them.
//!
//! A change of law is a rule with a later date in the file, and vectors that show it. An accountant
//! has to confirm a profile before a company relies on it; what it is made of is in the file too.
//!
//! # Colombia
//!
//! `colombia.json` follows the Estatuto Tributario:
//!
//! - Impuesto nacional al consumo (INC), 8 % on everything that a restaurant or bar serves: articles
//!   512-1, 512-8 to 512-13. Menu prices include it (512-9).
//! - IVA 19 % instead where food is served under a franchise, and on goods that are sold as they
//!   were bought: articles 426, 468, 512-1. 5 %: articles 468-1 and 468-3. Exempt, which is a rate
//!   of zero: article 477. Excluded, which is no tax: article 424.
//! - Not responsible, of either tax: articles 512-13 and 437.
//!
//! The regime of a branch is what its RUT says: responsibility 33 (INC), 48 (IVA), 49 and 50 (not
//! responsible of IVA, of INC). Being taxed under the régimen simple (47) does not decide it: who is
//! under it has one of the others besides. The file begins in 2023, because rates and exemptions of
//! the years before were reduced for a time (Ley 2068 of 2020, Ley 2155 of 2021).

use std::sync::LazyLock;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Profile;

/// A country that FastOps has a profile for, by its ISO 3166 code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub enum Country {
    /// Colombia.
    #[serde(rename = "CO")]
    Colombia,
}

impl Country {
    /// Every country with a profile.
    pub const ALL: [Self; 1] = [Self::Colombia];

    /// Its ISO 3166 code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Colombia => "CO",
        }
    }

    /// Its profile.
    pub fn builtin(self) -> &'static Builtin {
        match self {
            Self::Colombia => colombia(),
        }
    }
}

/// A profile that comes with FastOps.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Builtin {
    /// The country.
    pub country: Country,
    /// Incremented with every change of the file.
    pub version: u32,
    /// What it rests on, and what an accountant has to confirm.
    pub sources: Vec<String>,
    /// The taxes.
    pub profile: Profile,
}

/// Colombia.
pub fn colombia() -> &'static Builtin {
    static COLOMBIA: LazyLock<Builtin> = LazyLock::new(|| {
        serde_json::from_str(include_str!("colombia.json")).expect("a test reads the file")
    });
    &COLOMBIA
}

#[cfg(test)]
mod tests;
