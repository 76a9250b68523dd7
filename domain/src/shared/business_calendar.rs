//! The business calendar of a branch: which rule for counting days holds from which date.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::BusinessDay;
use super::business_day::BusinessMoment;

/// The rules by which a branch counts its days, each from a date on.
///
/// The rule of a date is the one that holds on it, so a change moves no day before it, and dates
/// never decrease.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BusinessCalendar {
    first: BusinessDay,
    /// Ordered by date, without duplicates.
    changes: Arc<[BusinessDayChange]>,
}

/// A rule that holds from a date on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct BusinessDayChange {
    /// The first business date that it holds for.
    pub from: NaiveDate,
    /// The rule.
    pub day: BusinessDay,
}

impl BusinessCalendar {
    /// A calendar that has never changed.
    pub fn new(first: BusinessDay) -> Self {
        Self { first, changes: Arc::default() }
    }

    /// The calendar with these changes, which are ordered by date.
    pub fn of(first: BusinessDay, changes: impl IntoIterator<Item = BusinessDayChange>) -> Self {
        changes.into_iter().fold(Self::new(first), |calendar, change| calendar.changed(change))
    }

    /// The rule that held first.
    pub const fn first(&self) -> BusinessDay {
        self.first
    }

    /// The changes since, ordered by date.
    pub fn changes(&self) -> &[BusinessDayChange] {
        &self.changes
    }

    /// The calendar with a change that replaces any from its date on.
    #[must_use]
    pub fn changed(&self, change: BusinessDayChange) -> Self {
        let before = self.changes.iter().filter(|it| it.from < change.from);
        Self { first: self.first, changes: before.copied().chain([change]).collect() }
    }

    /// The rule of a business date.
    pub fn on(&self, date: NaiveDate) -> BusinessDay {
        self.changes.iter().rfind(|it| it.from <= date).map_or(self.first, |it| it.day)
    }

    /// The business date and local hour of `instant`.
    pub fn at(&self, instant: DateTime<Utc>) -> BusinessMoment {
        // The first date of the next rule, which limits the dates of this one.
        let mut next: Option<NaiveDate> = None;
        for BusinessDayChange { from, day } in self.changes.iter().rev() {
            let moment = day.at(instant);
            if moment.date >= *from {
                return before(moment, next);
            }
            next = Some(*from);
        }
        before(self.first.at(instant), next)
    }
}

/// The moment with its date limited to the day before the next change. If the first day of a change
/// begins later than the rule before it ends that day, the day goes on until then.
fn before(moment: BusinessMoment, next: Option<NaiveDate>) -> BusinessMoment {
    let last = next.and_then(|next| next.pred_opt()).unwrap_or(NaiveDate::MAX);
    BusinessMoment { date: moment.date.min(last), ..moment }
}

#[cfg(test)]
mod tests {
    use chrono::{Days, TimeZone};
    use chrono_tz::Tz;
    use proptest::prelude::*;

    use super::*;

    fn day(time_zone: Tz, cut_off: &str) -> BusinessDay {
        BusinessDay { time_zone, cut_off: cut_off.parse().unwrap() }
    }

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn at(calendar: &BusinessCalendar, instant: &str) -> (String, u8) {
        let moment = calendar.at(instant.parse().unwrap());
        (moment.date.to_string(), moment.hour)
    }

    fn changed(from: &str, day: BusinessDay) -> BusinessCalendar {
        let first = self::day(chrono_tz::America::Bogota, "04:00");
        BusinessCalendar::of(first, [BusinessDayChange { from: date(from), day }])
    }

    #[test]
    fn an_earlier_cut_off_holds_from_its_date_on() {
        let calendar = changed("2026-03-15", day(chrono_tz::America::Bogota, "00:00"));
        assert_eq!(at(&calendar, "2026-03-14T08:59:59Z"), ("2026-03-13".into(), 3));
        assert_eq!(at(&calendar, "2026-03-15T04:59:59Z"), ("2026-03-14".into(), 23));
        assert_eq!(at(&calendar, "2026-03-15T05:00:00Z"), ("2026-03-15".into(), 0));
    }

    #[test]
    fn a_later_cut_off_makes_the_last_day_before_it_longer() {
        let calendar = changed("2026-03-15", day(chrono_tz::America::Bogota, "06:00"));
        assert_eq!(at(&calendar, "2026-03-15T09:00:00Z"), ("2026-03-14".into(), 4));
        assert_eq!(at(&calendar, "2026-03-15T11:00:00Z"), ("2026-03-15".into(), 6));
        assert_eq!(at(&calendar, "2026-03-16T10:59:59Z"), ("2026-03-15".into(), 5));
    }

    #[test]
    fn another_zone_shows_its_hours_from_its_first_day_on() {
        let calendar = changed("2026-03-15", day(chrono_tz::Europe::Madrid, "04:00"));
        assert_eq!(at(&calendar, "2026-03-15T02:59:59Z"), ("2026-03-14".into(), 21));
        assert_eq!(at(&calendar, "2026-03-15T03:00:00Z"), ("2026-03-15".into(), 4));
    }

    #[test]
    fn a_change_replaces_what_was_to_hold_later() {
        let early = day(chrono_tz::America::Bogota, "02:00");
        let late = day(chrono_tz::America::Bogota, "06:00");
        let calendar = changed("2026-03-20", late);
        let earlier = BusinessDayChange { from: date("2026-03-18"), day: early };
        assert_eq!(calendar.changed(earlier).changes(), [earlier]);
        assert_eq!(calendar.on(date("2026-03-20")), late);
        assert_eq!(calendar.changed(earlier).on(date("2026-03-20")), early);
        assert_eq!(calendar.changed(earlier).on(date("2026-03-17")), calendar.first());
    }

    const ZONES: [Tz; 4] = [
        chrono_tz::Pacific::Kiritimati,
        chrono_tz::America::Bogota,
        chrono_tz::America::New_York,
        chrono_tz::Etc::GMTPlus12,
    ];

    fn any_day() -> impl Strategy<Value = BusinessDay> {
        (0..ZONES.len(), 0_u32..=12)
            .prop_map(|(zone, hour)| day(ZONES[zone], &format!("{hour:02}:00")))
    }

    proptest! {
        #[test]
        fn a_date_never_goes_back_whatever_changes(
            first in any_day(),
            changes in prop::collection::vec((1_u64..4, any_day()), 0..4),
            minutes in 0_i64..20_000,
            later in 0_i64..3_000,
        ) {
            let mut from = date("2026-10-26");
            let changes = changes.into_iter().map(|(days, day)| {
                from = from + Days::new(days);
                BusinessDayChange { from, day }
            });
            let calendar = BusinessCalendar::of(first, changes);
            let moment = |minutes| {
                let start = Utc.with_ymd_and_hms(2026, 10, 25, 0, 0, 0).unwrap();
                calendar.at(start + chrono::TimeDelta::minutes(minutes)).date
            };
            prop_assert!(moment(minutes) <= moment(minutes + later));
        }

        #[test]
        fn a_change_moves_no_day_before_its_own(
            first in any_day(),
            second in any_day(),
            minutes in 0_i64..20_000,
        ) {
            let from = date("2026-10-30");
            let plain = BusinessCalendar::new(first);
            let calendar = plain.changed(BusinessDayChange { from, day: second });
            let start = Utc.with_ymd_and_hms(2026, 10, 25, 0, 0, 0).unwrap();
            let instant = start + chrono::TimeDelta::minutes(minutes);
            let (before, after) = (plain.at(instant).date, calendar.at(instant).date);
            // No two rules differ by more than two days.
            prop_assert!(before == after || before + Days::new(2) >= from);
        }
    }
}
