//! The image of a product.

use super::super::image::{Colour, ImageFormat, ImageHash, ImageSize};
use super::super::*;
use super::{added, arepa, variant};
use crate::shared::Name;
use crate::testing::given;

fn image(n: u8) -> Image {
    let size = ImageSize { width: 200, height: 150 };
    Image {
        hash: ImageHash::new([n; 16]),
        format: ImageFormat::Jpeg,
        small: size,
        medium: size,
        large: size,
        colour: Colour::new([n; 3]),
    }
}

#[test]
fn a_product_has_one_image_at_a_time() {
    let arepa = || added(arepa(vec![variant(1, "Sencilla", 6_000)]));
    let set = |n| Event::from(ImageSet { image: image(n) });
    given::<Product>([]).when(Command::SetImage(image(1))).then_refused(Error::Unknown);
    given::<Product>([arepa()]).when(Command::SetImage(image(1))).then([set(1)]);
    given::<Product>([arepa(), set(1)]).when(Command::SetImage(image(1))).then_nothing();
    given::<Product>([arepa(), set(1)]).when(Command::SetImage(image(2))).then([set(2)]);
    let state = Product::fold(State::default(), [arepa(), set(1), set(2)]);
    assert_eq!(state.in_menu().unwrap().image, Some(image(2)));
}

#[test]
fn an_image_is_removed_once() {
    let arepa = || added(arepa(vec![variant(1, "Sencilla", 6_000)]));
    let (set, removed) = (Event::from(ImageSet { image: image(1) }), Event::from(ImageRemoved {}));
    given::<Product>([]).when(Command::RemoveImage).then_refused(Error::Unknown);
    given::<Product>([arepa()]).when(Command::RemoveImage).then_nothing();
    given::<Product>([arepa(), set.clone()]).when(Command::RemoveImage).then([removed.clone()]);
    given::<Product>([arepa(), set, removed]).when(Command::RemoveImage).then_nothing();
}

#[test]
fn a_revision_keeps_the_image() {
    let before = arepa(vec![variant(1, "Sencilla", 6_000)]);
    let renamed = Event::from(Renamed { name: Name::parse("Arepa de chócolo").unwrap() });
    let history = [added(before), ImageSet { image: image(1) }.into(), renamed];
    let state = Product::fold(State::default(), history);
    assert_eq!(state.in_menu().unwrap().image, Some(image(1)));
}
