//! Which price list a price comes from (MONEY 4).

use std::cmp::Reverse;

use chrono::NaiveDate;

use super::{List, Moment, Subject};
use crate::shared::{Money, PriceListId};

/// How specific a list is. The greater one wins: the fields are compared in their order, so a list
/// with hours precedes one without, whatever else they are limited to, and of two lists that are
/// limited to the same kinds of things the one that is valid from a later date precedes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(clippy::struct_excessive_bools, reason = "they are compared one after another")]
pub struct Precedence {
    /// Whether it is limited to hours.
    pub has_hours: bool,
    /// Whether it is limited to days of the week.
    pub has_weekdays: bool,
    /// Whether it is limited to a branch.
    pub has_branch: bool,
    /// Whether it is limited to a channel.
    pub has_channel: bool,
    /// The first business date on which it holds.
    pub valid_from: NaiveDate,
}

impl Precedence {
    /// The precedence of a list.
    pub const fn of(list: &List) -> Self {
        Self {
            has_hours: list.conditions.hours.is_some(),
            has_weekdays: list.conditions.weekdays.is_some(),
            has_branch: list.conditions.branch.is_some(),
            has_channel: list.conditions.channel.is_some(),
            valid_from: list.valid_from,
        }
    }
}

/// A price and the list that it comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Selected {
    /// The list.
    pub list: PriceListId,
    /// The price.
    pub price: Money,
}

/// The price of a subject at a moment by the published `lists`; none if no list has one, so that the
/// menu's own price holds.
///
/// Published lists do not [`tie`]. If two are published at once nevertheless, the guest pays the
/// lower price.
pub fn select<'a>(
    lists: impl IntoIterator<Item = (PriceListId, &'a List)>,
    subject: Subject,
    moment: &Moment<'_>,
) -> Option<Selected> {
    let holding = lists.into_iter().filter_map(|(id, list)| {
        let price = holds(list, moment).then(|| list.price(subject)).flatten()?;
        Some((Precedence::of(list), Selected { list: id, price }))
    });
    let best = holding.max_by_key(|(precedence, Selected { list, price })| {
        (*precedence, Reverse(price.amount()), Reverse(*list))
    });
    best.map(|(_, selected)| selected)
}

/// Whether a published list holds at a moment. One in another currency than the branch trades in
/// holds there never.
fn holds(list: &List, moment: &Moment<'_>) -> bool {
    list.valid_from <= moment.business_date
        && list.currency() == Some(moment.currency)
        && list.conditions.are_met(moment)
}

/// What two lists of the same precedence could both price at one moment; none if there is no such
/// thing or moment.
pub fn tie(one: &List, other: &List) -> Option<Subject> {
    if Precedence::of(one) != Precedence::of(other)
        || one.currency() != other.currency()
        || !one.conditions.can_meet(&other.conditions)
    {
        return None;
    }
    let mut subjects = one.entries.iter().map(|entry| entry.subject);
    subjects.find(|subject| other.price(*subject).is_some())
}
