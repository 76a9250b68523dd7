//! Descriptions: text of several lines.

use std::fmt;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use super::visible;

/// A text of 1 to [`Description::LENGTH_MAX`] visible characters, in lines.
///
/// Input is read with [`Description::parse`]. Stored texts are read whether or not they have characters
/// that it refuses: they must stay readable when the rule becomes stricter.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(into = "String", from = "String")]
#[schemars(inline, extend("minLength" = 1, "maxLength" = Self::LENGTH_MAX))]
pub struct Description(Arc<str>);

/// Why a text is not a description.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DescriptionError {
    /// It is empty or only white space.
    #[error("a description has at least one visible character")]
    Empty,
    /// It is longer than [`Description::LENGTH_MAX`].
    #[error("a description has at most {} characters", Description::LENGTH_MAX)]
    TooLong,
    /// It contains control characters besides line breaks, or characters that reorder or hide text,
    /// or are invisible.
    #[error("a description has no characters that show nothing")]
    Invisible,
}

impl Description {
    /// The most characters of a description.
    pub const LENGTH_MAX: usize = 1_000;

    /// Reads a description: white space around lines and empty lines around the text are left out,
    /// the text is composed (NFC).
    pub fn parse(text: &str) -> Result<Self, DescriptionError> {
        // Composing and trimming do not shorten a text of this length to that of a description.
        if text.chars().nth(Self::LENGTH_MAX * 4).is_some() {
            return Err(DescriptionError::TooLong);
        }
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        let text = lines.join("\n").trim_matches('\n').nfc().collect::<String>();
        if text.chars().count() > Self::LENGTH_MAX {
            return Err(DescriptionError::TooLong);
        }
        let lines = || text.lines().map(|line| line.chars().collect::<Vec<char>>());
        if !lines().all(|line| visible::all_is_seen(&line)) {
            return Err(DescriptionError::Invisible);
        }
        if !lines().any(|line| visible::has_substance(&line)) {
            return Err(DescriptionError::Empty);
        }
        Ok(Self(text.into()))
    }

    /// The text, with line feeds between its lines.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for Description {
    /// Reads a text that was stored.
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl From<Description> for String {
    fn from(description: Description) -> Self {
        (*description.0).to_owned()
    }
}

impl fmt::Display for Description {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_keeps_its_lines() {
        let read = |text: &str| Description::parse(text).map(String::from);
        assert_eq!(
            read("\n Con queso\u{301} \r\n\r\n y miel \n"),
            Ok("Con quesó\n\ny miel".into())
        );
        assert_eq!(read(" \n "), Err(DescriptionError::Empty));
        assert_eq!(read(&"a".repeat(1_001)), Err(DescriptionError::TooLong));
        for hidden in ["a\u{202e}b", "a\tb", "a\u{1b}@b", "a\u{200b}"] {
            assert_eq!(read(hidden), Err(DescriptionError::Invisible), "{hidden:?}");
        }
    }

    #[test]
    fn a_stored_description_stays_readable() {
        let stored: Description = serde_json::from_value("a\u{202e}b".into()).unwrap();
        assert_eq!(stored.as_str(), "a\u{202e}b");
    }
}
