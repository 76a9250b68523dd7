//! The instant of a local time in a time zone.

use chrono::{DateTime, Duration, LocalResult, NaiveDateTime, TimeZone, Utc};
use chrono_tz::Tz;

/// How far before a gap the clock surely showed the same offset as right before it; the longest gap
/// so far was a whole day that Samoa skipped in 2011.
const GAP_HOURS_MAX: i64 = 26;

/// The instant of a local time.
///
/// An hour that the end of summer time repeats means its first pass. An hour that the beginning of
/// summer time skips is counted on with the old clock: 02:30 is half an hour after 02:00, which the
/// new clock shows as 03:30.
pub(super) fn instant(time_zone: Tz, local: NaiveDateTime) -> DateTime<Utc> {
    let on_the_clock = |hours_before: i64| {
        let before = Duration::hours(hours_before);
        match time_zone.from_local_datetime(&(local - before)) {
            LocalResult::Single(instant) | LocalResult::Ambiguous(instant, _) => {
                Some(instant.to_utc() + before)
            }
            LocalResult::None => None,
        }
    };
    (0..=GAP_HOURS_MAX).find_map(on_the_clock).unwrap_or_else(|| local.and_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn new_york(local: &str) -> String {
        let local = NaiveDateTime::parse_from_str(local, "%Y-%m-%d %H:%M").unwrap();
        instant(chrono_tz::America::New_York, local).to_rfc3339()
    }

    #[test]
    fn the_hour_that_comes_twice_means_its_first_pass() {
        assert_eq!(new_york("2015-11-01 00:59"), "2015-11-01T04:59:00+00:00");
        assert_eq!(new_york("2015-11-01 01:30"), "2015-11-01T05:30:00+00:00");
        assert_eq!(new_york("2015-11-01 02:00"), "2015-11-01T07:00:00+00:00");
    }

    #[test]
    fn the_hour_that_is_skipped_is_counted_on() {
        assert_eq!(new_york("2015-03-08 01:59"), "2015-03-08T06:59:00+00:00");
        assert_eq!(new_york("2015-03-08 02:30"), "2015-03-08T07:30:00+00:00");
        assert_eq!(new_york("2015-03-08 03:30"), "2015-03-08T07:30:00+00:00");
    }

    #[test]
    fn a_day_that_was_skipped_is_counted_on() {
        let local = NaiveDateTime::parse_from_str("2011-12-30 12:00", "%Y-%m-%d %H:%M").unwrap();
        let noon = instant(chrono_tz::Pacific::Apia, local);
        assert_eq!(noon.to_rfc3339(), "2011-12-30T22:00:00+00:00");
    }
}
