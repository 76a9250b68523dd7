//! Taxes as data: which taxes a product bears, by its class, the regime of its branch and the date.
//!
//! No rate is in the code. [`profile`] is the data and its rules; [`builtin`] has the profiles that
//! come with FastOps; [`applicable`](fn@applicable) finds the taxes of a line in them. What they cost is computed in [`pricing`](crate::pricing).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::shared::{Code, Rate};

mod applicable;
pub mod builtin;
pub mod profile;

pub use applicable::{Undetermined, applicable};
pub use profile::{Profile, ProfileError, Rule};

/// One tax of a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Tax {
    /// Its code, by which amounts are reported.
    pub code: Code,
    /// Its rate. A rate of zero is a tax with a base, unlike no tax.
    pub rate: Rate,
    /// Whether prices include it.
    pub inclusion: Inclusion,
}

/// Whether a price includes a tax.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Inclusion {
    /// The price includes it.
    Included,
    /// It is put on the price.
    Added,
}

/// The taxes of a line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Taxes {
    /// In the order of the profile, each code once; none if the line is excluded.
    pub taxes: Vec<Tax>,
    /// Whether what is given away keeps its tax base.
    pub comp_keeps_base: bool,
}
