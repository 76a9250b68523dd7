//! The codes by which other systems and scanners name a variant.

use std::fmt;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

macro_rules! code {
    ($(#[$meta:meta])* $code:ident, $length:literal, $pattern:literal, $is_allowed:expr) => {
        $(#[$meta])*
        #[derive(
            Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
        )]
        #[serde(into = "String", try_from = "String")]
        #[schemars(inline, extend("pattern" = $pattern))]
        pub struct $code(Arc<str>);

        impl $code {
            /// The most characters.
            pub const LENGTH_MAX: usize = $length;

            /// Reads a code. White space around it is no part of it.
            pub fn parse(text: &str) -> Result<Self, ItemCodeError> {
                let (text, is_allowed): (&str, fn(u8) -> bool) = (text.trim(), $is_allowed);
                let is_short = (1..=Self::LENGTH_MAX).contains(&text.len());
                if is_short && text.bytes().all(is_allowed) {
                    Ok(Self(text.into()))
                } else {
                    Err(ItemCodeError { length_max: Self::LENGTH_MAX })
                }
            }

            /// The text as it was given.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $code {
            type Error = ItemCodeError;

            fn try_from(text: String) -> Result<Self, ItemCodeError> {
                Self::parse(&text)
            }
        }

        impl From<$code> for String {
            fn from(code: $code) -> Self {
                (*code.0).to_owned()
            }
        }

        impl fmt::Display for $code {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

code!(
    /// A stock keeping unit: how the company's other systems name a variant, such as `PIZ-01 G`.
    Sku,
    40,
    "^[!-~]([ -~]{0,38}[!-~])?$",
    |b| matches!(b, b' '..=b'~')
);

code!(
    /// What a scanner reads: a GTIN (EAN, UPC), or any other code of letters, digits and `-./+$%`.
    Barcode,
    48,
    "^[0-9A-Za-z./+$%-]{1,48}$",
    |b| b.is_ascii_alphanumeric() || b"-./+$%".contains(&b)
);

/// The text is empty, too long, or has characters that such a code does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the code has 1 to {length_max} of the characters that such codes have")]
pub struct ItemCodeError {
    /// The most characters.
    pub length_max: usize,
}

impl Sku {
    /// Equal for codes that differ in case alone. It never changes, because stored claims are made
    /// of it.
    pub fn key(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

impl Barcode {
    /// Equal for the forms in which scanners send one code: a GTIN has 14 digits, of which they
    /// leave out leading zeros. It never changes, because stored claims are made of it.
    pub fn key(&self) -> String {
        if self.is_gtin() { format!("{:0>14}", self.0) } else { (*self.0).to_owned() }
    }

    /// Whether this is a GTIN of 8, 12, 13 or 14 digits, of which the last one checks the others.
    fn is_gtin(&self) -> bool {
        let is_digits = self.0.bytes().all(|b| b.is_ascii_digit());
        let weights = [1_u32, 3].into_iter().cycle();
        let digits = self.0.bytes().rev().map(|b| u32::from(b.wrapping_sub(b'0')));
        let sum = || digits.zip(weights).map(|(digit, weight)| digit * weight).sum::<u32>();
        is_digits && matches!(self.0.len(), 8 | 12 | 13 | 14) && sum().is_multiple_of(10)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_plain_text_of_one_line() {
        assert_eq!(Sku::parse(" PIZ-01 G ").unwrap().as_str(), "PIZ-01 G");
        assert_eq!(Barcode::parse("7702004003508").unwrap().as_str(), "7702004003508");
        for text in ["", "  ", "PIZ\n01", "ñ", &"A".repeat(41)] {
            assert_eq!(Sku::parse(text), Err(ItemCodeError { length_max: 40 }), "{text:?}");
        }
        for text in ["", "77 02", "770_2", &"7".repeat(49)] {
            assert_eq!(Barcode::parse(text), Err(ItemCodeError { length_max: 48 }), "{text:?}");
        }
    }

    #[test]
    fn a_sku_is_one_whatever_its_case() {
        let key = |text| Sku::parse(text).unwrap().key();
        assert_eq!(key("piz-01"), key("PIZ-01"));
        assert_ne!(key("PIZ-01"), key("PIZ01"));
    }

    #[test]
    fn a_gtin_is_one_with_and_without_its_leading_zeros() {
        let key = |text| Barcode::parse(text).unwrap().key();
        let forms = ["036000291452", "0036000291452", "00036000291452"];
        assert!(forms.iter().all(|form| key(form) == "00036000291452"));
        assert_eq!(key("96385074"), "00000096385074");
        assert_eq!(key("036000291453"), "036000291453", "its check digit is wrong: no GTIN");
        assert_eq!(key("12345"), "12345", "a code of the house");
        assert_ne!(key("abc"), key("ABC"));
    }
}
