//! Transparent parts while sizes are changed: colours are multiplied by how much of them can be seen, or
//! those that cannot be seen would show at the edges.

use image::RgbaImage;

/// Multiplies colours by their alpha.
pub(crate) fn multiply(image: &mut RgbaImage) {
    for pixel in image.pixels_mut() {
        let [parts @ .., alpha] = &mut pixel.0;
        let alpha = u16::from(*alpha);
        for part in parts {
            *part = byte((u16::from(*part) * alpha + 127) / 255);
        }
    }
}

/// Divides colours by their alpha. What cannot be seen becomes black, whatever it was.
pub(crate) fn divide(image: &mut RgbaImage) {
    for pixel in image.pixels_mut() {
        let [parts @ .., alpha] = &mut pixel.0;
        let alpha = u16::from(*alpha);
        for part in parts {
            *part = byte((u16::from(*part) * 255 + alpha / 2).checked_div(alpha).unwrap_or(0));
        }
    }
}

fn byte(value: u16) -> u8 {
    u8::try_from(value).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use image::Rgba;

    use super::*;

    #[test]
    fn what_can_be_seen_is_the_same_after_both_and_what_cannot_be_is_gone() {
        for (before, after) in [
            ([200, 100, 3, 255], [200, 100, 3, 255]),
            ([255, 128, 0, 128], [255, 128, 0, 128]),
            ([9, 8, 7, 0], [0, 0, 0, 0]),
        ] {
            let mut image = RgbaImage::from_pixel(1, 1, Rgba(before));
            multiply(&mut image);
            divide(&mut image);
            assert_eq!(image.get_pixel(0, 0).0, after);
        }
    }
}
