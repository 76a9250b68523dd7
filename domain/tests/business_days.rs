//! Business dates in every zone of the database of time zones, around every change of its clock.

use chrono::{DateTime, NaiveDate, Offset, TimeDelta, TimeZone, Timelike, Utc};
use chrono_tz::{TZ_VARIANTS, Tz};
use domain::shared::{BusinessDay, CutOff};

const FIRST_YEAR: i32 = 2000;
const LAST_YEAR: i32 = 2035;

/// The offset of a zone from UTC, in seconds.
fn distance(zone: Tz, at: DateTime<Utc>) -> i32 {
    zone.offset_from_utc_datetime(&at.naive_utc()).fix().local_minus_utc()
}

/// The first second of each offset of a zone after the first one.
fn changes(zone: Tz) -> Vec<DateTime<Utc>> {
    let new_year = |year| Utc.with_ymd_and_hms(year, 1, 1, 0, 0, 0).unwrap();
    let (mut at, end) = (new_year(FIRST_YEAR), new_year(LAST_YEAR + 1));
    let mut changes = Vec::new();
    while at < end {
        let next = at + TimeDelta::days(1);
        if distance(zone, at) != distance(zone, next) {
            let (mut before, mut after) = (at, next);
            while after - before > TimeDelta::seconds(1) {
                let middle = before + (after - before) / 2;
                let is_before = distance(zone, middle) == distance(zone, at);
                *(if is_before { &mut before } else { &mut after }) = middle;
            }
            changes.push(after);
        }
        at = next;
    }
    changes
}

/// Cut-offs around a change of the clock: local times shortly before and after it.
fn cut_offs(zone: Tz, change: DateTime<Utc>) -> Vec<CutOff> {
    let minutes = [-121, -60, -31, -1, 0, 1, 29, 60, 120].map(TimeDelta::minutes);
    let shown = minutes.map(|minutes| (change + minutes).with_timezone(&zone).time());
    let mut texts = shown.map(|time| format!("{:02}:{:02}", time.hour(), time.minute())).to_vec();
    texts.extend(["00:00".to_owned(), "04:00".to_owned(), "12:00".to_owned()]);
    texts.sort_unstable();
    texts.dedup();
    texts.iter().filter_map(|text| text.parse().ok()).collect()
}

#[test]
fn a_business_date_never_goes_back_whatever_the_clocks_of_the_world_do() {
    let mut n_set_back = 0;
    for zone in TZ_VARIANTS {
        for change in changes(zone) {
            n_set_back += usize::from(
                distance(zone, change) < distance(zone, change - TimeDelta::seconds(1)),
            );
            for cut_off in cut_offs(zone, change) {
                let day = BusinessDay { time_zone: zone, cut_off };
                let mut last = NaiveDate::MIN;
                // Each step meets every minute at which a cut-off lies, and the second before.
                for minute in (-200_i64..=200).step_by(5) {
                    for second in [-1, 0] {
                        let at = change + TimeDelta::minutes(minute) + TimeDelta::seconds(second);
                        let date = day.at(at).date;
                        assert!(
                            date >= last,
                            "{zone}, cut-off {cut_off}, {at}: {date} after {last}"
                        );
                        last = date;
                    }
                }
            }
        }
    }
    assert!(n_set_back > 1_000, "{n_set_back} changes that repeat an hour");
}

#[test]
fn every_business_date_of_a_zone_that_skips_none_is_followed_by_the_next() {
    for zone in TZ_VARIANTS {
        let day = BusinessDay { time_zone: zone, cut_off: "02:30".parse().unwrap() };
        let mut last: Option<NaiveDate> = None;
        for hours in (0..24 * 400).step_by(6) {
            let at = Utc.with_ymd_and_hms(2024, 1, 1, 0, 0, 0).unwrap() + TimeDelta::hours(hours);
            let date = day.at(at).date;
            if let Some(last) = last {
                let step = (date - last).num_days();
                assert!((0..=1).contains(&step), "{zone}, {at}: {date} after {last}");
            }
            last = Some(date);
        }
    }
}
