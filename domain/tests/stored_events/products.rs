//! Samples of the events of products.

use domain::catalog::combo::{Combo, Slot, SlotOption};
use domain::catalog::diet::{Allergen, DietaryMark, Mark, Marks, Presence};
use domain::catalog::modifier_group::{Limits, Override};
use domain::catalog::product;
use domain::shared::{
    BranchId, CategoryId, Code, Description, LanguageTag, ModifierGroupId, ModifierId, ProductId,
    StationId, VariantId,
};

use super::{name, pesos, stored, uuid, variant};

pub(super) fn samples() -> Vec<String> {
    let category = CategoryId::from_uuid(uuid(3));
    let station = (BranchId::from_uuid(uuid(4)), StationId::from_uuid(uuid(11)));
    let products: [product::Event; 14] = [
        product::Added { name: name("Bandeja paisa"), category, variants: vec![variant()] }.into(),
        product::Renamed { name: name("Bandeja") }.into(),
        product::Recategorised { category }.into(),
        product::Moved { place: 3 }.into(),
        product::VariantsOffered { variants: vec![variant(), multiplied()] }.into(),
        product::ComboComposed { combo: combo() }.into(),
        product::GroupsOffered { groups: groups() }.into(),
        product::Stationed { stations: [station].into() }.into(),
        product::TaxClassified { class: Some(Code::parse("goods_19").unwrap()) }.into(),
        product::PreparationEstimated { minutes: Some(25) }.into(),
        product::Described { texts: texts() }.into(),
        product::DietDeclared { marks: marks() }.into(),
        product::Removed {}.into(),
        product::Restored {}.into(),
    ];
    stored(&products)
}

fn multiplied() -> product::Variant {
    let plain = product::Variant::new(VariantId::from_uuid(uuid(8)), name("Doble"), pesos(40_000));
    product::Variant {
        recipe_multiplier: Some("1.5".parse().unwrap()),
        sku: Some(product::Sku::parse("BAN-02").unwrap()),
        barcode: Some(product::Barcode::parse("7702004003508").unwrap()),
        ..plain
    }
}

fn combo() -> Combo {
    let option = |variant, upcharge| SlotOption {
        product: ProductId::from_uuid(uuid(12)),
        variant: VariantId::from_uuid(uuid(variant)),
        upcharge: pesos(upcharge),
    };
    let options = vec![option(13, 0), option(14, 2_000)];
    Combo { slots: vec![Slot { name: name("Bebida"), pieces: 1, options }] }
}

fn groups() -> Vec<Override> {
    let modifier = ModifierId::from_uuid(uuid(9));
    let changed = Override {
        group: ModifierGroupId::from_uuid(uuid(10)),
        limits: Some(Limits { required: false, min: 0, max: 2 }),
        hidden: [ModifierId::from_uuid(uuid(15))].into(),
        prices: [(modifier, pesos(1_000))].into(),
        defaults: [(modifier, 1)].into(),
    };
    vec![Override::none(ModifierGroupId::from_uuid(uuid(16))), changed]
}

fn texts() -> product::Texts {
    let spanish = product::Text {
        description: Some(Description::parse("Con chicharrón.\nPara dos.").unwrap()),
        search_words: vec![name("paisa")],
    };
    [(LanguageTag::parse("es").unwrap(), spanish)].into_iter().collect()
}

pub(super) fn marks() -> Marks {
    let marks = [
        (Mark::Allergen(Allergen::Milk), Presence::FreeOf),
        (Mark::Diet(DietaryMark::Pork), Presence::Contains),
    ];
    marks.into_iter().collect()
}
