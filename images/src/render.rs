//! Drawing an image anew in three sizes.

use std::io::Cursor;

use bytes::Bytes;
use domain::catalog::product::image::{Colour, Image, ImageFormat, ImageHash, ImageSize};
use image::codecs::jpeg::JpegEncoder;
use image::codecs::webp::WebPEncoder;
use image::imageops::FilterType;
use image::{DynamicImage, ImageResult, RgbaImage};

use crate::alpha;
use crate::read::{Pixels, Rejected, read};

/// The widths of the small, the medium and the large image, in pixels: a list on a phone, a card on a till,
/// the width of a phone at three pixels to a point.
pub const WIDTHS: [u16; 3] = [200, 600, 1200];

/// How many times its width an image may be high.
const TALL_MAX: u16 = 2;

/// Of 100. Above it photographs become larger and look the same.
const JPEG_QUALITY: u8 = 82;

/// An image and its files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// What is known of it.
    pub image: Image,
    /// The names of its files and what is in them.
    pub files: Vec<(String, Bytes)>,
}

/// Draws the image that was uploaded anew, under this hash.
///
/// It takes up to a second, and up to twelve bytes for each of its pixels.
pub fn render(hash: ImageHash, uploaded: &[u8]) -> Result<Rendered, Rejected> {
    let large = upright(read(uploaded)?, WIDTHS[2]);
    let mut drawn = [fitted(&large, WIDTHS[0]), fitted(&large, WIDTHS[1]), large];
    drawn.iter_mut().for_each(alpha::divide);
    let [small, medium, large] = drawn;
    let format = if is_opaque(&large) { ImageFormat::Jpeg } else { ImageFormat::WebP };
    let image = Image {
        hash,
        format,
        small: size(&small),
        medium: size(&medium),
        large: size(&large),
        colour: average(&small),
    };
    let mut files: Vec<(String, Bytes)> = Vec::new();
    for picture in [&small, &medium, &large] {
        let name = image.file_name(size(picture));
        if files.last().is_none_or(|(last, _)| *last != name) {
            let written = write(picture, format).map_err(|_| Rejected::Broken)?;
            files.push((name, written.into()));
        }
    }
    Ok(Rendered { image, files })
}

/// The image as the camera was held, at most this wide, multiplied by its alpha. It is made small before it
/// is turned, which would take as much memory again.
fn upright(pixels: Pixels, width: u16) -> RgbaImage {
    let Pixels { image, orientation } = pixels;
    let image = if image.color().has_alpha() {
        let mut image = image.into_rgba8();
        alpha::multiply(&mut image);
        image.into()
    } else {
        image
    };
    // Twice as large as the result may be whichever way it is turned: what is left to do is done with care.
    let side = u32::from(width * TALL_MAX) * 2;
    let mut image = if image.width() > side || image.height() > side {
        image.thumbnail(side, side)
    } else {
        image
    };
    image.apply_orientation(orientation);
    fitted(&image.into_rgba8(), width)
}

/// The image, at most this wide and [`TALL_MAX`] times as high; one that is smaller stays as it is.
fn fitted(image: &RgbaImage, width: u16) -> RgbaImage {
    let (bound_width, bound_height) = (u32::from(width), u32::from(width * TALL_MAX));
    let (width, height) = image.dimensions();
    if width <= bound_width && height <= bound_height {
        return image.clone();
    }
    let by_width = (bound_width, (height * bound_width).div_ceil(width));
    let by_height = ((width * bound_height).div_ceil(height), bound_height);
    let (width, height) = if by_width.1 <= bound_height { by_width } else { by_height };
    image::imageops::resize(image, width.max(1), height.max(1), FilterType::CatmullRom)
}

fn is_opaque(image: &RgbaImage) -> bool {
    image.pixels().all(|pixel| pixel.0[3] == u8::MAX)
}

fn size(image: &RgbaImage) -> ImageSize {
    let side = |pixels: u32| u16::try_from(pixels).expect("a drawn picture is small");
    ImageSize { width: side(image.width()), height: side(image.height()) }
}

/// The average colour of what can be seen; white where nothing can.
fn average(image: &RgbaImage) -> Colour {
    let mut sums = [0_u64; 3];
    let mut weights = 0;
    for pixel in image.pixels() {
        let [red, green, blue, alpha] = pixel.0.map(u64::from);
        for (sum, part) in sums.iter_mut().zip([red, green, blue]) {
            *sum += part * alpha;
        }
        weights += alpha;
    }
    let average = |sum: u64| {
        sum.checked_div(weights).and_then(|part| u8::try_from(part).ok()).unwrap_or(u8::MAX)
    };
    Colour::new(sums.map(average))
}

/// The image's pixels and nothing else.
fn write(image: &RgbaImage, format: ImageFormat) -> ImageResult<Vec<u8>> {
    let mut written = Cursor::new(Vec::new());
    match format {
        ImageFormat::Jpeg => {
            let opaque = DynamicImage::from(image.clone()).into_rgb8();
            JpegEncoder::new_with_quality(&mut written, JPEG_QUALITY).encode_image(&opaque)?;
        }
        ImageFormat::WebP => image.write_with_encoder(WebPEncoder::new_lossless(&mut written))?,
    }
    Ok(written.into_inner())
}

#[cfg(test)]
mod tests;
