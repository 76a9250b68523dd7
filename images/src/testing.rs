//! Images made in code, for tests.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::codecs::webp::WebPEncoder;
use image::{ImageEncoder, Rgb, RgbImage};

/// An image with soft changes and some noise, as photographs have.
pub fn photo(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        let noise = (x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(2_246_822_519)) >> 28;
        let part = |value: u32| u8::try_from((value + noise).min(255)).expect("it is small");
        Rgb([part(x * 255 / width), part(y * 255 / height), part((x + y) * 127 / (width + height))])
    })
}

/// As JPEG.
pub fn jpeg(image: &RgbImage) -> Vec<u8> {
    let mut written = Vec::new();
    JpegEncoder::new_with_quality(&mut written, 90)
        .encode_image(image)
        .expect("it fits into memory");
    written
}

/// A JPEG with this block of EXIF.
pub fn jpeg_with_exif(image: &RgbImage, exif: Vec<u8>) -> Vec<u8> {
    let mut written = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut written, 90);
    encoder.set_exif_metadata(exif).expect("JPEG has EXIF");
    encoder.encode_image(image).expect("it fits into memory");
    written
}

/// As PNG.
pub fn png(image: &RgbImage) -> Vec<u8> {
    let mut written = Vec::new();
    image.write_with_encoder(PngEncoder::new(&mut written)).expect("it fits into memory");
    written
}

/// As WebP.
pub fn webp(image: &RgbImage) -> Vec<u8> {
    let mut written = Cursor::new(Vec::new());
    image.write_with_encoder(WebPEncoder::new_lossless(&mut written)).expect("it fits into memory");
    written.into_inner()
}

/// A PNG of nothing but a header that says how large it is, and the mark of its end.
pub fn png_header(width: u32, height: u32) -> Vec<u8> {
    let mut header = Vec::from(*b"IHDR");
    header.extend(width.to_be_bytes());
    header.extend(height.to_be_bytes());
    header.extend([8, 2, 0, 0, 0]);
    let mut png = Vec::from(*b"\x89PNG\r\n\x1a\n");
    for chunk in [header, Vec::from(*b"IDAT"), Vec::from(*b"IEND")] {
        png.extend(u32::try_from(chunk.len() - 4).expect("it is small").to_be_bytes());
        png.extend(&chunk);
        png.extend(crc(&chunk).to_be_bytes());
    }
    png
}

/// The checksum of a chunk of PNG.
fn crc(bytes: &[u8]) -> u32 {
    let step = |crc: u32| if crc & 1 == 1 { 0xedb8_8320 ^ (crc >> 1) } else { crc >> 1 };
    !bytes
        .iter()
        .fold(u32::MAX, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), |crc, _| step(crc)))
}

/// A WebP that says that it moves, on a canvas of this size.
pub fn animated_webp(width: u32, height: u32, n_frames: usize) -> Vec<u8> {
    let still = webp(&photo(16, 16));
    let picture = &still[12..];
    let u24 = |value: u32| value.to_le_bytes()[..3].to_vec();
    let canvas = [vec![0b10, 0, 0, 0], u24(width - 1), u24(height - 1)].concat();
    let frame = [u24(0), u24(0), u24(15), u24(15), u24(100), vec![0], picture.to_vec()].concat();
    let mut chunks = [chunk(*b"VP8X", &canvas), chunk(*b"ANIM", &[0; 6])].concat();
    for _ in 0..n_frames {
        chunks.extend(chunk(*b"ANMF", &frame));
    }
    chunk(*b"RIFF", &[b"WEBP", &chunks[..]].concat())
}

fn chunk(name: [u8; 4], content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len()).expect("it is small").to_le_bytes();
    let padding = vec![0; content.len() % 2];
    [&name[..], &length, content, &padding].concat()
}

/// A JPEG of 8 x 8 pixels in the four colours of printers, all of them at half.
pub fn cmyk_jpeg() -> Vec<u8> {
    let segment = |kind: u8, content: &[u8]| {
        let length = u16::try_from(content.len() + 2).expect("it is small").to_be_bytes();
        [&[0xff, kind][..], &length, content].concat()
    };
    let quantisation = [&[0][..], &[1; 64]].concat();
    let components: Vec<u8> = (1..=4).flat_map(|id| [id, 0x11, 0]).collect();
    let frame = [&[8, 0, 8, 0, 8, 4][..], &components].concat();
    // Both tables have one word of one bit, which means "nothing".
    let table = |class: u8| [&[class, 1][..], &[0; 15], &[0]].concat();
    let scan = [&[4][..], &[1, 0, 2, 0, 3, 0, 4, 0], &[0, 63, 0]].concat();
    [
        vec![0xff, 0xd8],
        segment(0xee, b"Adobe\0\x64\0\0\0\0\0"),
        segment(0xdb, &quantisation),
        segment(0xc0, &frame),
        segment(0xc4, &table(0x00)),
        segment(0xc4, &table(0x10)),
        segment(0xda, &scan),
        vec![0x00, 0xff, 0xd9],
    ]
    .concat()
}

/// EXIF that says how the camera was held and where it was.
pub fn exif(orientation: u16) -> Vec<u8> {
    let entry = |tag: u16, kind: u16, n: u32, value: [u8; 4]| {
        [&tag.to_le_bytes()[..], &kind.to_le_bytes(), &n.to_le_bytes(), &value].concat()
    };
    let [low, high] = orientation.to_le_bytes();
    // The first list of tags is at 8 and has two of them; the list of the place is at 38.
    let tags = [entry(0x0112, 3, 1, [low, high, 0, 0]), entry(0x8825, 4, 1, 38_u32.to_le_bytes())];
    let place = [entry(0x0001, 2, 2, *b"N\0\0\0"), entry(0x001b, 2, 12, 68_u32.to_le_bytes())];
    let list = |entries: &[Vec<u8>]| {
        let n = u16::try_from(entries.len()).expect("it is small").to_le_bytes();
        [&n[..], &entries.concat(), &[0; 4]].concat()
    };
    [b"II*\0\x08\0\0\0", &list(&tags)[..], &list(&place), b"GPS-MEDELLIN"].concat()
}
