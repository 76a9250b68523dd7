//! What the fields of a row mean.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, SubsecRound, Timelike, Utc};
use domain::orders::OrderType;
use domain::shared::money::PRICE_MAX;
use domain::shared::{BusinessCalendar, Currency, Money, Name, Quantity};

use super::bad_row::Reason;
use super::local_time::instant;

/// The words of a column of order types.
const ORDER_TYPES: &str = "dine_in, takeaway, delivery";

/// What names a thing in the source: the same for two spellings of the same letters.
pub(super) fn reference(column: &'static str, text: &str) -> Result<String, Reason> {
    name(column, text).map(String::from)
}

/// A name of a thing.
pub(super) fn name(column: &'static str, text: &str) -> Result<Name, Reason> {
    Name::parse(text).map_err(|error| Reason::Name { column, error })
}

/// Names between commas, at least one.
pub(super) fn names(column: &'static str, text: &str) -> Result<Vec<Name>, Reason> {
    text.split(',').map(|part| name(column, part)).collect()
}

/// Whole pieces.
pub(super) fn quantity(text: &str) -> Result<Quantity, Reason> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let pieces = text.parse().ok().filter(|_| digits);
    pieces
        .and_then(|pieces| Quantity::try_new(pieces).ok())
        .ok_or_else(|| Reason::Quantity(text.to_owned()))
}

/// What one piece costs.
pub(super) fn price(text: &str, currency: Currency) -> Result<Money, Reason> {
    let price = Money::parse_major(text, currency)
        .map_err(|_| Reason::Price { text: text.to_owned(), currency })?;
    if !price.is_positive() {
        return Err(Reason::PriceNotPositive(text.to_owned()));
    }
    if price.amount() > PRICE_MAX { Err(Reason::TooMuchMoney) } else { Ok(price) }
}

/// How an order reached its guest.
pub(super) fn order_type(column: &'static str, text: &str) -> Result<OrderType, Reason> {
    OrderType::ALL
        .into_iter()
        .find(|order_type| order_type.word() == text)
        .ok_or_else(|| Reason::Word { column, text: text.to_owned(), words: ORDER_TYPES })
}

/// Parses times, in the time zone of the branch.
#[derive(Debug, Clone)]
pub(super) struct Calendar {
    /// The time zone of times that name none.
    pub(super) branch: BusinessCalendar,
    /// Now; nothing is imported that lies ahead of it.
    pub(super) now: DateTime<Utc>,
}

impl Calendar {
    /// `2026-03-14T12:30:00-05:00`, or without a zone `2026-03-14 12:30:00`, `2026-03-14T12:30`.
    pub(super) fn moment(&self, text: &str) -> Result<DateTime<Utc>, Reason> {
        if let Ok(zoned) = DateTime::parse_from_rfc3339(text) {
            return self.past(zoned.to_utc(), text);
        }
        match text.split_once(['T', ' ']) {
            Some((date, time)) => self.local(date, time, text),
            None => Err(Reason::Time(text.to_owned())),
        }
    }

    /// A date and a time in two fields.
    pub(super) fn date_and_time(&self, date: &str, time: &str) -> Result<DateTime<Utc>, Reason> {
        self.local(date, time, &format!("{date} {time}"))
    }

    fn local(&self, date: &str, time: &str, text: &str) -> Result<DateTime<Utc>, Reason> {
        let local = read_date(date).zip(read_time(time));
        let (date, time) = local.ok_or_else(|| Reason::Time(text.to_owned()))?;
        let time_zone = self.branch.on(date).time_zone;
        self.past(instant(time_zone, NaiveDateTime::new(date, time)), text)
    }

    /// The log keeps microseconds, no leap seconds, and nothing that has yet to happen.
    fn past(&self, instant: DateTime<Utc>, text: &str) -> Result<DateTime<Utc>, Reason> {
        if instant.timestamp() < 0 || instant.nanosecond() >= 1_000_000_000 {
            return Err(Reason::Time(text.to_owned()));
        }
        if instant > self.now {
            return Err(Reason::Future(text.to_owned()));
        }
        Ok(instant.trunc_subsecs(6))
    }
}

/// Only the one way to write a date that sorts as text.
fn read_date(text: &str) -> Option<NaiveDate> {
    let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
    (text.len() == "2026-03-14".len()).then_some(date)
}

fn read_time(text: &str) -> Option<NaiveTime> {
    let format = match text.len() {
        5 => "%H:%M",
        8 => "%H:%M:%S",
        _ => return None,
    };
    NaiveTime::parse_from_str(text, format).ok()
}

#[cfg(test)]
mod tests {
    use domain::shared::{BusinessDay, CutOff};

    use super::*;

    fn calendar() -> Calendar {
        let time_zone = chrono_tz::America::Bogota;
        let day = BusinessDay { time_zone, cut_off: CutOff::MIDNIGHT };
        Calendar {
            branch: BusinessCalendar::new(day),
            now: "2026-11-23T15:00:00Z".parse().unwrap(),
        }
    }

    #[test]
    fn a_time_without_a_zone_is_on_the_clock_of_the_place() {
        let noon: DateTime<Utc> = "2026-03-14T17:00:00Z".parse().unwrap();
        for text in [
            "2026-03-14 12:00",
            "2026-03-14T12:00:00",
            "2026-03-14T12:00:00-05:00",
            "2026-03-14T17:00:00.0000001Z",
        ] {
            assert_eq!(calendar().moment(text), Ok(noon), "{text}");
        }
        assert_eq!(calendar().date_and_time("2026-03-14", "12:00:00"), Ok(noon));
    }

    #[test]
    fn what_is_no_time_or_lies_ahead_is_refused() {
        for text in [
            "",
            "2026-02-30 12:00",
            "2026-03-14",
            "2026-3-14 12:00",
            "14/03/2026 12:00",
            "2026-03-14 24:00",
            "2026-03-14 12:60:00",
            "2026-03-14 12:00:60",
            "2026-03-14T23:59:60Z",
            "1850-03-14 12:00",
            "0015-03-14 12:00",
            "+2026-03-14 12:00",
        ] {
            assert_eq!(calendar().moment(text), Err(Reason::Time(text.to_owned())));
        }
        let tomorrow = "2026-11-24 09:00";
        assert_eq!(calendar().moment(tomorrow), Err(Reason::Future(tomorrow.to_owned())));
    }

    #[test]
    fn pieces_are_whole_and_prices_exact() {
        assert_eq!(quantity("12").map(Quantity::pieces), Ok(12));
        for text in ["", "0", "-1", "+1", "1.0", "1,5", "dos", "1001", "99999999999"] {
            assert_eq!(quantity(text), Err(Reason::Quantity(text.to_owned())));
        }
        assert_eq!(price("20.75", Currency::USD).map(Money::amount), Ok(2_075));
        for text in ["", "20.755", "20,75", "$20", "1e3", "99999999999999999999"] {
            let reason = Reason::Price { text: text.to_owned(), currency: Currency::USD };
            assert_eq!(price(text, Currency::USD), Err(reason));
        }
        for text in ["0", "0.00", "-3"] {
            let reason = Reason::PriceNotPositive(text.to_owned());
            assert_eq!(price(text, Currency::USD), Err(reason));
        }
    }
}
