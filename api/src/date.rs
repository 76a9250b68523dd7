//! Dates in requests, in the range that every part of the system supports.

use std::borrow::Cow;

use chrono::{Datelike, NaiveDate};
use poem_openapi::registry::{MetaSchema, MetaSchemaRef};
use poem_openapi::types::{ParseError, ParseFromParameter, ParseResult, Type};

/// Reads a date like `2026-01-31`, from 1900-01-01 to 9999-12-31.
pub(crate) fn parse(text: &str) -> Option<NaiveDate> {
    let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
    (text.len() == 10 && (1900..=9999).contains(&date.year())).then_some(date)
}

/// A date in the query of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Date(pub(crate) NaiveDate);

impl Type for Date {
    const IS_REQUIRED: bool = true;

    type RawValueType = Self;
    type RawElementValueType = Self;

    fn name() -> Cow<'static, str> {
        "string_date".into()
    }

    fn schema_ref() -> MetaSchemaRef {
        MetaSchemaRef::Inline(Box::new(MetaSchema {
            description: Some("From 1900-01-01 to 9999-12-31."),
            ..MetaSchema::new_with_format("string", "date")
        }))
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }

    fn raw_element_iter<'a>(&'a self) -> Box<dyn Iterator<Item = &'a Self> + 'a> {
        Box::new(std::iter::once(self))
    }
}

impl ParseFromParameter for Date {
    fn parse_from_parameter(value: &str) -> ParseResult<Self> {
        parse(value).map(Self).ok_or_else(|| ParseError::custom("no date"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_has_four_digits_of_a_year_from_1900_on() {
        for good in ["1900-01-01", "2024-02-29", "9999-12-31"] {
            assert_eq!(parse(good).unwrap().to_string(), good);
        }
        for bad in [
            "1899-12-31",
            "0000-01-01",
            "-001-01-01",
            "+12345-01-01",
            "+262142-12-31",
            "10000-01-01",
            "2023-02-29",
            "2023-2-9",
            "2023-02-09 ",
            "hoy",
            "",
        ] {
            assert_eq!(parse(bad), None, "{bad:?}");
        }
    }
}
