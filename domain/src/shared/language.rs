//! The languages in which a company says something to its guests.

use std::fmt;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A language, by its tag of BCP 47: two or three letters, and a country if it matters: `es`,
/// `pt-BR`.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(into = "String", try_from = "String")]
#[schemars(inline, extend("pattern" = "^[a-z]{2,3}(-[A-Z]{2})?$"))]
pub struct LanguageTag(Arc<str>);

/// The text is not such a tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a language is two or three small letters, and a country of two capitals after a hyphen")]
pub struct LanguageTagError;

impl LanguageTag {
    /// Reads a tag.
    pub fn parse(text: &str) -> Result<Self, LanguageTagError> {
        let (language, country) = text.split_once('-').unwrap_or((text, "CO"));
        let is_language =
            matches!(language.len(), 2 | 3) && language.bytes().all(|b| b.is_ascii_lowercase());
        let is_country = country.len() == 2 && country.bytes().all(|b| b.is_ascii_uppercase());
        if is_language && is_country { Ok(Self(text.into())) } else { Err(LanguageTagError) }
    }

    /// The tag.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for LanguageTag {
    type Error = LanguageTagError;

    fn try_from(text: String) -> Result<Self, LanguageTagError> {
        Self::parse(&text)
    }
}

impl From<LanguageTag> for String {
    fn from(tag: LanguageTag) -> Self {
        (*tag.0).to_owned()
    }
}

impl fmt::Display for LanguageTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_named_by_its_tag() {
        for tag in ["es", "en", "pt-BR", "quz"] {
            assert_eq!(LanguageTag::parse(tag).map(String::from), Ok(tag.to_owned()));
        }
        for text in ["", "e", "ES", "es-", "es-co", "es-419", "es_CO", "-CO", "español"] {
            assert_eq!(LanguageTag::parse(text), Err(LanguageTagError), "{text:?}");
        }
    }
}
