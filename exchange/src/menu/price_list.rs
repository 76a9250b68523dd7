//! Price lists by names.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use domain::catalog::Channel;
use domain::catalog::price_list::{ClockTime, Weekdays};
use domain::shared::{Money, Name};

use super::Key;

/// A price list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceList {
    /// Its name.
    pub name: Name,
    /// The branch that it is limited to.
    pub branch: Option<Key>,
    /// The channel that it is limited to.
    pub channel: Option<Channel>,
    /// The days that it is limited to.
    pub weekdays: Option<Weekdays>,
    /// The hours that it is limited to: from, and until before.
    pub hours: Option<(ClockTime, ClockTime)>,
    /// The first business date on which it holds.
    pub valid_from: NaiveDate,
    /// Whether it is published.
    pub is_published: bool,
    /// Its prices.
    pub prices: BTreeMap<Subject, Money>,
}

/// What a list gives a price to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// A variant of a product.
    Variant {
        /// The product.
        product: Key,
        /// The variant.
        variant: Key,
    },
    /// A modifier, wherever it is chosen.
    Modifier {
        /// The group.
        group: Key,
        /// The modifier.
        modifier: Key,
    },
}
