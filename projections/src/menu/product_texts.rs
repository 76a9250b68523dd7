//! Products as the document shows them.

use domain::catalog::combo::{Slot, SlotOption};
use domain::catalog::diet::{Allergen, DietaryMark, Mark, Marks, Presence};
use domain::catalog::modifier_group::Override;
use domain::catalog::product::{Barcode, Image, Sku, Variant};
use domain::shared::{BranchId, Code, Name, StationId};
use serde::Serialize;
use uuid::Uuid;

use super::texts::{Amount, LimitsText, text};
use crate::catalog::products::Product;

#[derive(Serialize)]
struct ProductText<'a> {
    id: Uuid,
    name: &'a str,
    kind: &'static str,
    category_id: Uuid,
    place: u16,
    variants: Vec<VariantText<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    combo: Option<ComboText<'a>>,
    modifier_groups: Vec<OfferedText>,
    stations: Vec<StationText>,
    tax_class: Option<&'a str>,
    preparation_minutes: Option<u16>,
    texts: Vec<LanguageText<'a>>,
    known_marks: MarksText,
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<ImageText>,
    revision: u64,
}

#[derive(Serialize)]
struct VariantText<'a> {
    id: Uuid,
    name: &'a str,
    price: Amount,
    sku: Option<&'a str>,
    barcode: Option<&'a str>,
}

#[derive(Serialize)]
struct ComboText<'a> {
    slots: Vec<SlotText<'a>>,
}

#[derive(Serialize)]
struct SlotText<'a> {
    name: &'a str,
    pieces: u32,
    options: Vec<OptionText>,
}

#[derive(Serialize)]
struct OptionText {
    product_id: Uuid,
    variant_id: Uuid,
    upcharge: Amount,
}

#[derive(Serialize)]
struct OfferedText {
    group_id: Uuid,
    #[serde(skip_serializing_if = "Option::is_none")]
    limits: Option<LimitsText>,
    hidden: Vec<Uuid>,
    prices: Vec<ModifierPriceText>,
    defaults: Vec<DefaultText>,
}

#[derive(Serialize)]
struct ModifierPriceText {
    modifier_id: Uuid,
    price: Amount,
}

#[derive(Serialize)]
struct DefaultText {
    modifier_id: Uuid,
    quantity: u16,
}

#[derive(Serialize)]
struct StationText {
    branch_id: Uuid,
    station_id: Uuid,
}

#[derive(Serialize)]
struct LanguageText<'a> {
    language: String,
    description: Option<String>,
    search_words: Vec<&'a str>,
}

#[derive(Serialize)]
struct MarksText {
    contains: Vec<MarkText>,
    free_of: Vec<MarkText>,
}

/// The word of a mark alone.
#[derive(Serialize)]
#[serde(untagged)]
enum MarkText {
    Allergen(Allergen),
    Diet(DietaryMark),
}

impl From<Mark> for MarkText {
    fn from(mark: Mark) -> Self {
        match mark {
            Mark::Allergen(allergen) => Self::Allergen(allergen),
            Mark::Diet(mark) => Self::Diet(mark),
        }
    }
}

#[derive(Serialize)]
struct ImageText {
    small: String,
    medium: String,
    large: String,
    width: u16,
    height: u16,
    colour: String,
}

/// A product, and what is known of it for guests with allergies and diets.
pub(super) fn product(product: &Product, known: &Marks) -> String {
    let details = &product.details;
    let station = |(branch, station): (&BranchId, &StationId)| StationText {
        branch_id: branch.uuid(),
        station_id: station.uuid(),
    };
    let texts = details.texts.iter().map(|(language, said)| LanguageText {
        language: language.to_string(),
        description: said.description.clone().map(Into::into),
        search_words: said.search_words.iter().map(Name::as_str).collect(),
    });
    text(&ProductText {
        id: product.id.uuid(),
        name: details.name.as_str(),
        kind: if details.combo.is_some() { "combo" } else { "item" },
        category_id: details.category.uuid(),
        place: details.place,
        variants: details.variants.iter().map(Into::into).collect(),
        combo: details
            .combo
            .as_ref()
            .map(|combo| ComboText { slots: combo.slots.iter().map(Into::into).collect() }),
        modifier_groups: details.groups.iter().map(Into::into).collect(),
        stations: details.stations.iter().map(station).collect(),
        tax_class: details.tax_class.as_ref().map(Code::as_str),
        preparation_minutes: details.preparation_minutes,
        texts: texts.collect(),
        known_marks: MarksText {
            contains: known.of(Presence::Contains).map(Into::into).collect(),
            free_of: known.of(Presence::FreeOf).map(Into::into).collect(),
        },
        image: details.image.as_ref().map(Into::into),
        revision: product.revision.get(),
    })
}

impl<'a> From<&'a Variant> for VariantText<'a> {
    fn from(variant: &'a Variant) -> Self {
        Self {
            id: variant.id.uuid(),
            name: variant.name.as_str(),
            price: variant.price.into(),
            sku: variant.sku.as_ref().map(Sku::as_str),
            barcode: variant.barcode.as_ref().map(Barcode::as_str),
        }
    }
}

impl<'a> From<&'a Slot> for SlotText<'a> {
    fn from(slot: &'a Slot) -> Self {
        let option = |option: &SlotOption| OptionText {
            product_id: option.product.uuid(),
            variant_id: option.variant.uuid(),
            upcharge: option.upcharge.into(),
        };
        Self {
            name: slot.name.as_str(),
            pieces: slot.pieces,
            options: slot.options.iter().map(option).collect(),
        }
    }
}

impl From<&Override> for OfferedText {
    fn from(offered: &Override) -> Self {
        Self {
            group_id: offered.group.uuid(),
            limits: offered.limits.map(Into::into),
            hidden: offered.hidden.iter().map(|modifier| modifier.uuid()).collect(),
            prices: offered
                .prices
                .iter()
                .map(|(id, price)| ModifierPriceText {
                    modifier_id: id.uuid(),
                    price: (*price).into(),
                })
                .collect(),
            defaults: offered
                .defaults
                .iter()
                .map(|(id, quantity)| DefaultText { modifier_id: id.uuid(), quantity: *quantity })
                .collect(),
        }
    }
}

impl From<&Image> for ImageText {
    fn from(image: &Image) -> Self {
        let [small, medium, large] =
            [image.small, image.medium, image.large].map(|size| image.file_name(size));
        let (width, height) = (image.large.width, image.large.height);
        Self { small, medium, large, width, height, colour: image.colour.to_string() }
    }
}
