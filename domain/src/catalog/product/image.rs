//! The image of a product: what is known of it. Its bytes are outside the log, under its hash.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What an image is addressed by: 128 bits of a hash over the company and what was uploaded, written as 32
/// hexadecimal digits.
///
/// It cannot be guessed, so an address that has it needs no other protection, and two companies never share
/// one.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(into = "String", try_from = "String")]
#[schemars(inline, extend("pattern" = "^[0-9a-f]{32}$"))]
pub struct ImageHash([u8; 16]);

/// The text is not 32 hexadecimal digits in lower case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an image's hash has 32 hexadecimal digits in lower case")]
pub struct ImageHashError;

impl ImageHash {
    /// A hash of these bytes.
    pub const fn new(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }
}

impl FromStr for ImageHash {
    type Err = ImageHashError;

    fn from_str(text: &str) -> Result<Self, ImageHashError> {
        let is_digit = |digit: u8| matches!(digit, b'0'..=b'9' | b'a'..=b'f');
        if text.len() != 32 || !text.bytes().all(is_digit) {
            return Err(ImageHashError);
        }
        u128::from_str_radix(text, 16)
            .map(|hash| Self(hash.to_be_bytes()))
            .map_err(|_| ImageHashError)
    }
}

impl fmt::Display for ImageHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", u128::from_be_bytes(self.0))
    }
}

impl From<ImageHash> for String {
    fn from(hash: ImageHash) -> Self {
        hash.to_string()
    }
}

impl TryFrom<String> for ImageHash {
    type Error = ImageHashError;

    fn try_from(text: String) -> Result<Self, ImageHashError> {
        text.parse()
    }
}

/// What an image is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum ImageFormat {
    /// JPEG, for images that hide what is behind them.
    Jpeg,
    /// WebP, for images with transparent parts.
    WebP,
}

impl ImageFormat {
    /// What names of files end with, without the dot.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::WebP => "webp",
        }
    }
}

/// The size of an image in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct ImageSize {
    /// From left to right.
    pub width: u16,
    /// From top to bottom.
    pub height: u16,
}

/// A colour: red, green and blue, written as `#c8a26b`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(into = "String", try_from = "String")]
#[schemars(inline, extend("pattern" = "^#[0-9a-f]{6}$"))]
pub struct Colour([u8; 3]);

/// The text is not `#` and six hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a colour is # and six hexadecimal digits")]
pub struct ColourError;

impl Colour {
    /// The colour with this much red, green and blue.
    pub const fn new(parts: [u8; 3]) -> Self {
        Self(parts)
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

impl From<Colour> for String {
    fn from(colour: Colour) -> Self {
        colour.to_string()
    }
}

impl TryFrom<String> for Colour {
    type Error = ColourError;

    fn try_from(text: String) -> Result<Self, ColourError> {
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6);
        let digits = digits.filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
        let parts = u32::from_str_radix(digits.ok_or(ColourError)?, 16).map_err(|_| ColourError)?;
        let [_, red, green, blue] = parts.to_be_bytes();
        Ok(Self([red, green, blue]))
    }
}

/// An image in three sizes. An image that was uploaded smaller than a size is not enlarged to it, so that
/// sizes may be equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct Image {
    /// What it is addressed by.
    pub hash: ImageHash,
    /// What it is written as.
    pub format: ImageFormat,
    /// For lists.
    pub small: ImageSize,
    /// For cards.
    pub medium: ImageSize,
    /// For the whole width of a screen.
    pub large: ImageSize,
    /// Its average colour, to show while it is loaded.
    pub colour: Colour,
}

impl Image {
    /// The name of its file in one of its sizes.
    pub fn file_name(&self, size: ImageSize) -> String {
        format!("{}-{}.{}", self.hash, size.width, self.format.extension())
    }

    /// The names of its files; equal sizes are one file.
    pub fn file_names(&self) -> Vec<String> {
        let mut names: Vec<_> =
            [self.small, self.medium, self.large].map(|size| self.file_name(size)).into();
        names.dedup();
        names
    }
}

/// The product was given an image, in place of the one that it had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ImageSet {
    /// The image from this event on.
    pub image: Image,
}

/// The image of the product was removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ImageRemoved {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_and_colours_are_read_as_they_are_written_and_nothing_else_is() {
        let hash = ImageHash::new([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 255]);
        assert_eq!(hash.to_string(), "000102030405060708090a0b0c0d0eff");
        assert_eq!(hash.to_string().parse(), Ok(hash));
        for text in
            ["", "00", "000102030405060708090A0B0C0D0EFF", "+00102030405060708090a0b0c0d0eff"]
        {
            assert_eq!(text.parse::<ImageHash>(), Err(ImageHashError), "{text:?}");
        }
        let colour = Colour::new([200, 162, 7]);
        assert_eq!(String::from(colour), "#c8a207");
        assert_eq!(Colour::try_from("#c8a207".to_owned()), Ok(colour));
        for text in ["", "#", "c8a207", "#c8a20", "#+8a207", "#c8a2071"] {
            assert_eq!(Colour::try_from(text.to_owned()), Err(ColourError), "{text:?}");
        }
    }

    #[test]
    fn equal_sizes_are_one_file() {
        let size = |width| ImageSize { width, height: 10 };
        let image = Image {
            hash: ImageHash::new([0xab; 16]),
            format: ImageFormat::WebP,
            small: size(200),
            medium: size(300),
            large: size(300),
            colour: Colour::new([0; 3]),
        };
        let hash = "ab".repeat(16);
        assert_eq!(image.file_names(), [format!("{hash}-200.webp"), format!("{hash}-300.webp")]);
    }
}
