use super::*;

/// The price in pesos of an arepa at the counter, by the branch's clock.
fn price(lists: &[List], clock: &str) -> Option<i64> {
    let counter = channel("counter");
    let lists = (1..).zip(lists).map(|(n, list)| (id(n), list));
    select(lists, arepa(), &moment(clock, &counter)).map(|it| it.price.amount() / 100)
}

fn at(hours: Hours) -> Conditions {
    Conditions { hours: Some(hours), ..Conditions::default() }
}

#[test]
fn hours_precede_weekdays_weekdays_a_branch_and_a_branch_a_channel() {
    let none = Conditions::default;
    let all_days = Some(days(Weekday::ALL));
    let mut lists = vec![
        list(none(), 1),
        list(Conditions { channel: Some(channel("counter")), ..none() }, 2),
        list(Conditions { branch: Some(branch(1)), ..none() }, 3),
        list(Conditions { weekdays: all_days, ..none() }, 4),
        list(at(hours("08:00", "20:00")), 5),
    ];
    for expected in (1..=5).rev() {
        assert_eq!(price(&lists, "2026-03-14T12:00"), Some(expected));
        lists.pop();
    }
    assert_eq!(price(&lists, "2026-03-14T12:00"), None);
}

#[test]
fn what_is_limited_to_hours_precedes_what_is_limited_to_everything_else() {
    let (branch, channel) = (Some(branch(1)), Some(channel("counter")));
    let weekdays = Some(days(Weekday::ALL));
    let others = list(Conditions { branch, channel, weekdays, hours: None }, 1);
    let lists = [others, list(at(hours("08:00", "20:00")), 2)];
    assert_eq!(price(&lists, "2026-03-14T12:00"), Some(2));
}

#[test]
fn of_one_rank_the_list_from_the_later_date_holds_once_it_has_begun() {
    let later =
        List { valid_from: "2026-03-14".parse().unwrap(), ..list(everywhere().conditions, 2) };
    let lists = [later, list(Conditions::default(), 1)];
    assert_eq!(price(&lists, "2026-03-13T23:59"), Some(1));
    assert_eq!(price(&lists, "2026-03-14T03:59"), Some(1));
    assert_eq!(price(&lists, "2026-03-14T04:00"), Some(2));
}

#[test]
fn hours_end_before_their_end() {
    let lists = [list(at(hours("17:00", "19:00")), 1)];
    let prices = ["16:59", "17:00", "18:59", "19:00"]
        .map(|time| price(&lists, &format!("2026-03-14T{time}")));
    assert_eq!(prices, [None, Some(1), Some(1), None]);
}

#[test]
fn hours_over_midnight_belong_to_the_day_on_which_they_begin() {
    let saturday = Some(days([Weekday::Saturday]));
    let night = Conditions { weekdays: saturday, ..at(hours("22:00", "05:00")) };
    let lists = [list(night, 1)];
    // 14 March 2026 is a Saturday.
    let prices = [
        "2026-03-14T04:59",
        "2026-03-14T21:59",
        "2026-03-14T22:00",
        "2026-03-15T04:59",
        "2026-03-15T05:00",
        "2026-03-15T22:00",
    ];
    let prices = prices.map(|clock| price(&lists, clock));
    assert_eq!(prices, [None, None, Some(1), Some(1), None, None]);
}

#[test]
fn hours_over_midnight_go_on_from_sunday_to_monday() {
    let sunday = Some(days([Weekday::Sunday]));
    let lists = [list(Conditions { weekdays: sunday, ..at(hours("22:00", "02:00")) }, 1)];
    assert_eq!(price(&lists, "2026-03-16T01:59"), Some(1));
    assert_eq!(price(&lists, "2026-03-16T02:00"), None);
    assert_eq!(price(&lists, "2026-03-15T01:59"), None);
}

#[test]
fn a_weekday_without_hours_is_that_of_the_business_date() {
    let saturday = Some(days([Weekday::Saturday]));
    let lists = [list(Conditions { weekdays: saturday, ..Conditions::default() }, 1)];
    assert_eq!(price(&lists, "2026-03-14T03:59"), None);
    assert_eq!(price(&lists, "2026-03-14T04:00"), Some(1));
    assert_eq!(price(&lists, "2026-03-15T03:59"), Some(1));
    assert_eq!(price(&lists, "2026-03-15T04:00"), None);
}

#[test]
fn another_branch_channel_or_currency_has_other_prices() {
    let elsewhere = Conditions { branch: Some(branch(2)), ..Conditions::default() };
    let web = Conditions { channel: Some(channel("web")), ..Conditions::default() };
    let dollars = Money::try_new(100, Currency::USD).unwrap();
    let abroad = List { entries: vec![Entry { subject: arepa(), price: dollars }], ..everywhere() };
    assert_eq!(price(&[list(elsewhere, 1), list(web, 2), abroad], "2026-03-14T12:00"), None);
}

#[test]
fn a_moment_is_read_from_the_branchs_clock() {
    use crate::identity::branch::Details;
    use crate::shared::{BusinessCalendar, BusinessDay};
    let (time_zone, cut_off) = (chrono_tz::America::Bogota, "04:00".parse().unwrap());
    let details = Details {
        name: Name::parse("Chapinero").unwrap(),
        address: None,
        currency: Currency::COP,
        calendar: BusinessCalendar::new(BusinessDay { time_zone, cut_off }),
        tax_regimes: crate::identity::branch::TaxRegimes::default(),
    };
    let counter = channel("counter");
    let instant = "2026-03-15T08:30:00Z".parse().unwrap();
    assert_eq!(
        Moment::at(branch(1), &details, &counter, instant),
        moment("2026-03-15T03:30", &counter)
    );
}

#[test]
fn lists_tie_if_they_could_price_one_thing_at_one_moment() {
    let daily = |from, until| list(at(hours(from, until)), 1);
    assert_eq!(tie(&daily("10:00", "12:00"), &daily("11:00", "13:00")), Some(arepa()));
    assert_eq!(tie(&daily("10:00", "12:00"), &daily("12:00", "13:00")), None);
    assert_eq!(tie(&daily("22:00", "02:00"), &daily("01:00", "03:00")), Some(arepa()));
    assert_eq!(tie(&daily("10:00", "12:00"), &everywhere()), None);
    let cheese = vec![Entry { subject: cheese(), price: pesos(1) }];
    assert_eq!(tie(&everywhere(), &List { entries: cheese, ..everywhere() }), None);
    let later = List { valid_from: "2026-03-02".parse().unwrap(), ..everywhere() };
    assert_eq!(tie(&everywhere(), &later), None);
}

#[test]
fn nights_of_following_days_tie_only_if_they_overlap() {
    let night = |day, from, until| {
        let weekdays = Some(days([day]));
        list(Conditions { weekdays, ..at(hours(from, until)) }, 1)
    };
    let sunday = night(Weekday::Sunday, "22:00", "06:00");
    assert_eq!(tie(&sunday, &night(Weekday::Monday, "05:00", "08:00")), Some(arepa()));
    assert_eq!(tie(&sunday, &night(Weekday::Monday, "06:00", "08:00")), None);
    assert_eq!(tie(&sunday, &night(Weekday::Saturday, "22:00", "06:00")), None);
}
