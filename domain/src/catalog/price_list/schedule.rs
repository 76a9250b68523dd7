//! Weekdays and hours of the branch's clock.

use std::collections::BTreeSet;
use std::fmt;

use chrono::{Datelike, NaiveDate, NaiveDateTime, Timelike};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

const DAY: u32 = 24 * 60;
const WEEK: u32 = 7 * DAY;

/// A day of the week.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Weekday {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

impl Weekday {
    /// Every day, from Monday.
    pub const ALL: [Self; 7] = [
        Self::Monday,
        Self::Tuesday,
        Self::Wednesday,
        Self::Thursday,
        Self::Friday,
        Self::Saturday,
        Self::Sunday,
    ];

    /// The day of a date.
    pub fn of(date: NaiveDate) -> Self {
        Self::ALL[date.weekday().num_days_from_monday() as usize]
    }
}

/// Days of the week: at least one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(into = "BTreeSet<Weekday>", try_from = "BTreeSet<Weekday>")]
#[schemars(inline, extend("minItems" = 1))]
pub struct Weekdays(BTreeSet<Weekday>);

/// The set of days is empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("at least one day of the week is needed")]
pub struct NoWeekdays;

impl Weekdays {
    /// These days.
    pub fn try_new(days: impl IntoIterator<Item = Weekday>) -> Result<Self, NoWeekdays> {
        let days: BTreeSet<Weekday> = days.into_iter().collect();
        if days.is_empty() { Err(NoWeekdays) } else { Ok(Self(days)) }
    }

    /// Whether the day is one of them.
    pub fn contains(&self, day: Weekday) -> bool {
        self.0.contains(&day)
    }
}

impl From<Weekdays> for BTreeSet<Weekday> {
    fn from(weekdays: Weekdays) -> Self {
        weekdays.0
    }
}

impl TryFrom<BTreeSet<Weekday>> for Weekdays {
    type Error = NoWeekdays;

    fn try_from(days: BTreeSet<Weekday>) -> Result<Self, NoWeekdays> {
        Self::try_new(days)
    }
}

/// A time of a clock without seconds, from 00:00 to 23:59.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(into = "String", try_from = "String")]
#[schemars(inline, extend("pattern" = "^([01][0-9]|2[0-3]):[0-5][0-9]$"))]
pub struct ClockTime {
    minute: u32,
}

/// The text is not a time from 00:00 to 23:59.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text} is not a time between 00:00 and 23:59")]
pub struct ClockTimeUnreadable {
    /// The text.
    pub text: String,
}

impl std::str::FromStr for ClockTime {
    type Err = ClockTimeUnreadable;

    fn from_str(text: &str) -> Result<Self, ClockTimeUnreadable> {
        let time = chrono::NaiveTime::parse_from_str(text, "%H:%M");
        let time = time.ok().filter(|_| text.len() == 5);
        let time = time.ok_or_else(|| ClockTimeUnreadable { text: text.to_owned() })?;
        Ok(Self { minute: time.hour() * 60 + time.minute() })
    }
}

impl TryFrom<String> for ClockTime {
    type Error = ClockTimeUnreadable;

    fn try_from(text: String) -> Result<Self, ClockTimeUnreadable> {
        text.parse()
    }
}

impl From<ClockTime> for String {
    fn from(time: ClockTime) -> Self {
        time.to_string()
    }
}

impl fmt::Display for ClockTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.minute / 60, self.minute % 60)
    }
}

/// A range of the clock, its end not in it. If it ends before it begins, it ends the day after.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "Unchecked")]
pub struct Hours {
    /// The first minute.
    from: ClockTime,
    /// The minute after the last.
    until: ClockTime,
}

#[derive(Deserialize, JsonSchema)]
struct Unchecked {
    from: ClockTime,
    until: ClockTime,
}

/// The range ends when it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("hours end at another time than they begin")]
pub struct NoHours;

impl TryFrom<Unchecked> for Hours {
    type Error = NoHours;

    fn try_from(Unchecked { from, until }: Unchecked) -> Result<Self, NoHours> {
        Self::try_new(from, until)
    }
}

impl Hours {
    /// From a minute until before another.
    pub fn try_new(from: ClockTime, until: ClockTime) -> Result<Self, NoHours> {
        if from == until { Err(NoHours) } else { Ok(Self { from, until }) }
    }

    /// The first minute.
    pub const fn from(self) -> ClockTime {
        self.from
    }

    /// The minute after the last.
    pub const fn until(self) -> ClockTime {
        self.until
    }

    /// The ranges of the week: one for each day that it begins on.
    pub(super) fn spans(self, days: Option<&Weekdays>) -> impl Iterator<Item = Span> {
        let length = (self.until.minute + DAY - self.from.minute) % DAY;
        let is_on = move |day: &Weekday| days.is_none_or(|days| days.contains(*day));
        let on = move |day: Weekday| Span { start: day as u32 * DAY + self.from.minute, length };
        Weekday::ALL.into_iter().filter(is_on).map(on)
    }
}

/// A range of minutes of the week, which goes on from Sunday to Monday.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    /// Since the beginning of Monday.
    start: u32,
    /// At most a day.
    length: u32,
}

impl Span {
    /// Whether the clock is within it.
    pub(super) fn contains(self, clock: NaiveDateTime) -> bool {
        let day = Weekday::of(clock.date()) as u32;
        self.contains_minute(day * DAY + clock.hour() * 60 + clock.minute())
    }

    /// Whether a minute is in both.
    pub(super) const fn meets(self, other: Self) -> bool {
        self.contains_minute(other.start) || other.contains_minute(self.start)
    }

    const fn contains_minute(self, minute: u32) -> bool {
        (minute + WEEK - self.start) % WEEK < self.length
    }
}
