//! When and where a price list holds.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::schedule::{Hours, Span, Weekday, Weekdays};
use crate::catalog::Channel;
use crate::identity::branch;
use crate::shared::{BranchId, Currency};

/// What a list is limited to; without a limit it holds everywhere or always.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Conditions {
    /// One branch.
    pub branch: Option<BranchId>,
    /// One channel.
    pub channel: Option<Channel>,
    /// Days of the week. With hours, those on which the hours begin; without, those of the business
    /// date.
    pub weekdays: Option<Weekdays>,
    /// Hours of the branch's clock.
    pub hours: Option<Hours>,
}

/// The moment and place at which a line is added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment<'a> {
    /// The branch.
    pub branch: BranchId,
    /// The currency that it trades in.
    pub currency: Currency,
    /// The channel that the order comes from.
    pub channel: &'a Channel,
    /// The business date.
    pub business_date: NaiveDate,
    /// What the branch's clock shows.
    pub clock: NaiveDateTime,
}

impl<'a> Moment<'a> {
    /// An instant in a branch.
    pub fn at(
        branch: BranchId,
        details: &branch::Details,
        channel: &'a Channel,
        instant: DateTime<Utc>,
    ) -> Self {
        let business_date = details.calendar.at(instant).date;
        let time_zone = details.calendar.on(business_date).time_zone;
        let clock = instant.with_timezone(&time_zone).naive_local();
        Self { branch, currency: details.currency, channel, business_date, clock }
    }
}

impl Conditions {
    /// Whether they are met at a moment.
    pub fn are_met(&self, moment: &Moment<'_>) -> bool {
        self.branch.is_none_or(|branch| branch == moment.branch)
            && self.channel.as_ref().is_none_or(|channel| channel == moment.channel)
            && self.is_time(moment)
    }

    fn is_time(&self, Moment { business_date, clock, .. }: &Moment<'_>) -> bool {
        match (self.hours, &self.weekdays) {
            (Some(hours), days) => hours.spans(days.as_ref()).any(|span| span.contains(*clock)),
            (None, Some(days)) => days.contains(Weekday::of(*business_date)),
            (None, None) => true,
        }
    }

    /// Whether there is a moment at which both are met, for conditions that limit the same things.
    pub(super) fn can_meet(&self, other: &Self) -> bool {
        let meet = |other: Hours, days: Option<&Weekdays>, span: Span| {
            other.spans(days).any(|it| it.meets(span))
        };
        let same_place = self.branch == other.branch && self.channel == other.channel;
        same_place
            && match (self.hours, other.hours) {
                (Some(hours), Some(others)) => hours
                    .spans(self.weekdays.as_ref())
                    .any(|span| meet(others, other.weekdays.as_ref(), span)),
                _ => Weekday::ALL.into_iter().any(|day| self.is_on(day) && other.is_on(day)),
            }
    }

    fn is_on(&self, day: Weekday) -> bool {
        self.weekdays.as_ref().is_none_or(|days| days.contains(day))
    }
}
