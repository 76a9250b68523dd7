//! Position tokens: what a command answers and a read waits for, opaque outside.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::shared::IncarnationId;
use poem::http::HeaderValue;
use poem_openapi::registry::{MetaSchema, MetaSchemaRef};
use poem_openapi::types::{
    ParseError, ParseFromJSON, ParseFromParameter, ParseResult, ToHeader, ToJSON, Type,
};
use serde::{Serialize, Serializer};
use serde_json::Value;
use uuid::Uuid;

use crate::problem::{Code, Problem};

/// Where in which life of the log something was committed.
///
/// It is not signed: a made-up one makes its sender wait, for a bounded time, and nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PositionToken {
    incarnation: IncarnationId,
    position: u64,
}

impl PositionToken {
    /// The token of a position.
    pub const fn new(incarnation: IncarnationId, position: u64) -> Self {
        Self { incarnation, position }
    }

    /// The position, when the log still lives the life the token is from.
    pub fn position_in(self, incarnation: IncarnationId) -> Result<u64, Problem> {
        if self.incarnation == incarnation {
            return Ok(self.position);
        }
        Err(Problem::new(Code::InvalidCursor).detail((
            "La posición es de antes de una restauración.",
            "The position is from before a restore.",
        )))
    }
}

impl std::fmt::Display for PositionToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let incarnation = self.incarnation.uuid();
        let bytes = [&incarnation.as_bytes()[..], &self.position.to_be_bytes()].concat();
        f.write_str(&URL_SAFE_NO_PAD.encode(bytes))
    }
}

/// The text is not a token that this service gave out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a position token")]
pub struct NotAPosition;

impl std::str::FromStr for PositionToken {
    type Err = NotAPosition;

    fn from_str(text: &str) -> Result<Self, NotAPosition> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| NotAPosition)?;
        let (incarnation, position) = bytes.split_first_chunk::<16>().ok_or(NotAPosition)?;
        let position = position.try_into().map_err(|_| NotAPosition)?;
        let incarnation = IncarnationId::from_uuid(Uuid::from_bytes(*incarnation));
        Ok(Self { incarnation, position: u64::from_be_bytes(position) })
    }
}

impl Type for PositionToken {
    const IS_REQUIRED: bool = true;

    type RawValueType = Self;
    type RawElementValueType = Self;

    fn name() -> Cow<'static, str> {
        "string_position".into()
    }

    fn schema_ref() -> MetaSchemaRef {
        let schema = MetaSchema::new_with_format("string", "position");
        MetaSchemaRef::Inline(Box::new(MetaSchema {
            description: Some("Opaque: give it back as `after` to read what you wrote."),
            pattern: Some("^[A-Za-z0-9_-]{32}$".to_owned()),
            ..schema
        }))
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }

    fn raw_element_iter<'a>(&'a self) -> Box<dyn Iterator<Item = &'a Self> + 'a> {
        Box::new(std::iter::once(self))
    }
}

impl ParseFromParameter for PositionToken {
    fn parse_from_parameter(value: &str) -> ParseResult<Self> {
        value.parse().map_err(ParseError::custom)
    }
}

impl ParseFromJSON for PositionToken {
    fn parse_from_json(value: Option<Value>) -> ParseResult<Self> {
        let value = value.unwrap_or_default();
        match value.as_str() {
            Some(text) => text.parse().map_err(ParseError::custom),
            None => Err(ParseError::expected_type(value)),
        }
    }
}

impl ToJSON for PositionToken {
    fn to_json(&self) -> Option<Value> {
        Some(Value::String(self.to_string()))
    }
}

impl Serialize for PositionToken {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl ToHeader for PositionToken {
    fn to_header(&self) -> Option<HeaderValue> {
        HeaderValue::try_from(self.to_string()).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIFE: IncarnationId = IncarnationId::from_uuid(Uuid::from_u128(7));

    #[test]
    fn a_token_is_its_text_and_nothing_else_is() {
        let token = PositionToken::new(LIFE, 42);
        let text = token.to_string();
        assert_eq!((text.parse(), text.len()), (Ok(token), 32));
        for bad in ["", "42", "-1", &text[1..], &format!("{text}AAAA"), "AAAA AAAA", "'"] {
            assert_eq!(bad.parse::<PositionToken>(), Err(NotAPosition), "{bad}");
        }
    }

    #[test]
    fn a_position_means_nothing_in_another_life_of_the_log() {
        let token = PositionToken::new(LIFE, 42);
        assert_eq!(token.position_in(LIFE), Ok(42));
        let other = IncarnationId::from_uuid(Uuid::from_u128(8));
        assert_eq!(token.position_in(other).unwrap_err().code(), Code::InvalidCursor);
    }
}
