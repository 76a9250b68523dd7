//! Codes: the words by which companies and profiles name what FastOps does not list, such as taxes.

use std::fmt;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A word of 1 to [`Code::LENGTH_MAX`] of `a-z`, `0-9` and `_`, such as `iva`.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(into = "String", try_from = "String")]
#[schemars(inline, extend("pattern" = "^[a-z0-9_]{1,32}$"))]
pub struct Code(Arc<str>);

/// The text is not 1 to 32 of `a-z`, `0-9` and `_`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a code has 1 to 32 of a-z, 0-9 and _")]
pub struct CodeError;

impl Code {
    /// The most characters of a code.
    pub const LENGTH_MAX: usize = 32;

    /// Reads a code.
    pub fn parse(text: &str) -> Result<Self, CodeError> {
        let is_plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
        if text.is_empty() || text.len() > Self::LENGTH_MAX || !text.bytes().all(is_plain) {
            return Err(CodeError);
        }
        Ok(Self(text.into()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Code {
    type Error = CodeError;

    fn try_from(text: String) -> Result<Self, CodeError> {
        Self::parse(&text)
    }
}

impl From<Code> for String {
    fn from(code: Code) -> Self {
        (*code.0).to_owned()
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_a_plain_word() {
        assert_eq!(Code::parse("iva_19").map(|code| code.to_string()), Ok("iva_19".to_owned()));
        for text in ["", "IVA", "i v a", "año", &"a".repeat(33)] {
            assert_eq!(Code::parse(text), Err(CodeError), "{text:?}");
        }
    }
}
