//! Price lists as rows.

use domain::catalog::price_list::{Weekday, Weekdays};
use domain::shared::Money;

use super::{Cells, money, name, yes};
use crate::menu::{Menu, PriceList, Subject};

/// The word of a day.
pub(crate) const fn weekday_word(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "monday",
        Weekday::Tuesday => "tuesday",
        Weekday::Wednesday => "wednesday",
        Weekday::Thursday => "thursday",
        Weekday::Friday => "friday",
        Weekday::Saturday => "saturday",
        Weekday::Sunday => "sunday",
    }
}

pub(super) fn price_lists(menu: &Menu) -> Vec<Cells> {
    let row = |list: &PriceList| {
        let branch = list.branch.as_ref().map(|key| name(&menu.context.branches, key, |it| it));
        let channel = list.channel.as_ref().map(ToString::to_string);
        let hours = list.hours.map(|(from, until)| (from.to_string(), until.to_string()));
        let (from, until) = hours.unwrap_or_default();
        vec![
            list.name.to_string(),
            branch.unwrap_or_default(),
            channel.unwrap_or_default(),
            list.weekdays.as_ref().map(weekdays).unwrap_or_default(),
            from,
            until,
            list.valid_from.to_string(),
            yes(list.is_published),
        ]
    };
    menu.price_lists.values().map(row).collect()
}

pub(super) fn prices(menu: &Menu) -> Vec<Cells> {
    let lists = menu.price_lists.values();
    let prices = lists.flat_map(|list| list.prices.iter().map(move |price| (list, price)));
    let row = |(list, (subject, price)): (&PriceList, (&Subject, &Money))| {
        let (amount, currency) = money(*price);
        let [product, variant, group, modifier] = subject_names(menu, subject);
        vec![list.name.to_string(), product, variant, group, modifier, amount, currency]
    };
    prices.map(row).collect()
}

fn subject_names(menu: &Menu, subject: &Subject) -> [String; 4] {
    match subject {
        Subject::Variant { product: key, variant } => {
            let product = menu.products.get(key);
            let variant = product.and_then(|it| it.variant(variant)).map(|it| it.name.to_string());
            let product = name(&menu.products, key, |it| &it.name);
            [product, variant.unwrap_or_default(), String::new(), String::new()]
        }
        Subject::Modifier { group: key, modifier } => {
            let group = menu.groups.get(key);
            let modifier = group.and_then(|it| it.modifier(modifier)).map(|it| it.name.to_string());
            let group = name(&menu.groups, key, |it| &it.name);
            [String::new(), String::new(), group, modifier.unwrap_or_default()]
        }
    }
}

fn weekdays(days: &Weekdays) -> String {
    let days: Vec<&str> =
        Weekday::ALL.into_iter().filter(|day| days.contains(*day)).map(weekday_word).collect();
    days.join(" ")
}
