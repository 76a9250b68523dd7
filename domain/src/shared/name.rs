//! Display names, and the short name of a company.

use std::fmt;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use super::visible;

/// A display name: one line of 1 to [`Name::LENGTH_MAX`] visible characters.
///
/// Input is read with [`Name::parse`]. Stored names are read whether or not they have characters that it
/// refuses: they must stay readable when the rule becomes stricter.
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
    /// It contains control characters, or characters that reorder or hide text, or are invisible.
    #[error("a name has no characters that show nothing")]
    Invisible,
}

impl Name {
    /// The most characters of a name: two lines of an 80 mm ticket.
    pub const LENGTH_MAX: usize = 96;

    /// Reads a name: white space is trimmed and collapsed, the text is composed (NFC).
    pub fn parse(text: &str) -> Result<Self, NameError> {
        // Composing and trimming do not shorten a text of this length to that of a name, so it is refused before.
        if text.chars().nth(Self::LENGTH_MAX * 4).is_some() && !text.contains(char::is_control) {
            return Err(NameError::TooLong);
        }
        let name = Self::stored(text)?;
        let characters: Vec<char> = name.0.chars().collect();
        if !visible::all_is_seen(&characters) {
            return Err(NameError::Invisible);
        }
        if visible::has_substance(&characters) { Ok(name) } else { Err(NameError::Empty) }
    }

    /// Reads a name that was stored.
    fn stored(text: &str) -> Result<Self, NameError> {
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

    /// The key with full case folding (`ß` is `ss`, `ς` is `σ`) and without characters that are invisible
    /// by themselves: joiners and variation selectors.
    ///
    /// This is version 2. It never changes, because stored claims have its keys.
    pub fn fold_v2(&self) -> String {
        let seen: String = self.0.nfkc().filter(|c| !visible::is_ignorable(*c)).collect();
        caseless::default_case_fold_str(&seen).nfkc().collect()
    }
}

/// Whether the text needs no trimming, collapsing or composing, which is true of every stored name.
fn is_as_shown(text: &str) -> bool {
    let is_odd = |c: char| c != ' ' && c.is_whitespace();
    let spaces = text.starts_with(' ') || text.ends_with(' ') || text.contains("  ");
    !spaces && !text.contains(is_odd) && is_nfc_quick(text.chars()) == IsNormalized::Yes
}

impl TryFrom<String> for Name {
    type Error = NameError;

    fn try_from(text: String) -> Result<Self, NameError> {
        Self::stored(&text)
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
    fn s49_what_shows_nothing_is_in_no_name() {
        for hidden in [
            "a\u{115F}b",
            "a\u{3164}b",
            "a\u{FFA0}b",
            "a\u{17B4}b",
            "a\u{034F}b",
            "a\u{2800}b",
            "a\u{E0041}b",
            "a\u{FE0F}b",
            "1\u{FE0F}",
            "a\u{E0100}",
            "a\u{200D}b",
            "\u{200D}a",
            "a\u{200C}",
            "\u{2066}a\u{2069}",
            "\u{E000}",
            "\u{0378}",
            "a\u{FFF9}b",
            "\u{202E}nimda",
            "👩\u{200D}",
            "👩\u{200C}🍳",
        ] {
            assert_eq!(Name::parse(hidden), Err(NameError::Invisible), "{hidden:?}");
        }
        for empty in ["", " \u{3000}\u{2003} ", "\u{301}", "\u{20DD}"] {
            assert_eq!(Name::parse(empty), Err(NameError::Empty), "{empty:?}");
        }
        for good in [
            "می\u{200C}خواهم",
            "ශ්\u{200D}රී",
            "क्\u{200D}ष",
            "👩\u{200D}🍳",
            "👩🏽\u{200D}🍳",
            "🏳\u{FE0F}\u{200D}🌈",
            "Café ☕\u{FE0F}",
            "1\u{FE0F}\u{20E3}",
            "شاي",
            "東京ラーメン",
            "Ñame & Cía. (2×1)",
            "٣",
            "\u{0600}١",
        ] {
            assert_eq!(Name::parse(good).map(String::from), Ok(good.to_owned()));
        }
        let (long, longest) = ("🍕".repeat(10_000_000 / 4), "🍕".repeat(Name::LENGTH_MAX));
        assert_eq!(Name::parse(&long), Err(NameError::TooLong));
        assert!(Name::parse(&longest).is_ok());
    }

    #[test]
    fn a_name_that_was_stored_stays_readable() {
        for stored in ["a\u{3164}b", "\u{2800}", "a\u{FE0F}b"] {
            let name: Name = serde_json::from_value(stored.into()).unwrap();
            assert_eq!(name.as_str(), stored);
        }
    }

    #[test]
    fn the_second_fold_is_full_and_joins_all_that_the_first_joins() {
        let name = |text| Name::parse(text).unwrap();
        for (one, other) in [
            ("Straße", "STRASSE"),
            ("Οδός", "ΟΔΌΣ"),
            ("ﬁlete", "FILETE"),
            ("JAMÓN", "jamón"),
            ("Café ☕\u{FE0F}", "café ☕"),
            ("می\u{200C}خواهم", "میخواهم"),
        ] {
            assert_eq!(name(one).fold_v2(), name(other).fold_v2());
        }
        assert_ne!(name("año").fold_v2(), name("ano").fold_v2());
        assert_eq!(name("Straße").fold_v1(), "straße", "the first fold is frozen");
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
