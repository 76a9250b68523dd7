//! The sales of a branch on a past day: invented, but the same on every run.

use std::ops::Range;

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Utc, Weekday};
use commands::orders::Step;
use domain::orders::order::CancelReason;
use rand::RngExt;
use rand::SeedableRng;
use rand::rngs::Xoshiro256PlusPlus;

use crate::demo::guests::{self, Wish};
use crate::demo::restaurant::Restaurant;

/// Another seed is another past.
const SEED: u64 = 0x00A2_E9A5;

/// How many of a hundred guests come in which hour of the branch's clock, from eight in the morning
/// to ten at night.
const GUESTS_BY_HOUR: [(i64, u32); 14] = [
    (8, 5),
    (9, 6),
    (10, 4),
    (11, 5),
    (12, 17),
    (13, 19),
    (14, 9),
    (15, 3),
    (16, 3),
    (17, 4),
    (18, 6),
    (19, 10),
    (20, 7),
    (21, 2),
];

/// A past order and its course.
#[derive(Debug, Clone)]
pub(super) struct PastOrder {
    /// Identifies it among all past orders: branch, date and number in the day.
    pub(super) key: String,
    pub(super) wish: Wish,
    pub(super) placed_at: DateTime<Utc>,
    pub(super) end: End,
}

/// The course of an order.
#[derive(Debug, Clone, Copy)]
pub(super) enum End {
    /// It was cooked, eaten and paid: when each of [`COOKED`] was taken, and when it was paid.
    Paid { steps_at: [DateTime<Utc>; COOKED.len()], paid_at: DateTime<Utc> },
    /// It was cancelled.
    Cancelled { reason: CancelReason, at: DateTime<Utc> },
}

/// The steps of an order in the kitchen.
pub(super) const COOKED: [Step; 4] = [Step::Confirm, Step::Start, Step::MarkReady, Step::Deliver];

/// How many seconds pass before each of [`COOKED`].
const SECONDS_BEFORE: [Range<i64>; COOKED.len()] = [20..120, 30..300, 360..1_200, 30..300];

/// How many seconds pass between delivery and payment.
const SECONDS_BEFORE_PAYMENT: Range<i64> = 120..1_500;

/// The orders of one branch on one business date, the earliest first.
///
/// All of them end before the business date does.
pub(super) fn day(restaurant: &Restaurant, branch: usize, date: NaiveDate) -> Vec<PastOrder> {
    let day_and_branch = u64::from(date.num_days_from_ce().unsigned_abs()) << 8 | branch as u64;
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(SEED.rotate_left(32) ^ day_and_branch);
    let n_orders = rng.random_range(orders_on(date.weekday()));
    let mut moments: Vec<DateTime<Utc>> = (0..n_orders).map(|_| moment(date, &mut rng)).collect();
    moments.sort_unstable();
    let order = |(placed_at, number): (DateTime<Utc>, u32)| {
        let wish = guests::order(&restaurant.dishes[branch], &mut rng);
        let key = format!("{branch}/{date}/{number}");
        PastOrder { key, wish, placed_at, end: end(placed_at, &mut rng) }
    };
    moments.into_iter().zip(1..).map(order).collect()
}

/// The minimum of orders of a branch before the first guest of the simulator, at any hour.
const ORDERS_MIN: usize = 12;

/// How many minutes ago the first of them was placed, if the business date had begun by then.
const EARLY_MINUTES: i64 = 120;

/// The orders of a branch's business date that are finished by `now`, the earliest first. If those are fewer
/// than [`ORDERS_MIN`], the first ones of the date are moved to before `now`.
pub(super) fn today(restaurant: &Restaurant, branch: usize, now: DateTime<Utc>) -> Vec<PastOrder> {
    let date = Restaurant::business_day().at(now).date;
    let mut orders = day(restaurant, branch, date);
    if orders.iter().filter(|order| order.ends_at() <= now).count() >= ORDERS_MIN {
        orders.retain(|order| order.ends_at() <= now);
        return orders;
    }
    orders.truncate(ORDERS_MIN);
    let Some(first) = orders.first().map(|order| order.placed_at) else { return orders };
    let last = orders.iter().map(PastOrder::ends_at).max().unwrap_or(first);
    let ago = |minutes: i64| now - TimeDelta::minutes(minutes);
    let is_today = |minutes: &i64| Restaurant::business_day().at(ago(*minutes)).date == date;
    let begins = ago((1..=EARLY_MINUTES).take_while(is_today).last().unwrap_or(0));
    let (room, span) = ((now - begins).num_milliseconds(), (last - first).num_milliseconds());
    let squeeze = |moment: DateTime<Utc>| {
        begins + TimeDelta::milliseconds((moment - first).num_milliseconds() * room / span.max(1))
    };
    orders.into_iter().map(|order| order.at_other_times(squeeze)).collect()
}

impl PastOrder {
    /// The time of its last event.
    fn ends_at(&self) -> DateTime<Utc> {
        match self.end {
            End::Paid { paid_at: at, .. } | End::Cancelled { at, .. } => at,
        }
    }

    fn at_other_times(self, other: impl Fn(DateTime<Utc>) -> DateTime<Utc>) -> Self {
        let placed_at = other(self.placed_at);
        let end = match self.end {
            End::Paid { steps_at, paid_at } => {
                End::Paid { steps_at: steps_at.map(&other), paid_at: other(paid_at) }
            }
            End::Cancelled { reason, at } => End::Cancelled { reason, at: other(at) },
        };
        Self { placed_at, end, ..self }
    }
}

fn orders_on(weekday: Weekday) -> Range<u32> {
    match weekday {
        Weekday::Mon | Weekday::Tue => 25..33,
        Weekday::Wed | Weekday::Thu => 29..38,
        Weekday::Fri => 38..50,
        Weekday::Sat | Weekday::Sun => 47..61,
    }
}

fn moment(date: NaiveDate, rng: &mut Xoshiro256PlusPlus) -> DateTime<Utc> {
    let (hour, _) = *guests::weighted(&GUESTS_BY_HOUR, |(_, guests)| *guests, rng);
    let second = hour * 3_600 + rng.random_range(0..3_600);
    let local = date.and_time(chrono::NaiveTime::MIN) + TimeDelta::seconds(second);
    let zone = Restaurant::business_day().time_zone;
    let known = local.and_local_timezone(zone).earliest().expect("Colombia sets no clock");
    known.with_timezone(&Utc)
}

fn end(placed_at: DateTime<Utc>, rng: &mut Xoshiro256PlusPlus) -> End {
    let mut now = placed_at;
    let mut later = |seconds: Range<i64>, rng: &mut Xoshiro256PlusPlus| {
        now += TimeDelta::seconds(rng.random_range(seconds));
        now
    };
    if let Some(reason) = guests::cancels(rng) {
        return End::Cancelled { reason, at: later(60..400, rng) };
    }
    let steps_at = SECONDS_BEFORE.map(|seconds| later(seconds, rng));
    End::Paid { steps_at, paid_at: later(SECONDS_BEFORE_PAYMENT, rng) }
}

#[cfg(test)]
mod tests {
    use domain::shared::TenantId;
    use uuid::Uuid;

    use super::*;

    fn restaurant() -> Restaurant {
        Restaurant::of(TenantId::from_uuid(Uuid::from_u128(7)))
    }

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn the_same_day_gives_the_same_sales_and_another_day_gives_others() {
        let (restaurant, again) = (restaurant(), restaurant());
        let day_of =
            |restaurant, branch, text| format!("{:?}", day(restaurant, branch, date(text)));
        assert_eq!(day_of(&restaurant, 0, "2026-10-30"), day_of(&again, 0, "2026-10-30"));
        assert_ne!(day_of(&restaurant, 0, "2026-10-30"), day_of(&again, 1, "2026-10-30"));
        assert_ne!(day_of(&restaurant, 0, "2026-10-30"), day_of(&again, 0, "2026-10-31"));
    }

    #[test]
    fn every_order_begins_and_ends_on_its_business_date() {
        let restaurant = restaurant();
        let business_day = Restaurant::business_day();
        for date in date("2025-12-20").iter_days().take(60) {
            let mut before = None;
            for order in day(&restaurant, 1, date) {
                let moments = match order.end {
                    End::Paid { steps_at, paid_at } => {
                        let mut moments = vec![order.placed_at];
                        moments.extend(steps_at);
                        moments.push(paid_at);
                        moments
                    }
                    End::Cancelled { at, .. } => vec![order.placed_at, at],
                };
                assert!(moments.is_sorted(), "{moments:?}");
                for moment in moments {
                    assert_eq!(business_day.at(moment).date, date, "{moment}");
                }
                assert!(before <= Some(order.placed_at), "the earliest first");
                before = Some(order.placed_at);
            }
        }
    }

    #[test]
    fn today_is_full_up_to_now_at_any_hour() {
        let restaurant = restaurant();
        let business_day = Restaurant::business_day();
        let mut now: DateTime<Utc> = "2026-08-03T00:00:00Z".parse().unwrap();
        let end = now + TimeDelta::days(2);
        while now < end {
            let date = business_day.at(now).date;
            let orders = today(&restaurant, 0, now);
            assert!(orders.len() >= ORDERS_MIN, "{now}: {}", orders.len());
            for order in orders {
                assert!(order.placed_at <= order.ends_at() && order.ends_at() <= now, "{now}");
                assert_eq!(business_day.at(order.placed_at).date, date, "{now}");
            }
            now += TimeDelta::minutes(17);
        }
    }

    #[test]
    fn lunch_dinner_and_weekends_are_when_people_come() {
        let restaurant = restaurant();
        let orders: Vec<PastOrder> = date("2026-08-03")
            .iter_days()
            .take(56)
            .flat_map(|date| day(&restaurant, 0, date))
            .collect();
        let at = |hours: Range<u8>| {
            let hour = |order: &&PastOrder| {
                hours.contains(&Restaurant::business_day().at(order.placed_at).hour)
            };
            orders.iter().filter(hour).count()
        };
        assert!(at(12..14) > 3 * at(9..11), "lunch");
        assert!(at(19..21) > 2 * at(15..17), "dinner");
        for date in date("2026-08-03").iter_days().take(56) {
            let n_orders = day(&restaurant, 0, date).len();
            let weekend = matches!(date.weekday(), Weekday::Sat | Weekday::Sun);
            assert!((25..=60).contains(&n_orders), "{n_orders}");
            assert!(!weekend || n_orders >= 47, "{date}: {n_orders}");
        }
    }
}
