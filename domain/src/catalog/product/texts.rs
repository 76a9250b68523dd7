//! What is said of a product, by language.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::shared::{Description, LanguageTag, Name};

/// The most languages of a product.
pub const LANGUAGES_MAX: usize = 20;
/// The most search words of a product in one language.
pub const SEARCH_WORDS_MAX: usize = 30;

/// What is said in one language.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Text {
    /// What a guest reads below the name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<Description>,
    /// Words by which it is found besides its name: "gaseosa".
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub search_words: Vec<Name>,
}

impl Text {
    /// Whether nothing is said.
    pub const fn is_empty(&self) -> bool {
        self.description.is_none() && self.search_words.is_empty()
    }
}

/// What is said, by language. A language in which nothing is said is left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(from = "BTreeMap<LanguageTag, Text>")]
pub struct Texts(BTreeMap<LanguageTag, Text>);

impl From<BTreeMap<LanguageTag, Text>> for Texts {
    fn from(texts: BTreeMap<LanguageTag, Text>) -> Self {
        texts.into_iter().collect()
    }
}

impl FromIterator<(LanguageTag, Text)> for Texts {
    fn from_iter<T: IntoIterator<Item = (LanguageTag, Text)>>(texts: T) -> Self {
        Self(texts.into_iter().filter(|(_, text)| !text.is_empty()).collect())
    }
}

impl Texts {
    /// What is said in a language.
    pub fn get(&self, language: &LanguageTag) -> Option<&Text> {
        self.0.get(language)
    }

    /// Every language in which something is said, in the order of their tags.
    pub fn iter(&self) -> impl Iterator<Item = (&LanguageTag, &Text)> {
        self.0.iter()
    }

    /// In how many languages something is said.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nothing is said.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
