//! E-mail addresses: as written, and folded for comparison.

use std::fmt;

use unicode_normalization::UnicodeNormalization;

use super::visible;

/// A valid address in NFC, without invisible characters.
#[derive(Clone, PartialEq, Eq)]
pub struct EmailAddress(String);

impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EmailAddress")
    }
}

/// Why a text is not an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EmailError {
    /// It is not text, one @ and text.
    #[error("an e-mail address has one @ with text on both sides, and no white space")]
    Shape,
    /// It is longer than RFC 5321 allows.
    #[error("an e-mail address has at most {} characters", EmailAddress::LENGTH_MAX)]
    TooLong,
    /// It contains control characters, or characters that reorder or hide text.
    #[error("an e-mail address has no control, direction or invisible characters")]
    Invisible,
}

impl EmailAddress {
    /// The most characters of an address (RFC 5321).
    pub const LENGTH_MAX: usize = 254;

    /// Reads an address; surrounding white space is removed.
    pub fn parse(text: &str) -> Result<Self, EmailError> {
        let text: String = text.trim().nfc().take(Self::LENGTH_MAX + 1).collect();
        if text.chars().count() > Self::LENGTH_MAX {
            return Err(EmailError::TooLong);
        }
        if text.chars().any(visible::shows_nothing) {
            return Err(EmailError::Invisible);
        }
        let Some((mailbox, domain)) = text.split_once('@') else { return Err(EmailError::Shape) };
        let has_all = !mailbox.is_empty() && !domain.is_empty();
        if !has_all || domain.contains('@') || text.contains(char::is_whitespace) {
            return Err(EmailError::Shape);
        }
        Ok(Self(text))
    }

    /// The address as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The folded form, equal for equal addresses: compatibility forms, composition and case do not
    /// count.
    ///
    /// Frozen as version 2, because stored keys are made of it.
    pub fn fold_v2(&self) -> String {
        self.0.nfkc().flat_map(char::to_lowercase).nfc().collect()
    }
}

/// The folding before [`EmailAddress::fold_v2`], to find addresses that were stored under it.
pub fn fold_v1(text: &str) -> String {
    text.trim().to_lowercase()
}

/// Every older folding under which the address may be stored; those kept the composition as typed.
pub fn earlier_folds(text: &str) -> Vec<String> {
    let composed: String = text.nfc().collect();
    let decomposed: String = text.nfd().collect();
    [text, &composed, &decomposed].map(fold_v1).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fold(text: &str) -> String {
        EmailAddress::parse(text).map_or_else(|why| why.to_string(), |email| email.fold_v2())
    }

    #[test]
    fn spellings_of_one_address_are_one() {
        let address = "ñandú@example.com";
        for other in [
            "Ñandú@Example.com",
            " n\u{303}andu\u{301}@example.com ",
            "N\u{303}ANDU\u{301}@EXAMPLE.COM",
            "ñａｎdú@example.com",
        ] {
            assert_eq!(fold(other), address, "{other:?}");
        }
        assert_ne!(fold("nandu@example.com"), address, "accents count");
        for plain in ["ana@example.com", "Ana.Restrepo+1@Example.COM"] {
            assert_eq!(fold(plain), fold_v1(plain), "most addresses have one fold");
        }
    }

    #[test]
    fn what_a_reader_does_not_see_is_in_no_address() {
        for unseen in
            "\u{ad}\u{200b}\u{200d}\u{202e}\u{2066}\u{feff}\u{fe0f}\u{e0041}\u{0}\u{34f}".chars()
        {
            let text = format!("a{unseen}na@example.com");
            assert_eq!(EmailAddress::parse(&text).err(), Some(EmailError::Invisible), "{text:?}");
        }
        for shapeless in ["", "ana", "@example.com", "ana@", "a@b@c", "an a@example.com"] {
            assert_eq!(
                EmailAddress::parse(shapeless).err(),
                Some(EmailError::Shape),
                "{shapeless}"
            );
        }
        let long = format!("{}@example.com", "a".repeat(243));
        assert_eq!(EmailAddress::parse(&long).err(), Some(EmailError::TooLong));
        assert!(EmailAddress::parse(&long[1..]).is_ok());
    }

    #[test]
    fn an_address_that_was_kept_decomposed_is_found_however_it_is_typed() {
        let kept = fold_v1("JOSE\u{301}@example.com");
        for typed in ["josé@example.com", "jose\u{301}@example.com", "JOSÉ@example.com"] {
            assert!(earlier_folds(typed).contains(&kept), "{typed:?}");
        }
    }
}
