use std::io::Cursor;

use image::codecs::jpeg::JpegDecoder;
use image::codecs::png::PngEncoder;
use image::{ImageBuffer, ImageDecoder, Rgb, RgbImage, Rgba};

use super::*;
use crate::testing::{cmyk_jpeg, exif, jpeg, jpeg_with_exif, photo, png, webp};

const HASH: ImageHash = ImageHash::new([7; 16]);

fn rendered(uploaded: &[u8]) -> Rendered {
    render(HASH, uploaded).unwrap()
}

fn sizes(image: &Image) -> [(u16, u16); 3] {
    [image.small, image.medium, image.large].map(|size| (size.width, size.height))
}

fn drawn(file: &(String, Bytes)) -> RgbImage {
    image::load_from_memory(&file.1).unwrap().into_rgb8()
}

fn contains(bytes: &[u8], text: &[u8]) -> bool {
    bytes.windows(text.len()).any(|window| window == text)
}

#[test]
fn a_photograph_is_drawn_in_three_widths_as_jpeg_whatever_it_was() {
    let photo = photo(1_600, 1_200);
    for uploaded in [jpeg(&photo), png(&photo), webp(&photo)] {
        let Rendered { image, files } = rendered(&uploaded);
        assert_eq!(sizes(&image), [(200, 150), (600, 450), (1_200, 900)]);
        assert_eq!(image.format, ImageFormat::Jpeg);
        let names: Vec<_> = files.iter().map(|(name, _)| name.clone()).collect();
        assert_eq!(names, image.file_names());
        for (file, size) in files.iter().zip([image.small, image.medium, image.large]) {
            assert!(file.1.starts_with(&[0xff, 0xd8, 0xff]));
            let drawn = drawn(file);
            assert_eq!(drawn.dimensions(), (size.width.into(), size.height.into()));
        }
    }
}

#[test]
fn small_images_are_not_enlarged_and_equal_sizes_are_one_file() {
    let Rendered { image, files } = rendered(&png(&photo(300, 150)));
    assert_eq!(sizes(&image), [(200, 100), (300, 150), (300, 150)]);
    assert_eq!(files.len(), 2);
    let Rendered { image, files } = rendered(&png(&photo(1, 1)));
    assert_eq!(sizes(&image), [(1, 1); 3]);
    assert_eq!(files.len(), 1);
}

#[test]
fn images_of_any_shape_are_fitted() {
    assert_eq!(sizes(&rendered(&png(&photo(3, 9_000))).image), [(1, 400), (1, 1_200), (1, 2_400)]);
    assert_eq!(sizes(&rendered(&png(&photo(9_000, 3))).image), [(200, 1), (600, 1), (1_200, 1)]);
}

#[test]
fn transparent_parts_stay_transparent() {
    let half =
        RgbaImage::from_fn(400, 400, |x, _| Rgba([200, 30, 30, if x < 200 { 0 } else { 255 }]));
    let mut uploaded = Vec::new();
    half.write_with_encoder(PngEncoder::new(&mut uploaded)).unwrap();
    let Rendered { image, files } = rendered(&uploaded);
    assert_eq!(image.format, ImageFormat::WebP);
    assert!(files.iter().all(|(name, bytes)| name.contains(".webp") && bytes.starts_with(b"RIFF")));
    let large = image::load_from_memory(&files[1].1).unwrap().into_rgba8();
    assert_eq!((large.get_pixel(10, 10).0[3], large.get_pixel(390, 10).0[3]), (0, 255));
    assert_eq!(image.colour.to_string(), "#c81e1e", "what cannot be seen does not count");
    let opaque = RgbaImage::from_pixel(10, 10, Rgba([1, 2, 3, 255]));
    let mut uploaded = Vec::new();
    opaque.write_with_encoder(PngEncoder::new(&mut uploaded)).unwrap();
    assert_eq!(rendered(&uploaded).image.format, ImageFormat::Jpeg);
}

#[test]
fn what_cannot_be_seen_does_not_show_at_the_edges() {
    let disc = RgbaImage::from_fn(1_201, 1_201, |x, y| {
        let inside = x.abs_diff(600).pow(2) + y.abs_diff(600).pow(2) < 500 * 500;
        Rgba(if inside { [255, 255, 255, 255] } else { [0, 0, 0, 0] })
    });
    let mut uploaded = Vec::new();
    disc.write_with_encoder(PngEncoder::new(&mut uploaded)).unwrap();
    for (name, bytes) in rendered(&uploaded).files {
        let drawn = image::load_from_memory(&bytes).unwrap().into_rgba8();
        let dark = drawn.pixels().find(|pixel| pixel.0[3] > 16 && pixel.0[0] < 240);
        assert_eq!(dark, None, "{name}");
    }
}

#[test]
fn s46_a_photograph_is_turned_as_the_camera_was_held_and_says_nothing_of_where_it_was() {
    let red = Rgb([250, 10, 10]);
    let blue = Rgb([10, 10, 250]);
    let picture = RgbImage::from_fn(64, 32, |x, _| if x < 32 { red } else { blue });
    let uploaded = jpeg_with_exif(&picture, exif(6));
    assert!(contains(&uploaded, b"GPS-MEDELLIN"));
    let Rendered { image, files } = rendered(&uploaded);
    assert_eq!(sizes(&image), [(32, 64); 3]);
    let drawn = drawn(&files[0]);
    let (top, bottom) = (drawn.get_pixel(16, 8), drawn.get_pixel(16, 56));
    assert!(top.0[0] > 200 && bottom.0[2] > 200, "{top:?} {bottom:?}");
    for (name, bytes) in &files {
        assert!(!contains(bytes, b"GPS-MEDELLIN") && !contains(bytes, b"Exif"), "{name}");
        let mut decoder = JpegDecoder::new(Cursor::new(&bytes[..])).unwrap();
        assert_eq!(decoder.exif_metadata().unwrap(), None);
    }
}

#[test]
fn s44_what_is_hidden_in_an_image_is_gone() {
    let script = b"<script>alert('hola')</script><?php system($_GET['c']); ?>";
    let photo = photo(64, 64);
    for picture in [jpeg(&photo), png(&photo), webp(&photo)] {
        let Ok(Rendered { files, .. }) = render(HASH, &[&picture[..], script].concat()) else {
            continue;
        };
        assert!(files.iter().all(|(_, bytes)| !contains(bytes, b"script")));
    }
    let in_metadata = jpeg_with_exif(&photo, script.to_vec());
    assert!(contains(&in_metadata, script));
    assert!(rendered(&in_metadata).files.iter().all(|(_, bytes)| !contains(bytes, b"script")));
}

#[test]
fn images_with_other_colours_than_screens_have_are_drawn() {
    let deep =
        ImageBuffer::from_fn(40, 40, |x, _| Rgb([u16::MAX, 0, u16::try_from(x * 1_000).unwrap()]));
    let mut uploaded = Vec::new();
    deep.write_with_encoder(PngEncoder::new(&mut uploaded)).unwrap();
    let Rendered { image, files } = rendered(&uploaded);
    assert_eq!(sizes(&image), [(40, 40); 3]);
    assert!(drawn(&files[0]).get_pixel(0, 0).0[0] > 240);
    let Rendered { image, .. } = rendered(&cmyk_jpeg());
    assert_eq!(sizes(&image), [(8, 8); 3]);
}
