//! How many rows of a list are answered at once.

use std::borrow::Cow;

use poem_openapi::registry::{MetaSchema, MetaSchemaRef};
use poem_openapi::types::{ParseError, ParseFromParameter, ParseResult, Type};
use serde_json::json;

/// A page size between 1 and [`PageSize::MAX`]; [`PageSize::DEFAULT`] if the parameter is absent.
///
/// As `Query<PageSize>` it needs no attributes: it is optional and documents its own bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageSize(u16);

impl PageSize {
    /// The most rows of one page.
    pub const MAX: u16 = 200;
    /// The rows of a page if the parameter is absent.
    pub const DEFAULT: Self = Self(50);

    /// The number of rows.
    pub const fn rows(self) -> u16 {
        self.0
    }
}

impl Type for PageSize {
    const IS_REQUIRED: bool = false;

    type RawValueType = Self;
    type RawElementValueType = Self;

    fn name() -> Cow<'static, str> {
        "integer_page_size".into()
    }

    fn schema_ref() -> MetaSchemaRef {
        MetaSchemaRef::Inline(Box::new(MetaSchema {
            minimum: Some(1.0),
            maximum: Some(f64::from(Self::MAX)),
            default: Some(json!(Self::DEFAULT.0)),
            ..MetaSchema::new("integer")
        }))
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }

    fn raw_element_iter<'a>(&'a self) -> Box<dyn Iterator<Item = &'a Self> + 'a> {
        Box::new(std::iter::once(self))
    }
}

impl ParseFromParameter for PageSize {
    fn parse_from_parameter(value: &str) -> ParseResult<Self> {
        let digits = value.bytes().all(|byte| byte.is_ascii_digit());
        match value.parse() {
            Ok(rows @ 1..=Self::MAX) if digits => Ok(Self(rows)),
            _ => Err(ParseError::custom("out of range")),
        }
    }

    fn parse_from_parameters<I: IntoIterator<Item = A>, A: AsRef<str>>(
        values: I,
    ) -> ParseResult<Self> {
        let mut values = values.into_iter();
        match (values.next(), values.next()) {
            (None, _) => Ok(Self::DEFAULT),
            (Some(value), None) => Self::parse_from_parameter(value.as_ref()),
            (Some(_), Some(_)) => Err(ParseError::custom("said twice")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s41_a_page_has_one_to_two_hundred_rows() {
        let rows = |text: &[&str]| PageSize::parse_from_parameters(text).ok().map(PageSize::rows);
        assert_eq!(rows(&[]), Some(50));
        assert_eq!((rows(&["1"]), rows(&["200"])), (Some(1), Some(200)));
        for bad in ["", "0", "-1", "+5", "201", "1e9", "1000000000", "5.0", " 5", "99999999999"] {
            assert_eq!(rows(&[bad]), None, "{bad:?}");
        }
        assert_eq!(rows(&["5", "6"]), None);
    }
}
