//! Other prices than those of the menu, from `price_lists.csv`, one price a line.

use domain::catalog::Channel;
use domain::catalog::price_list::{ClockTime, Conditions, Hours, Weekdays};
use domain::shared::{Money, Name};
use serde::Deserialize;

use super::{READ_BY_A_TEST, last_or_pushed, lines, pesos};

const FILE: &str = include_str!("price_lists.csv");

/// Prices that hold at some hours or on a channel.
#[derive(Debug)]
pub(in crate::demo) struct PriceList {
    pub(in crate::demo) name: Name,
    pub(in crate::demo) conditions: Conditions,
    pub(in crate::demo) prices: Vec<ListedVariant>,
}

/// What a variant costs by a list.
#[derive(Debug)]
pub(in crate::demo) struct ListedVariant {
    pub(in crate::demo) product: Name,
    pub(in crate::demo) variant: Name,
    pub(in crate::demo) price: Money,
}

#[derive(Deserialize)]
struct Line {
    list: Name,
    channel: Option<Channel>,
    /// Separated by spaces.
    weekdays: String,
    from: Option<ClockTime>,
    until: Option<ClockTime>,
    product: Name,
    variant: Name,
    /// In pesos.
    price: String,
}

/// The lists of the file.
pub(super) fn embedded() -> Vec<PriceList> {
    let mut lists = Vec::new();
    for line in lines::<Line>(FILE) {
        let list = last_or_pushed(
            &mut lists,
            |last: &PriceList| last.name == line.list,
            || PriceList {
                name: line.list.clone(),
                conditions: line.conditions(),
                prices: Vec::new(),
            },
        );
        let Line { product, variant, price, .. } = line;
        list.prices.push(ListedVariant { product, variant, price: pesos(&price) });
    }
    lists
}

impl Line {
    fn conditions(&self) -> Conditions {
        let weekday = |word: &str| serde_json::from_value(word.into()).expect(READ_BY_A_TEST);
        let hours = self.from.zip(self.until);
        Conditions {
            branch: None,
            channel: self.channel.clone(),
            // Without any day, the list holds on every one.
            weekdays: Weekdays::try_new(self.weekdays.split_whitespace().map(weekday)).ok(),
            hours: hours.map(|(from, until)| Hours::try_new(from, until).expect(READ_BY_A_TEST)),
        }
    }
}
