//! From the bytes of an upload to pixels, within limits that are checked before any pixel is decoded.

use std::io::Cursor;

use image::codecs::jpeg::JpegDecoder;
use image::codecs::png::PngDecoder;
use image::codecs::webp::WebPDecoder;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageError, ImageResult, Limits};

use crate::jpeg;

/// The most pixels of an image: those of the cameras of today's phones. Decoding and drawing them takes
/// up to twelve bytes for each.
pub const PIXELS_MAX: u64 = 25_000_000;

/// The most pixels of an image in either direction.
pub const SIDE_MAX: u32 = 12_000;

/// Why an upload is not taken as an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Rejected {
    /// It does not begin as PNG, JPEG or WebP do.
    #[error("neither PNG nor JPEG nor WebP")]
    Unknown,
    /// It begins as an image and is none, or breaks off.
    #[error("broken, or of a kind that is not read")]
    Broken,
    /// It moves.
    #[error("animated")]
    Animated,
    /// It has more than [`PIXELS_MAX`], or is longer than [`SIDE_MAX`].
    #[error("of more pixels than are read")]
    TooLarge,
}

/// The formats that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Png,
    Jpeg,
    WebP,
}

impl Format {
    /// By the first bytes alone: names and declared types say what their sender likes.
    fn of(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some(Self::Png),
            [0xff, 0xd8, 0xff, ..] => Some(Self::Jpeg),
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(Self::WebP),
            _ => None,
        }
    }
}

/// Pixels as they were stored, and how the camera was held.
pub(crate) struct Pixels {
    pub(crate) image: DynamicImage,
    pub(crate) orientation: Orientation,
}

/// Reads an image.
pub(crate) fn read(bytes: &[u8]) -> Result<Pixels, Rejected> {
    let source = Cursor::new(bytes);
    match Format::of(bytes).ok_or(Rejected::Unknown)? {
        Format::Png => decode(PngDecoder::with_limits(source, limits())),
        Format::Jpeg => {
            let decoder = within_limits(JpegDecoder::new(source))?;
            if !jpeg::is_complete(bytes) {
                return Err(Rejected::Broken);
            }
            decode(Ok(decoder))
        }
        Format::WebP => {
            let decoder = within_limits(WebPDecoder::new(source))?;
            if decoder.has_animation() {
                return Err(Rejected::Animated);
            }
            decode(Ok(decoder))
        }
    }
}

/// A decoder that has read the header, if what it is about to decode is small enough.
fn within_limits<D: ImageDecoder>(decoder: ImageResult<D>) -> Result<D, Rejected> {
    let decoder = decoder.map_err(|error| rejected(&error))?;
    let (width, height) = decoder.dimensions();
    if width > SIDE_MAX || height > SIDE_MAX || u64::from(width) * u64::from(height) > PIXELS_MAX {
        return Err(Rejected::TooLarge);
    }
    Ok(decoder)
}

fn decode<'a>(decoder: ImageResult<impl ImageDecoder + 'a>) -> Result<Pixels, Rejected> {
    let mut decoder = within_limits(decoder)?;
    decoder.set_limits(limits()).map_err(|error| rejected(&error))?;
    // An image whose metadata cannot be read is drawn as it is.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let image = DynamicImage::from_decoder(decoder).map_err(|error| rejected(&error))?;
    Ok(Pixels { image, orientation })
}

fn limits() -> Limits {
    let mut limits = Limits::default();
    limits.max_image_width = Some(SIDE_MAX);
    limits.max_image_height = Some(SIDE_MAX);
    limits.max_alloc = Some(8 * PIXELS_MAX);
    limits
}

fn rejected(error: &ImageError) -> Rejected {
    match error {
        ImageError::Limits(_) => Rejected::TooLarge,
        _ => Rejected::Broken,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{animated_webp, jpeg, photo, png, png_header, webp};

    fn rejection(bytes: &[u8]) -> Option<Rejected> {
        read(bytes).err()
    }

    #[test]
    fn s44_only_the_first_bytes_say_what_an_image_is() {
        for bytes in [
            &b""[..],
            b"<html><script>alert(1)</script>",
            b"<?xml version=\"1.0\"?><svg xmlns=\"http://www.w3.org/2000/svg\"/>",
            b"<?php system('id');",
            b"GIF89a/*\xff\xd8\xff*/=1;",
            b"%PDF-1.7",
            b"BM\x1e\0\0\0",
            b"RIFF\x04\0\0\0WAVE",
            b"\x89PN",
        ] {
            assert_eq!(rejection(bytes), Some(Rejected::Unknown), "{bytes:?}");
        }
    }

    #[test]
    fn s44_images_that_break_off_anywhere_are_refused_and_not_filled_in_with_grey() {
        let photo = photo(64, 48);
        for whole in [jpeg(&photo), png(&photo), webp(&photo)] {
            assert_eq!(rejection(&whole), None);
            for percent in [3, 20, 50, 80, 97] {
                let cut = &whole[..whole.len() * percent / 100];
                assert!(rejection(cut).is_some(), "{percent} % of {:?}", &whole[..4]);
            }
        }
    }

    #[test]
    fn s44_noise_behind_good_first_bytes_is_broken() {
        for head in [&b"\x89PNG\r\n\x1a\n"[..], b"\xff\xd8\xff\xe0", b"RIFF\x20\0\0\0WEBPVP8 "] {
            let noise: Vec<u8> = (0..999_u32).map(|n| (n * 7919 % 251) as u8).collect();
            assert_eq!(rejection(&[head, &noise].concat()), Some(Rejected::Broken), "{head:?}");
        }
    }

    #[test]
    fn s45_an_image_that_says_that_it_is_huge_is_refused_by_what_it_says() {
        for (width, height) in
            [(60_000, 60_000), (SIDE_MAX + 1, 1), (1, SIDE_MAX + 1), (5_001, 5_000)]
        {
            let header = png_header(width, height);
            assert_eq!(rejection(&header), Some(Rejected::TooLarge), "{width} x {height}");
        }
        assert_eq!(
            rejection(&png_header(5_000, 5_000)),
            Some(Rejected::Broken),
            "it has no pixels"
        );
        let mut bomb = jpeg(&photo(16, 16));
        let size = bomb.windows(2).position(|pair| pair == [0xff, 0xc0]).unwrap() + 5;
        bomb[size..size + 4].copy_from_slice(&[0xea, 0x60, 0xea, 0x60]);
        assert_eq!(rejection(&bomb), Some(Rejected::TooLarge));
    }

    #[test]
    fn s45_moving_images_are_refused_before_a_frame_is_decoded() {
        assert_eq!(rejection(&animated_webp(16, 16, 3)), Some(Rejected::Animated));
        assert_eq!(rejection(&animated_webp(16_000, 16_000, 3)), Some(Rejected::TooLarge));
    }
}
