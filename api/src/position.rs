//! Position tokens: what a command answers and a read waits for, opaque outside.

use std::borrow::Cow;
use std::sync::Arc;

use aws_lc_rs::aead::{AES_256_GCM_SIV, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::shared::{IncarnationId, TenantId};
use poem::http::HeaderValue;
use poem_openapi::registry::{MetaSchema, MetaSchemaRef};
use poem_openapi::types::{
    ParseError, ParseFromJSON, ParseFromParameter, ParseResult, ToHeader, ToJSON, Type,
};
use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::problem::{Code, Problem};

/// The length of a token in bytes: the encrypted position and the authentication tag.
const TOKEN_BYTES: usize = 24;

/// The position of an append in the log, encrypted; a client gives it back as it got it.
///
/// Only [`Positions`] reads it, for the company that it was made for. Positions are counted over all
/// companies, so a token must not show how many events there are, nor which of two tokens is the later one,
/// and two companies cannot compare theirs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PositionToken([u8; TOKEN_BYTES]);

/// Whose position it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PositionScope {
    /// The company.
    pub tenant: TenantId,
    /// The life of the log that has the position.
    pub incarnation: IncarnationId,
}

/// Encrypts positions as tokens, and decrypts its own tokens only.
///
/// A position has exactly one token in a company, so that a retry of a command gets the same response. The encryption is
/// deterministic: AES-GCM-SIV stays secure with a constant nonce.
#[derive(Clone)]
pub struct Positions {
    key: Arc<LessSafeKey>,
}

impl std::fmt::Debug for Positions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Positions")
    }
}

impl Positions {
    /// Uses `secret` as the key; it must be the same on every node.
    pub fn new(secret: &[u8; 32]) -> Self {
        let key = UnboundKey::new(&AES_256_GCM_SIV, secret).expect("the key has its length");
        Self { key: Arc::new(LessSafeKey::new(key)) }
    }

    /// The token of a position.
    pub fn token(&self, scope: PositionScope, position: u64) -> PositionToken {
        let mut bytes = position.to_be_bytes().to_vec();
        self.key
            .seal_in_place_append_tag(nonce(), bound_to(scope), &mut bytes)
            .expect("a position is short enough to be encrypted");
        PositionToken(bytes.try_into().expect("a tag has sixteen bytes"))
    }

    /// The position of a token that was made for exactly this scope; another token is refused.
    pub fn position(&self, scope: PositionScope, token: PositionToken) -> Result<u64, Problem> {
        let mut bytes = token.0;
        let position = self.key.open_in_place(nonce(), bound_to(scope), &mut bytes).ok();
        let position = position.and_then(|position| position.first_chunk());
        let position = position.ok_or_else(|| {
            Problem::new(Code::InvalidCursor).detail((
                "La posición no es de aquí, o es de antes de una restauración.",
                "The position is none of this service, or from before a restore.",
            ))
        })?;
        Ok(u64::from_be_bytes(*position))
    }
}

fn nonce() -> Nonce {
    Nonce::assume_unique_for_key([0; NONCE_LEN])
}

fn bound_to(PositionScope { tenant, incarnation }: PositionScope) -> Aad<[u8; 32]> {
    let mut scope = [0; 32];
    let (of_tenant, of_log) = scope.split_at_mut(16);
    of_tenant.copy_from_slice(tenant.uuid().as_bytes());
    of_log.copy_from_slice(incarnation.uuid().as_bytes());
    Aad::from(scope)
}

impl std::fmt::Display for PositionToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(self.0))
    }
}

/// The text does not have the form of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a position token")]
pub struct NotAPosition;

impl std::str::FromStr for PositionToken {
    type Err = NotAPosition;

    fn from_str(text: &str) -> Result<Self, NotAPosition> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| NotAPosition)?;
        Ok(Self(bytes.try_into().map_err(|_| NotAPosition)?))
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
    use uuid::Uuid;

    use super::*;

    const SCOPE: PositionScope = PositionScope {
        tenant: TenantId::from_uuid(Uuid::from_u128(1)),
        incarnation: IncarnationId::from_uuid(Uuid::from_u128(7)),
    };

    fn positions() -> Positions {
        Positions::new(&[7; 32])
    }

    #[test]
    fn a_token_is_its_text_and_nothing_else_is() {
        let token = positions().token(SCOPE, 42);
        let text = token.to_string();
        assert_eq!((text.parse(), text.len()), (Ok(token), 32));
        for bad in ["", "42", "-1", &text[1..], &format!("{text}AAAA"), "AAAA AAAA", "'"] {
            assert_eq!(bad.parse::<PositionToken>(), Err(NotAPosition), "{bad}");
        }
    }

    #[test]
    fn s18_a_position_has_one_token_which_serves_its_own_company_and_log_only() {
        let token = positions().token(SCOPE, 42);
        assert_eq!(positions().token(SCOPE, 42), token);
        assert_eq!(positions().position(SCOPE, token), Ok(42));
        let foreign = PositionScope { tenant: TenantId::from_uuid(Uuid::from_u128(2)), ..SCOPE };
        let restored =
            PositionScope { incarnation: IncarnationId::from_uuid(Uuid::from_u128(8)), ..SCOPE };
        for (positions, scope) in
            [(positions(), foreign), (positions(), restored), (Positions::new(&[8; 32]), SCOPE)]
        {
            assert_eq!(positions.position(scope, token).unwrap_err().code(), Code::InvalidCursor);
            assert_ne!(positions.token(scope, 42), token);
        }
    }

    #[test]
    fn a_token_that_was_changed_is_refused_whichever_bit_it_was() {
        let token = positions().token(SCOPE, 42);
        for bit in 0..TOKEN_BYTES * 8 {
            let mut changed = token;
            changed.0[bit / 8] ^= 1 << (bit % 8);
            let refused = positions().position(SCOPE, changed).unwrap_err();
            assert_eq!(refused.code(), Code::InvalidCursor, "bit {bit}");
        }
    }

    #[test]
    fn tokens_of_neighbours_have_nothing_in_common() {
        let (one, next) = (positions().token(SCOPE, 42), positions().token(SCOPE, 43));
        let same = one.0.iter().zip(next.0).filter(|(one, next)| *one == next).count();
        assert!(same < 6, "{same} bytes of {TOKEN_BYTES} are the same");
    }
}
