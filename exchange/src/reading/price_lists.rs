//! Rows of price lists and their prices.

use domain::catalog::Channel;
use domain::catalog::price_list::{ClockTime, Weekday, Weekdays};

use super::Reader;
use super::cells::{Cells, Noted};
use crate::bad_cell::Reason;
use crate::menu::{Key, PriceList, Subject};
use crate::sheets::PRICE_LISTS;
use crate::writing::weekday_word;

impl Reader<'_> {
    pub(super) fn price_list(&mut self, cells: &mut Cells<'_>) -> Option<()> {
        let name = cells.name("list")?;
        let key = Key::from(&name);
        self.once(cells, "list", &[&key])?;
        let branch = cells.optional("branch", None, |cells, column| {
            let is_known = |key: &Key| self.menu.context.branches.contains_key(key);
            cells.reference(column, is_known).map(Some)
        });
        let channel = cells.optional("channel", None, |cells, column| {
            let channel = cells.sift(column, |text| {
                Channel::parse(text).map_err(|_| Reason::Unknown(text.to_owned()))
            });
            channel.map(Some)
        });
        let weekdays = cells
            .optional("weekdays", None, |cells, column| cells.sift(column, weekdays).map(Some));
        let hours = hours(cells).ok();
        let valid_from = cells.date("valid_from");
        let current = self.current.price_lists.get(&key);
        let before = current.is_some_and(|current| current.is_published);
        let is_published = cells.optional("published", before, Cells::yes);
        let list = PriceList {
            name,
            branch: branch?,
            channel: channel?,
            weekdays: weekdays?,
            hours: hours?,
            valid_from: valid_from?,
            is_published: is_published?,
            prices: current.map_or_else(Default::default, |current| current.prices.clone()),
        };
        self.menu.price_lists.insert(key, list);
        Some(())
    }

    pub(super) fn price(&mut self, cells: &mut Cells<'_>) -> Option<()> {
        let list = cells.reference("list", |key| {
            self.menu.price_lists.contains_key(key) || self.named.has(&PRICE_LISTS, key)
        });
        let subject = self.subject(cells);
        let current = list.as_ref().and_then(|list| self.current.price_lists.get(list));
        let currency = current.and_then(|it| it.prices.values().next()).map(|it| it.currency());
        let price = cells.price("price", currency.or(self.menu.context.currency));
        let (list, subject) = (list?, subject?);
        let (Subject::Variant { product: of, variant: part }
        | Subject::Modifier { group: of, modifier: part }) = &subject;
        let column =
            if matches!(subject, Subject::Variant { .. }) { "variant" } else { "modifier" };
        self.once(cells, column, &[&list, &Key::of_column(column), of, part])?;
        let begins = self.begins(cells, &list);
        let list = self.menu.price_lists.get_mut(&list)?;
        if begins {
            list.prices.clear();
        }
        let price = price?;
        let first = list.prices.values().next().map(|first| first.currency());
        if first.is_some_and(|first| first != price.currency()) {
            cells.refuse("currency", Reason::MixedCurrencies);
        }
        list.prices.insert(subject, price);
        Some(())
    }

    /// What a row gives a price to: a variant of a product, or a modifier of a group.
    fn subject(&self, cells: &mut Cells<'_>) -> Option<Subject> {
        if cells.is_filled("group") {
            let group = self.known_group(cells, "group")?;
            let modifier = self.known_modifier(cells, &group)?;
            return Some(Subject::Modifier { group, modifier });
        }
        let product = self.known_product(cells, "product")?;
        let variant = self.known_variant(cells, "variant", &product)?;
        Some(Subject::Variant { product, variant })
    }
}

/// Days between spaces or commas.
fn weekdays(text: &str) -> Result<Weekdays, Reason> {
    let words = || Weekday::ALL.map(weekday_word).join(", ");
    let refused = |text: &str| Reason::Word { text: text.to_owned(), words: words() };
    let day = |text: &str| {
        let found =
            Weekday::ALL.into_iter().find(|day| weekday_word(*day).eq_ignore_ascii_case(text));
        found.ok_or_else(|| refused(text))
    };
    let days = text.split([' ', ',', ';']).filter(|part| !part.is_empty()).map(day);
    let days: Vec<Weekday> = days.collect::<Result<_, _>>()?;
    Weekdays::try_new(days).map_err(|_| refused(text))
}

/// The hours of a list: both cells or none.
fn hours(cells: &mut Cells<'_>) -> Result<Option<(ClockTime, ClockTime)>, Noted> {
    if !cells.is_filled("from") && !cells.is_filled("until") {
        return Ok(None);
    }
    let clock = |text: &str| text.parse().map_err(|_| Reason::Clock(text.to_owned()));
    let (from, until) = (cells.sift("from", clock), cells.sift("until", clock));
    let (from, until): (ClockTime, ClockTime) = from.zip(until).ok_or(Noted)?;
    if from == until {
        cells.refuse("until", Reason::Clock(until.to_string()));
        return Err(Noted);
    }
    Ok(Some((from, until)))
}
