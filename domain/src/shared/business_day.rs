//! The business day of a branch: the date that a moment belongs to.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Days, LocalResult, NaiveDate, NaiveTime, TimeZone, Timelike, Utc};
use chrono_tz::Tz;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The hour and minute at which a branch begins the next business day, from 00:00 to 12:00.
///
/// A sale at 01:30 with a cut-off of 04:00 belongs to the day before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(into = "String", try_from = "String")]
#[schemars(inline, extend("pattern" = "^((0[0-9]|1[01]):[0-5][0-9]|12:00)$"))]
pub struct CutOff(NaiveTime);

/// The text is not a time from 00:00 to 12:00.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text} is not a cut-off between 00:00 and 12:00")]
pub struct CutOffOutOfRange {
    /// The text.
    pub text: String,
}

impl CutOff {
    /// Midnight, as in the calendar.
    pub const MIDNIGHT: Self = Self(NaiveTime::MIN);
}

impl FromStr for CutOff {
    type Err = CutOffOutOfRange;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let noon = NaiveTime::from_hms_opt(12, 0, 0).expect("12:00 is a time");
        NaiveTime::parse_from_str(text, "%H:%M")
            .ok()
            .filter(|time| text.len() == 5 && *time <= noon)
            .map(Self)
            .ok_or_else(|| CutOffOutOfRange { text: text.to_owned() })
    }
}

impl TryFrom<String> for CutOff {
    type Error = CutOffOutOfRange;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<CutOff> for String {
    fn from(cut_off: CutOff) -> Self {
        cut_off.to_string()
    }
}

impl fmt::Display for CutOff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.format("%H:%M"))
    }
}

/// The rule by which a branch counts its days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct BusinessDay {
    /// The time zone of the branch's clock.
    pub time_zone: Tz,
    /// The time at which the next business day begins.
    pub cut_off: CutOff,
}

/// A moment with its business date and local hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BusinessMoment {
    /// The moment itself.
    pub instant: DateTime<Utc>,
    /// The business date.
    pub date: NaiveDate,
    /// The hour of the branch's clock, 0 to 23.
    pub hour: u8,
}

impl BusinessDay {
    /// The business date and local hour of `instant`. Dates never decrease: a day begins when the
    /// clock first shows the cut-off, even if the clock is set back afterwards.
    #[expect(clippy::cast_possible_truncation, reason = "an hour is below 24")]
    pub fn at(self, instant: DateTime<Utc>) -> BusinessMoment {
        let local = instant.with_timezone(&self.time_zone).naive_local();
        let calendar = local.date();
        let (shown, next) = if local.time() < self.cut_off.0 {
            (calendar.pred_opt().unwrap_or(calendar), calendar)
        } else {
            (calendar, calendar.checked_add_days(Days::new(1)).unwrap_or(calendar))
        };
        let begins = self.time_zone.from_local_datetime(&next.and_time(self.cut_off.0));
        let date = match begins {
            LocalResult::Ambiguous(first, _) if first <= instant => next,
            _ => shown,
        };
        BusinessMoment { instant, date, hour: local.time().hour() as u8 }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn bogota(cut_off: &str) -> BusinessDay {
        BusinessDay { time_zone: chrono_tz::America::Bogota, cut_off: cut_off.parse().unwrap() }
    }

    fn utc(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn a_sale_before_the_cut_off_belongs_to_the_day_before() {
        let day = bogota("04:00");
        assert_eq!(day.at(utc("2026-03-14T08:59:59Z")).date, "2026-03-13".parse().unwrap());
        assert_eq!(day.at(utc("2026-03-14T08:59:59Z")).hour, 3);
        assert_eq!(day.at(utc("2026-03-14T09:00:00Z")).date, "2026-03-14".parse().unwrap());
    }

    #[test]
    fn a_cut_off_is_a_time_from_midnight_to_noon() {
        for text in ["12:01", "24:00", "4:00", "04:00:00", "", "noon"] {
            assert!(text.parse::<CutOff>().is_err(), "{text} was accepted");
        }
        assert_eq!("12:00".parse::<CutOff>().unwrap().to_string(), "12:00");
    }

    #[test]
    fn the_hour_that_winter_time_repeats_stays_on_its_date() {
        let day =
            BusinessDay { time_zone: chrono_tz::America::New_York, cut_off: CutOff::MIDNIGHT };
        for instant in ["2015-11-01T05:30:00Z", "2015-11-01T06:30:00Z"] {
            let moment = day.at(utc(instant));
            assert_eq!((moment.date, moment.hour), ("2015-11-01".parse().unwrap(), 1));
        }
    }

    #[test]
    fn a_day_that_has_begun_is_not_taken_back_when_the_clock_is() {
        let cut_off = "01:30".parse().unwrap();
        let day = BusinessDay { time_zone: chrono_tz::America::New_York, cut_off };
        let date = |instant| day.at(utc(instant)).date.to_string();
        assert_eq!(date("2015-11-01T05:29:59Z"), "2015-10-31");
        // 01:30, and half an hour later 01:00 again.
        for instant in ["2015-11-01T05:30:00Z", "2015-11-01T06:00:00Z", "2015-11-01T07:00:00Z"] {
            assert_eq!(date(instant), "2015-11-01", "{instant}");
        }
    }

    const ZONES: [Tz; 5] = [
        chrono_tz::America::Bogota,
        chrono_tz::America::New_York,
        chrono_tz::America::St_Johns,
        chrono_tz::Australia::Lord_Howe,
        chrono_tz::Pacific::Apia,
    ];

    proptest! {
        #[test]
        fn a_business_date_never_goes_back(
            zone in 0..ZONES.len(),
            cut_off in 0_u32..=720,
            seconds in 0_i64..2_000_000_000,
            later in 0_i64..20_000,
        ) {
            let cut_off = format!("{:02}:{:02}", cut_off / 60, cut_off % 60).parse().unwrap();
            let day = BusinessDay { time_zone: ZONES[zone], cut_off };
            let first = day.at(Utc.timestamp_opt(seconds, 0).unwrap()).date;
            let second = day.at(Utc.timestamp_opt(seconds + later, 0).unwrap()).date;
            prop_assert!(first <= second);
        }
    }
}
