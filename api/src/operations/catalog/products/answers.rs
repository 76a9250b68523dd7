//! What is shown of a product.

use domain::catalog::combo::{Combo, Slot, SlotOption};
use domain::catalog::diet::Marks;
use domain::catalog::modifier_group::{Limits, Override};
use domain::catalog::product::{Details, Text, Texts, Variant};
use domain::shared::{BranchId, LanguageTag, ModifierId, Money, StationId};
use poem_openapi::{Enum, Object};
use projections::catalog::products::Product;
use serde::Serialize;
use uuid::Uuid;

use super::diet::{DeclaredBody, KnownBody};
use crate::operations::ImageParts;
use crate::operations::catalog::images::ImageBody;
use crate::operations::model::MoneyBody;

/// What a product is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum, Serialize)]
#[oai(rename = "ProductKind", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub(in crate::operations::catalog) enum KindBody {
    /// Something that is made or sold as it is.
    Item,
    /// A choice of items at a price of its own.
    Combo,
}

/// What a guest can order.
#[derive(Object, Serialize)]
#[oai(rename = "Product")]
pub(super) struct ProductBody {
    /// Its id.
    id: Uuid,
    /// Its name.
    name: String,
    /// What it is, for ever.
    kind: KindBody,
    /// Its category in the menu.
    category_id: Uuid,
    /// Its position in the category, smallest first.
    place: u16,
    /// Its variants in the order of the menu.
    variants: Vec<VariantBody>,
    /// What a combo is made of; absent of an item.
    #[oai(skip_serializing_if_is_none)]
    #[serde(skip_serializing_if = "Option::is_none")]
    combo: Option<ComboBody>,
    /// The modifier groups that it offers, in the order of the menu.
    modifier_groups: Vec<OfferedGroupBody>,
    /// Where it is made, by branch.
    stations: Vec<ProductStationBody>,
    /// Its tax class; null for the default of the tax profile.
    tax_class: Option<String>,
    /// How long making it takes, in minutes; null if not known.
    preparation_minutes: Option<u16>,
    /// What is said of it, by language.
    texts: Vec<ProductTextBody>,
    /// What was declared of allergens and diets.
    declared_marks: DeclaredBody,
    /// What is known of allergens and diets, by what was declared and by its ingredients; of a combo by its
    /// options. Modifiers are not counted.
    known_marks: KnownBody,
    /// Its image; null if it has none.
    image: Option<ImageBody>,
    /// Whether it is in the menu; otherwise it was removed.
    is_active: bool,
    /// Its revision, as in `ETag`.
    revision: u64,
}

/// A size or kind of a product.
#[derive(Object, Serialize)]
#[oai(rename = "Variant")]
struct VariantBody {
    /// Its id.
    id: Uuid,
    /// Its name.
    name: String,
    /// What one piece costs, taxes included.
    price: MoneyBody,
    /// How many times the recipe of the first variant without a multiplier one piece takes; null if it
    /// takes what the recipe says of it.
    recipe_multiplier: Option<String>,
    /// Its stock keeping unit; null if it has none.
    sku: Option<String>,
    /// What a scanner reads; null if it has none.
    barcode: Option<String>,
}

/// What a combo is made of.
#[derive(Object, Serialize)]
#[oai(rename = "Combo")]
pub(in crate::operations::catalog) struct ComboBody {
    /// What is chosen, in the order of the menu.
    slots: Vec<SlotBody>,
}

/// A choice that a combo offers: so many of these.
#[derive(Object, Serialize)]
#[oai(rename = "ComboSlot")]
struct SlotBody {
    /// What the guest is asked.
    name: String,
    /// How many pieces are chosen.
    pieces: u32,
    /// What is chosen from.
    options: Vec<OptionBody>,
}

/// A variant of an item that a slot can be filled with.
#[derive(Object, Serialize)]
#[oai(rename = "ComboOption")]
struct OptionBody {
    /// The item.
    product_id: Uuid,
    /// Its variant.
    variant_id: Uuid,
    /// What one piece costs on top of the combo.
    upcharge: MoneyBody,
}

/// A modifier group as a product offers it.
#[derive(Object, Serialize)]
#[oai(rename = "OfferedGroup")]
pub(in crate::operations::catalog) struct OfferedGroupBody {
    /// The group.
    group_id: Uuid,
    /// Other limits than those of the group; absent if they are those of the group.
    #[oai(skip_serializing_if_is_none)]
    #[serde(skip_serializing_if = "Option::is_none")]
    limits: Option<OfferedLimitsBody>,
    /// Modifiers that the product does not offer.
    hidden: Vec<Uuid>,
    /// Other prices of modifiers.
    prices: Vec<OfferedPriceBody>,
    /// Other defaults of modifiers.
    defaults: Vec<OfferedDefaultBody>,
}

/// How many modifiers of a group are chosen with a product.
#[derive(Object, Serialize)]
#[oai(rename = "OfferedLimits")]
struct OfferedLimitsBody {
    /// Whether something has to be chosen; without, the minimum holds once something is.
    required: bool,
    /// The fewest.
    min: u16,
    /// The most.
    max: u16,
}

/// The price of a modifier with one product.
#[derive(Object, Serialize)]
#[oai(rename = "OfferedPrice")]
struct OfferedPriceBody {
    /// The modifier.
    modifier_id: Uuid,
    /// What it costs once.
    price: MoneyBody,
}

/// The default of a modifier with one product.
#[derive(Object, Serialize)]
#[oai(rename = "OfferedDefault")]
struct OfferedDefaultBody {
    /// The modifier.
    modifier_id: Uuid,
    /// How often it is chosen as long as the guest says nothing.
    quantity: u16,
}

/// Where a product is made in a branch.
#[derive(Object, Serialize)]
#[oai(rename = "ProductStation")]
pub(in crate::operations::catalog) struct ProductStationBody {
    /// The branch.
    branch_id: Uuid,
    /// The station.
    station_id: Uuid,
}

/// What is said of a product in one language.
#[derive(Object, Serialize)]
#[oai(rename = "ProductText")]
pub(in crate::operations::catalog) struct ProductTextBody {
    /// The language.
    language: String,
    /// What a guest reads below the name; null if nothing.
    description: Option<String>,
    /// Words by which it is found besides its name.
    search_words: Vec<String>,
}

impl ProductBody {
    /// A product, and what is known of it for guests with allergies and diets.
    pub(super) fn of(product: Product, known: &Marks, images: &ImageParts) -> Self {
        let Product { id, details, is_active, revision } = product;
        let Details { name, category, place, variants, combo, groups, .. } = details;
        let Details { stations, tax_class, preparation_minutes, texts, marks, image, .. } = details;
        let station = |(branch, station): (BranchId, StationId)| ProductStationBody {
            branch_id: branch.uuid(),
            station_id: station.uuid(),
        };
        Self {
            id: id.uuid(),
            name: name.into(),
            kind: if combo.is_some() { KindBody::Combo } else { KindBody::Item },
            category_id: category.uuid(),
            place,
            variants: variants.into_iter().map(Into::into).collect(),
            combo: combo.map(Into::into),
            modifier_groups: groups.into_iter().map(Into::into).collect(),
            stations: stations.into_iter().map(station).collect(),
            tax_class: tax_class.map(Into::into),
            preparation_minutes,
            texts: texts_of(&texts),
            declared_marks: (&marks).into(),
            known_marks: known.into(),
            image: image.map(|image| ImageBody::of(&image, images)),
            is_active,
            revision: revision.get(),
        }
    }
}

impl From<Variant> for VariantBody {
    fn from(variant: Variant) -> Self {
        Self {
            id: variant.id.uuid(),
            name: variant.name.into(),
            price: variant.price.into(),
            recipe_multiplier: variant.recipe_multiplier.map(|it| it.to_string()),
            sku: variant.sku.map(Into::into),
            barcode: variant.barcode.map(Into::into),
        }
    }
}

impl From<Combo> for ComboBody {
    fn from(combo: Combo) -> Self {
        let option = |option: SlotOption| OptionBody {
            product_id: option.product.uuid(),
            variant_id: option.variant.uuid(),
            upcharge: option.upcharge.into(),
        };
        let slot = |slot: Slot| SlotBody {
            name: slot.name.into(),
            pieces: slot.pieces,
            options: slot.options.into_iter().map(option).collect(),
        };
        Self { slots: combo.slots.into_iter().map(slot).collect() }
    }
}

impl From<Override> for OfferedGroupBody {
    fn from(offered: Override) -> Self {
        let limits = |Limits { required, min, max }| OfferedLimitsBody { required, min, max };
        let price = |(modifier, price): (ModifierId, Money)| OfferedPriceBody {
            modifier_id: modifier.uuid(),
            price: price.into(),
        };
        let default = |(modifier, quantity): (ModifierId, u16)| OfferedDefaultBody {
            modifier_id: modifier.uuid(),
            quantity,
        };
        Self {
            group_id: offered.group.uuid(),
            limits: offered.limits.map(limits),
            hidden: offered.hidden.into_iter().map(ModifierId::uuid).collect(),
            prices: offered.prices.into_iter().map(price).collect(),
            defaults: offered.defaults.into_iter().map(default).collect(),
        }
    }
}

fn texts_of(texts: &Texts) -> Vec<ProductTextBody> {
    let text = |(language, text): (&LanguageTag, &Text)| ProductTextBody {
        language: language.to_string(),
        description: text.description.clone().map(Into::into),
        search_words: text.search_words.iter().map(ToString::to_string).collect(),
    };
    texts.iter().map(text).collect()
}
