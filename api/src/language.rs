//! The two languages of answers: Spanish, unless the client prefers English.

use std::borrow::Cow;

use poem::http::HeaderMap;
use poem::http::header::ACCEPT_LANGUAGE;
use poem::{FromRequest, Request, RequestBody};

/// A language that every text for people exists in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// Spanish as spoken in Colombia, the default.
    #[default]
    Spanish,
    /// English.
    English,
}

impl Language {
    /// What `Accept-Language` likes best; Spanish when it has no opinion.
    pub fn of(headers: &HeaderMap) -> Self {
        let mut spanish = Weight::default();
        let mut english = Weight::default();
        for line in headers.get_all(ACCEPT_LANGUAGE) {
            for range in line.to_str().unwrap_or_default().split(',') {
                let (tag, weight) = weighted(range);
                let primary = tag.split('-').next().unwrap_or_default();
                if primary.eq_ignore_ascii_case("es") {
                    spanish.hear(weight);
                } else if primary.eq_ignore_ascii_case("en") {
                    english.hear(weight);
                }
            }
        }
        if english.0 > spanish.0 { Self::English } else { Self::Spanish }
    }

    /// The tag for `Content-Language` and `<html lang>`.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Spanish => "es-CO",
            Self::English => "en",
        }
    }
}

impl<'a> FromRequest<'a> for Language {
    async fn from_request(request: &'a Request, _body: &mut RequestBody) -> poem::Result<Self> {
        Ok(Self::of(request.headers()))
    }
}

/// One text in both languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    spanish: Cow<'static, str>,
    english: Cow<'static, str>,
}

impl Words {
    /// A text that was written twice.
    pub fn new(
        spanish: impl Into<Cow<'static, str>>,
        english: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self { spanish: spanish.into(), english: english.into() }
    }

    /// The text in one language.
    pub fn in_language(&self, language: Language) -> &str {
        match language {
            Language::Spanish => &self.spanish,
            Language::English => &self.english,
        }
    }
}

impl<S: Into<Cow<'static, str>>, E: Into<Cow<'static, str>>> From<(S, E)> for Words {
    fn from((spanish, english): (S, E)) -> Self {
        Self::new(spanish, english)
    }
}

/// The highest weight found so far, in thousandths; nothing found is no weight.
#[derive(Default)]
struct Weight(u32);

impl Weight {
    fn hear(&mut self, weight: u32) {
        self.0 = self.0.max(weight);
    }
}

/// Splits `en;q=0.8` into what is named and its weight in thousandths.
pub(crate) fn weighted(range: &str) -> (&str, u32) {
    let mut parts = range.split(';').map(str::trim);
    let name = parts.next().unwrap_or_default();
    let weight = parts
        .find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")))
        .map_or(1_000, thousandths);
    (name, weight)
}

/// Reads `0.8` as 800; what is not a weight counts as none.
fn thousandths(text: &str) -> u32 {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if fraction.len() > 3 {
        return 0;
    }
    format!("{whole}{fraction:0<3}").parse().map_or(0, |weight: u32| weight.min(1_000))
}

#[cfg(test)]
mod tests {
    use poem::http::HeaderValue;

    use super::*;

    fn language(accept: &'static str) -> Language {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT_LANGUAGE, HeaderValue::from_static(accept));
        Language::of(&headers)
    }

    #[test]
    fn spanish_is_spoken_to_whoever_does_not_say() {
        assert_eq!(Language::of(&HeaderMap::new()), Language::Spanish);
        for accept in ["", "*", "fr", "es-MX, en;q=0.9", "en, es", "en;q=0", "en;q=x", ";;,="] {
            assert_eq!(language(accept), Language::Spanish, "{accept:?}");
        }
    }

    #[test]
    fn english_is_spoken_to_whoever_likes_it_better() {
        for accept in
            ["en", "en-US,en;q=0.9", "fr, EN;q=0.5", "es;q=0.4, en-GB;q=0.401", "es;q=0, en"]
        {
            assert_eq!(language(accept), Language::English, "{accept:?}");
        }
    }
}
