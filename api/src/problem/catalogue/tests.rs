use std::collections::HashSet;

use super::*;
use crate::language::Language;

#[test]
fn every_slug_is_its_own_and_fits_in_an_address() {
    let slugs: HashSet<_> = Code::ALL.iter().map(|code| code.slug()).collect();
    assert_eq!(slugs.len(), Code::ALL.len());
    for slug in slugs {
        assert!(slug.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'), "{slug}");
        assert_eq!(Code::of_slug(slug).map(Code::slug), Some(slug));
    }
}

#[test]
fn every_text_exists_in_both_languages_and_needs_no_escaping() {
    for code in Code::ALL {
        for words in [code.title(), code.advice()] {
            for language in [Language::Spanish, Language::English] {
                let text = words.in_language(language);
                assert!(!text.is_empty() && !text.contains(['<', '>', '&', '"']), "{text}");
            }
        }
    }
}

#[test]
fn whatever_can_be_tried_again_says_when() {
    for code in Code::ALL {
        let status = code.status();
        let passing = status == StatusCode::SERVICE_UNAVAILABLE
            || status == StatusCode::TOO_MANY_REQUESTS
            || *code == Code::IdempotencyInProgress;
        assert_eq!(code.retry_after_seconds().is_some(), passing, "{}", code.slug());
    }
}
