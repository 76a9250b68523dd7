//! A stand-in for e-mail addresses that reveals nothing about them.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A keyed hash of a folded address. Equal addresses have equal keys; without the secret a key can
/// neither be reversed nor tested against guessed addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(into = "String", try_from = "String")]
#[schemars(inline, extend("pattern" = "^[0-9a-f]{64}$"))]
pub struct EmailKey([u8; 32]);

/// The text is not 64 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the key of an e-mail address is 64 of 0-9 and a-f")]
pub struct EmailKeyError;

impl EmailKey {
    /// The key from a hash made with the secret.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes, for storage.
    pub const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for EmailKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl From<EmailKey> for String {
    fn from(key: EmailKey) -> Self {
        key.to_string()
    }
}

impl TryFrom<String> for EmailKey {
    type Error = EmailKeyError;

    fn try_from(text: String) -> Result<Self, EmailKeyError> {
        let (pairs, []) = text.as_bytes().as_chunks::<2>() else { return Err(EmailKeyError) };
        let bytes: Option<Vec<u8>> =
            pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?)).collect();
        let bytes = bytes.and_then(|bytes| bytes.try_into().ok());
        bytes.map(Self).ok_or(EmailKeyError)
    }
}

const fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_as_it_was_written() {
        let key = EmailKey::from_bytes(*b"0123456789abcdefghijklmnopqrst\0\xff");
        let text = String::from(key);
        assert_eq!(EmailKey::try_from(text.clone()), Ok(key));
        for bad in [&text[1..], &text[2..], &text.to_uppercase(), &text.replace('0', "g"), ""] {
            assert_eq!(EmailKey::try_from(bad.to_owned()), Err(EmailKeyError), "{bad}");
        }
    }
}
