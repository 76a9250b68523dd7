use chrono::{NaiveDate, TimeDelta};
use proptest::prelude::*;

use super::*;

/// Half hours, so that a search through a week finds every moment that matters.
fn any_time() -> impl Strategy<Value = ClockTime> {
    (0..48_u32).prop_map(|n| format!("{:02}:{:02}", n / 2, n % 2 * 30).parse().unwrap())
}

fn any_hours() -> impl Strategy<Value = Hours> {
    (any_time(), any_time())
        .prop_filter_map("empty", |(from, until)| Hours::try_new(from, until).ok())
}

fn any_weekdays() -> impl Strategy<Value = Weekdays> {
    let some = prop::sample::subsequence(Weekday::ALL.to_vec(), 1..=7);
    some.prop_map(days)
}

fn any_conditions() -> impl Strategy<Value = Conditions> {
    use prop::option::of;
    let branch = of((1..3_u128).prop_map(branch));
    let channel = of(prop::sample::select(vec!["counter", "web"]).prop_map(channel));
    (branch, channel, of(any_weekdays()), of(any_hours())).prop_map(
        |(branch, channel, weekdays, hours)| Conditions { branch, channel, weekdays, hours },
    )
}

fn any_list() -> impl Strategy<Value = List> {
    let from = (1..3_u32).prop_map(|day| NaiveDate::from_ymd_opt(2026, 3, day).unwrap());
    let subjects = prop::sample::subsequence(vec![arepa(), cheese()], 1..=2);
    (any_conditions(), from, subjects, 1..1_000_i64).prop_map(
        |(conditions, valid_from, subjects, price)| {
            let price = pesos(price);
            let entries = subjects.into_iter().map(|subject| Entry { subject, price }).collect();
            List { valid_from, entries, ..list(conditions, 1) }
        },
    )
}

/// The first of the branch's half hours in a week in which every list of [`any_list`] is valid.
fn half_hour(n: i64) -> String {
    let monday = NaiveDate::from_ymd_opt(2026, 3, 9).unwrap().and_time(chrono::NaiveTime::MIN);
    (monday + TimeDelta::minutes(30 * n)).format("%Y-%m-%dT%H:%M").to_string()
}

fn prices_at(list: &List, subject: Subject, moment: &Moment<'_>) -> bool {
    list.price(subject).is_some() && list.conditions.are_met(moment)
}

proptest! {
    #[test]
    fn lists_that_tie_are_those_that_could_price_one_thing_at_one_moment(
        (one, other) in (any_list(), any_list()),
    ) {
        let same_rank = Precedence::of(&one) == Precedence::of(&other);
        let counter = channel("counter");
        let web = channel("web");
        let places = [(1, &counter), (1, &web), (2, &counter), (2, &web)];
        let both_price = |n: i64| places.iter().any(|(branch_number, channel)| {
            let moment = Moment { branch: branch(*branch_number), ..moment(&half_hour(n), channel) };
            [arepa(), cheese()].into_iter().any(|subject| {
                prices_at(&one, subject, &moment) && prices_at(&other, subject, &moment)
            })
        });
        let meet = same_rank && (0..7 * 48).any(both_price);
        prop_assert_eq!(tie(&one, &other).is_some(), meet);
        prop_assert_eq!(tie(&other, &one).is_some(), meet);
    }

    #[test]
    fn the_price_does_not_depend_on_which_list_was_made_first(
        lists in prop::collection::vec(any_list(), 1..8),
        turn in 0..8_usize,
        n in 0..7 * 48_i64,
    ) {
        let mut published: Vec<List> = Vec::new();
        for list in lists {
            if published.iter().all(|other| tie(&list, other).is_none()) {
                published.push(list);
            }
        }
        let counter = channel("counter");
        let price = |lists: &[List]| {
            let lists = (1..).zip(lists).map(|(n, list)| (id(n), list));
            select(lists, arepa(), &moment(&half_hour(n), &counter)).map(|it| it.price)
        };
        let mut turned = published.clone();
        turned.reverse();
        turned.rotate_left(turn % published.len());
        prop_assert_eq!(price(&turned), price(&published));
        let holding = published.iter().filter(|list| {
            prices_at(list, arepa(), &moment(&half_hour(n), &counter))
        });
        let mut precedences: Vec<Precedence> = holding.map(Precedence::of).collect();
        let n_holding = precedences.len();
        precedences.sort_unstable();
        precedences.dedup();
        prop_assert_eq!(precedences.len(), n_holding, "published lists tie");
    }
}
