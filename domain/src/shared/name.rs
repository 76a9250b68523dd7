//! Display names, and the short name of a company.

use std::fmt;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// A display name: one line of 1 to [`Name::LENGTH_MAX`] visible characters.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(into = "String", try_from = "String")]
#[schemars(inline, extend("minLength" = 1, "maxLength" = Self::LENGTH_MAX))]
pub struct Name(Arc<str>);

/// Why a text is not a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// It is empty or only white space.
    #[error("a name has at least one visible character")]
    Empty,
    /// It is longer than [`Name::LENGTH_MAX`].
    #[error("a name has at most {} characters", Name::LENGTH_MAX)]
    TooLong,
    /// It contains control characters, or characters that reorder or hide text.
    #[error("a name has no control, direction or zero-width characters")]
    Invisible,
}

impl Name {
    /// The most characters of a name: two lines of an 80 mm ticket.
    pub const LENGTH_MAX: usize = 96;

    /// Reads a name: white space is trimmed and collapsed, the text is composed (NFC).
    pub fn parse(text: &str) -> Result<Self, NameError> {
        if text.contains(char::is_control) {
            return Err(NameError::Invisible);
        }
        let name: Arc<str> = if is_as_shown(text) {
            text.into()
        } else {
            let words: Vec<&str> = text.split_whitespace().collect();
            words.join(" ").nfc().collect::<String>().into()
        };
        if name.is_empty() {
            return Err(NameError::Empty);
        }
        if name.chars().count() > Self::LENGTH_MAX {
            return Err(NameError::TooLong);
        }
        if name.chars().any(is_invisible) {
            return Err(NameError::Invisible);
        }
        Ok(Self(name))
    }

    /// The name as shown.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The folded form, equal for equal names: compatibility forms and case do not count, accents
    /// do.
    ///
    /// Frozen as version 1, because stored claims are made of it.
    pub fn fold_v1(&self) -> String {
        self.0.nfkc().flat_map(char::to_lowercase).collect()
    }
}

/// Whether the text needs no trimming, collapsing or composing, which is true of every stored name.
fn is_as_shown(text: &str) -> bool {
    let is_odd = |c: char| c != ' ' && c.is_whitespace();
    let spaces = text.starts_with(' ') || text.ends_with(' ') || text.contains("  ");
    !spaces && !text.contains(is_odd) && is_nfc_quick(text.chars()) == IsNormalized::Yes
}

/// Characters that are invisible but change what a reader sees.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{00AD}' | '\u{061C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}')
}

impl TryFrom<String> for Name {
    type Error = NameError;

    fn try_from(text: String) -> Result<Self, NameError> {
        Self::parse(&text)
    }
}

impl From<Name> for String {
    fn from(name: Name) -> Self {
        (*name.0).to_owned()
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The short name of a company in URLs: `arepas-del-parque`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(into = "String", try_from = "String")]
#[schemars(inline, extend("pattern" = "^(?=.{2,40}$)[a-z0-9]+(-[a-z0-9]+)*$"))]
pub struct Slug(String);

/// The text is not 2 to 40 of `a-z`, `0-9` and single inner hyphens.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a short name has 2 to 40 of a-z, 0-9 and inner hyphens")]
pub struct SlugError;

impl Slug {
    /// Reads a short name.
    pub fn parse(text: &str) -> Result<Self, SlugError> {
        let letters =
            text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        let hyphens = text.starts_with('-') || text.ends_with('-') || text.contains("--");
        if !letters || hyphens || !(2..=40).contains(&text.len()) {
            return Err(SlugError);
        }
        Ok(Self(text.to_owned()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Slug {
    type Error = SlugError;

    fn try_from(text: String) -> Result<Self, SlugError> {
        Self::parse(&text)
    }
}

impl From<Slug> for String {
    fn from(slug: Slug) -> Self {
        slug.0
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_trimmed_composed_and_visible() {
        assert_eq!(Name::parse("  Arepa   con\u{a0}queso ").unwrap().as_str(), "Arepa con queso");
        assert_eq!(Name::parse("Jamo\u{301}n").unwrap().as_str(), "Jamón");
        assert_eq!(Name::parse(" \t "), Err(NameError::Invisible));
        assert_eq!(Name::parse("   "), Err(NameError::Empty));
        assert_eq!(Name::parse(&"a".repeat(97)), Err(NameError::TooLong));
        for hidden in ["a\u{202e}b", "a\u{200b}b", "a\0b", "a\u{1b}@", "a\nb"] {
            assert_eq!(Name::parse(hidden), Err(NameError::Invisible), "{hidden:?}");
        }
    }

    #[test]
    fn names_that_a_reader_takes_for_one_fold_to_one_key() {
        let key = |text| Name::parse(text).unwrap().fold_v1();
        assert_eq!(key("JAMÓN  y Queso"), key("jamón y queso"));
        assert_eq!(key("ﬁlete"), key("filete"));
        assert_ne!(key("año"), key("ano"));
    }

    #[test]
    fn short_names_fit_an_address() {
        assert!(Slug::parse("arepas-del-parque-2").is_ok());
        for text in ["", "a", "-a", "a-", "a--b", "Arepas", "a b", "ñ1"] {
            assert_eq!(Slug::parse(text), Err(SlugError), "{text:?}");
        }
    }
}
