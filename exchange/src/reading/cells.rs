//! The cells of a row as values. What is wrong with one is noted by its place.

use std::str::FromStr;

use chrono::NaiveDate;
use domain::shared::money::PRICE_MAX;
use domain::shared::{Currency, Money, Name, StockQuantity};

use crate::bad_cell::{BadCells, Place, Reason};
use crate::menu::Key;
use crate::number::with_point;
use crate::sheets::Sheet;
use crate::table::{Row, Table};

/// The words of yes and no, as people write them.
const YES: [&str; 5] = ["yes", "sí", "si", "true", "1"];
const NO: [&str; 4] = ["no", "false", "0", ""];

/// A cell is wrong, and its reason is noted.
pub(super) struct Noted;

/// A row of a table.
pub(super) struct Cells<'a> {
    table: &'a Table,
    row: &'a Row,
    bad: &'a mut BadCells,
}

impl<'a> Cells<'a> {
    pub(super) fn new(table: &'a Table, row: &'a Row, bad: &'a mut BadCells) -> Self {
        Self { table, row, bad }
    }

    /// Where the row is.
    pub(super) fn place(&self) -> Place {
        Place { file: self.table.file.clone(), row: self.row.number, column: None }
    }

    /// The sheet that the row is of.
    pub(super) fn sheet(&self) -> &'static Sheet {
        self.table.sheet
    }

    /// Whether the file has a column.
    pub(super) fn has(&self, column: &str) -> bool {
        self.table.has(column)
    }

    pub(super) fn text(&self, column: &str) -> &'a str {
        &self.row.cells[self.table.sheet.index(column)]
    }

    /// Whether the cell has something in it.
    pub(super) fn is_filled(&self, column: &str) -> bool {
        !self.text(column).is_empty()
    }

    /// Notes that a cell is wrong.
    pub(super) fn refuse(&mut self, column: &'static str, reason: Reason) {
        let place = Place { column: Some(column), ..self.place() };
        self.bad.add(place, reason);
    }

    /// The value, or nothing once the reason is noted.
    pub(super) fn sift<T>(
        &mut self,
        column: &'static str,
        read: impl FnOnce(&'a str) -> Result<T, Reason>,
    ) -> Option<T> {
        read(self.text(column)).map_err(|reason| self.refuse(column, reason)).ok()
    }

    /// A column that a file may lack or leave empty.
    pub(super) fn optional<T>(
        &mut self,
        column: &'static str,
        default: T,
        read: impl FnOnce(&mut Self, &'static str) -> Option<T>,
    ) -> Option<T> {
        if self.is_filled(column) { read(self, column) } else { Some(default) }
    }

    /// A column of something that there may be: as `before` where a file lacks the column, none where the cell is
    /// empty.
    pub(super) fn kept<T>(
        &mut self,
        column: &'static str,
        before: Option<T>,
        read: impl FnOnce(&mut Self, &'static str) -> Option<T>,
    ) -> Result<Option<T>, Noted> {
        if !self.has(column) {
            return Ok(before);
        }
        if !self.is_filled(column) {
            return Ok(None);
        }
        read(self, column).map(Some).ok_or(Noted)
    }

    pub(super) fn name(&mut self, column: &'static str) -> Option<Name> {
        self.sift(column, |text| Name::parse(text).map_err(Reason::Name))
    }

    /// The key of a thing that there has to be, as `is_known` says.
    pub(super) fn reference(
        &mut self,
        column: &'static str,
        is_known: impl FnOnce(&Key) -> bool,
    ) -> Option<Key> {
        let key = Key::from(&self.name(column)?);
        if is_known(&key) {
            return Some(key);
        }
        self.refuse(column, Reason::Unknown(self.text(column).to_owned()));
        None
    }

    pub(super) fn whole(&mut self, column: &'static str, min: u32, max: u32) -> Option<u32> {
        self.sift(column, |text| {
            let digits = text.bytes().all(|byte| byte.is_ascii_digit());
            let number = text.parse().ok().filter(|_| digits);
            let number = number.filter(|number| (min..=max).contains(number));
            number.ok_or_else(|| Reason::Whole { min, max, text: text.to_owned() })
        })
    }

    /// A whole number that fits in 16 bits.
    pub(super) fn small(&mut self, column: &'static str, min: u16, max: u16) -> Option<u16> {
        let number = self.whole(column, min.into(), max.into())?;
        u16::try_from(number).ok()
    }

    /// One of some words.
    pub(super) fn word<T: Copy>(
        &mut self,
        column: &'static str,
        all: &[T],
        word: impl Fn(T) -> &'static str,
    ) -> Option<T> {
        self.sift(column, |text| {
            let found = all.iter().find(|it| word(**it).eq_ignore_ascii_case(text)).copied();
            found.ok_or_else(|| {
                let words: Vec<&str> = all.iter().map(|it| word(*it)).collect();
                Reason::Word { text: text.to_owned(), words: words.join(", ") }
            })
        })
    }

    /// Yes or no; nothing is no.
    pub(super) fn yes(&mut self, column: &'static str) -> Option<bool> {
        self.sift(column, |text| {
            let lower = text.to_lowercase();
            let is = |words: &[&str]| words.contains(&lower.as_str());
            match (is(&YES), is(&NO)) {
                (true, _) => Ok(true),
                (_, true) => Ok(false),
                _ => Err(Reason::Word { text: text.to_owned(), words: "yes, no".to_owned() }),
            }
        })
    }

    /// A price in the currency of the row, which is `default` where the row names none.
    pub(super) fn price(
        &mut self,
        column: &'static str,
        default: Option<Currency>,
    ) -> Option<Money> {
        let currency = self.currency(default)?;
        let mark = self.table.mark;
        self.sift(column, |text| {
            let number = with_point(text, mark).map_err(|_| Reason::Ambiguous(text.to_owned()))?;
            let price = Money::parse_major(&number, currency).ok();
            let price = price.filter(|price| (0..=PRICE_MAX).contains(&price.amount()));
            price.ok_or_else(|| Reason::Price { text: text.to_owned(), currency })
        })
    }

    fn currency(&mut self, default: Option<Currency>) -> Option<Currency> {
        if !self.is_filled("currency") {
            if default.is_none() {
                self.refuse("currency", Reason::NoCurrency);
            }
            return default;
        }
        let read = |text: &str| Currency::from_str(&text.to_ascii_uppercase());
        self.sift("currency", |text| read(text).map_err(|_| Reason::Currency(text.to_owned())))
    }

    /// A quantity above zero.
    pub(super) fn quantity(&mut self, column: &'static str) -> Option<StockQuantity> {
        let mark = self.table.mark;
        self.sift(column, |text| {
            let number = with_point(text, mark).map_err(|_| Reason::Ambiguous(text.to_owned()))?;
            let quantity = number.parse().ok().filter(|it: &StockQuantity| it.is_positive());
            quantity.ok_or_else(|| Reason::Quantity(text.to_owned()))
        })
    }

    /// A number with decimals, as its type reads it with a point.
    pub(super) fn decimal<T: FromStr>(
        &mut self,
        column: &'static str,
        refused: impl FnOnce(String) -> Reason,
    ) -> Option<T> {
        let mark = self.table.mark;
        self.sift(column, |text| {
            let number = with_point(text, mark).map_err(|_| Reason::Ambiguous(text.to_owned()))?;
            number.parse().map_err(|_| refused(text.to_owned()))
        })
    }

    /// A date in the one form that sorts as text.
    pub(super) fn date(&mut self, column: &'static str) -> Option<NaiveDate> {
        self.sift(column, |text| {
            let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
            let date = date.filter(|_| text.len() == "2026-03-14".len());
            date.ok_or_else(|| Reason::Date(text.to_owned()))
        })
    }
}
