//! What a client says of a product.

use std::collections::BTreeMap;

use commands::IdGenerator;
use domain::catalog::combo::{Combo, Slot, SlotOption};
use domain::catalog::modifier_group::{Limits, Override};
use domain::catalog::product::{Text, Texts, VariantRequest};
use domain::shared::{
    BranchId, ModifierGroupId, ModifierId, Name, ProductId, StationId, VariantId,
};
use poem_openapi::Object;
use uuid::Uuid;

use crate::operations::fields::Fields;
use crate::operations::model::{ExtraBody, PriceBody, UpchargeBody};

/// What a variant is like.
#[derive(Object)]
pub(super) struct VariantDetails {
    /// The variant to keep and change; without one it is added. A product to be has none.
    id: Option<Uuid>,
    /// Its name, unique in the product.
    #[oai(validator(min_length = 1, max_length = 96))]
    name: String,
    /// What one piece costs, taxes included; more than zero.
    price: PriceBody,
    /// How many times the recipe of the first variant without a multiplier one piece takes; absent if it
    /// takes what the recipe says of it.
    #[oai(validator(pattern = "^[0-9]{1,4}(\\.[0-9]{1,6})?$"))]
    recipe_multiplier: Option<String>,
    /// Its stock keeping unit, unique in the company; case does not count.
    #[oai(validator(min_length = 1, max_length = 40, pattern = "^[ -~]+$"))]
    sku: Option<String>,
    /// What a scanner reads, unique in the company; leading zeros of a GTIN do not count.
    #[oai(validator(pattern = "^[0-9A-Za-z./+$%-]{1,48}$"))]
    barcode: Option<String>,
}

/// What a combo is made of.
#[derive(Object)]
pub(super) struct ComboDetails {
    /// What is chosen, in the order of the menu.
    #[oai(validator(min_items = 1, max_items = 20))]
    slots: Vec<SlotDetails>,
}

/// A choice that a combo offers: so many of these.
#[derive(Object)]
struct SlotDetails {
    /// What the guest is asked: "Bebida".
    #[oai(validator(min_length = 1, max_length = 96))]
    name: String,
    /// How many pieces are chosen.
    #[oai(validator(minimum(value = "1"), maximum(value = "50")))]
    pieces: u32,
    /// What is chosen from; a slot without a choice has one.
    #[oai(validator(min_items = 1, max_items = 200))]
    options: Vec<OptionDetails>,
}

/// A variant of an item that a slot can be filled with.
#[derive(Object)]
struct OptionDetails {
    /// The item.
    product_id: Uuid,
    /// Its variant.
    variant_id: Uuid,
    /// What one piece costs on top of the combo; zero if nothing.
    upcharge: UpchargeBody,
}

/// A modifier group as a product offers it.
#[derive(Object)]
pub(super) struct OfferedGroupDetails {
    /// The group.
    group_id: Uuid,
    /// Other limits than those of the group.
    limits: Option<LimitDetails>,
    /// Modifiers that the product does not offer.
    #[oai(validator(max_items = 100))]
    hidden: Option<Vec<Uuid>>,
    /// Other prices of modifiers.
    #[oai(validator(max_items = 100))]
    prices: Option<Vec<ModifierPriceDetails>>,
    /// How often modifiers are chosen as long as the guest says nothing, if otherwise than in the group.
    #[oai(validator(max_items = 100))]
    defaults: Option<Vec<ModifierDefaultDetails>>,
}

/// How many modifiers of a group are chosen.
#[derive(Object)]
struct LimitDetails {
    /// Whether something has to be chosen; without, the minimum holds once something is.
    required: bool,
    /// The fewest.
    #[oai(validator(minimum(value = "0"), maximum(value = "100")))]
    min: u16,
    /// The most.
    #[oai(validator(minimum(value = "1"), maximum(value = "100")))]
    max: u16,
}

/// The price of a modifier with one product.
#[derive(Object)]
struct ModifierPriceDetails {
    /// The modifier.
    modifier_id: Uuid,
    /// What it costs once.
    price: ExtraBody,
}

/// The default of a modifier with one product.
#[derive(Object)]
struct ModifierDefaultDetails {
    /// The modifier.
    modifier_id: Uuid,
    /// How often it is chosen; zero if it is not.
    #[oai(validator(minimum(value = "0"), maximum(value = "100")))]
    quantity: u16,
}

/// Where a product is made in a branch.
#[derive(Object)]
pub(super) struct ProductStationDetails {
    /// The branch.
    branch_id: Uuid,
    /// A station of the branch.
    station_id: Uuid,
}

/// What is said of a product in one language.
#[derive(Object)]
pub(super) struct ProductTextDetails {
    /// The language: two or three small letters, and a country of two capitals if it matters.
    #[oai(validator(pattern = "^[a-z]{2,3}(-[A-Z]{2})?$"))]
    language: String,
    /// What a guest reads below the name; of several lines if need be.
    #[oai(validator(min_length = 1, max_length = 1000))]
    description: Option<String>,
    /// Words by which it is found besides its name.
    #[oai(validator(max_items = 30))]
    search_words: Option<Vec<String>>,
}

/// The variants; those with mistakes are left out.
pub(super) fn variants(
    fields: &mut Fields,
    ids: &dyn IdGenerator,
    variants: &[VariantDetails],
) -> Vec<VariantRequest> {
    let read = |(index, variant): (usize, &VariantDetails)| {
        let at = |field: &str| format!("/variants/{index}/{field}");
        let name = fields.name(&at("name"), &variant.name);
        let price = variant.price.read(fields, &at("price"));
        let multiplier = variant.recipe_multiplier.as_ref();
        let recipe_multiplier =
            multiplier.and_then(|it| fields.multiplier(&at("recipe_multiplier"), it));
        let sku = variant.sku.as_ref().and_then(|sku| fields.sku(&at("sku"), sku));
        let barcode = variant.barcode.as_ref();
        let barcode = barcode.and_then(|barcode| fields.barcode(&at("barcode"), barcode));
        let id_if_new = VariantId::from_uuid(ids.uuid());
        let request =
            VariantRequest::new(variant.id.map(VariantId::from_uuid), id_if_new, name?, price?);
        Some(VariantRequest { recipe_multiplier, sku, barcode, ..request })
    };
    variants.iter().enumerate().filter_map(read).collect()
}

/// What a combo is made of; slots with mistakes are left out.
pub(super) fn combo(fields: &mut Fields, combo: &ComboDetails) -> Combo {
    let slot = |(index, slot): (usize, &SlotDetails)| {
        let at = format!("/combo/slots/{index}");
        let name = fields.name(&format!("{at}/name"), &slot.name);
        let mut option = |(place, option): (usize, &OptionDetails)| {
            let at = format!("{at}/options/{place}/upcharge");
            Some(SlotOption {
                product: ProductId::from_uuid(option.product_id),
                variant: VariantId::from_uuid(option.variant_id),
                upcharge: option.upcharge.read(fields, &at)?,
            })
        };
        let options = slot.options.iter().enumerate().filter_map(&mut option).collect();
        Some(Slot { name: name?, pieces: slot.pieces, options })
    };
    Combo { slots: combo.slots.iter().enumerate().filter_map(slot).collect() }
}

/// The modifier groups as the product offers them.
pub(super) fn groups(fields: &mut Fields, groups: &[OfferedGroupDetails]) -> Vec<Override> {
    groups.iter().enumerate().map(|(index, group)| group.read(fields, index)).collect()
}

impl OfferedGroupDetails {
    fn read(&self, fields: &mut Fields, index: usize) -> Override {
        let at = format!("/modifier_groups/{index}");
        let (hidden, prices, defaults) = (
            self.hidden.as_deref().unwrap_or_default(),
            self.prices.as_deref().unwrap_or_default(),
            self.defaults.as_deref().unwrap_or_default(),
        );
        fields.repeated(&format!("{at}/hidden"), hidden.len(), |it| {
            hidden[..it].contains(&hidden[it])
        });
        fields.repeated(&format!("{at}/prices"), prices.len(), |it| {
            prices[..it].iter().any(|earlier| earlier.modifier_id == prices[it].modifier_id)
        });
        fields.repeated(&format!("{at}/defaults"), defaults.len(), |it| {
            defaults[..it].iter().any(|earlier| earlier.modifier_id == defaults[it].modifier_id)
        });
        let mut price = |(place, body): (usize, &ModifierPriceDetails)| {
            let price = body.price.read(fields, &format!("{at}/prices/{place}/price"))?;
            Some((ModifierId::from_uuid(body.modifier_id), price))
        };
        let default =
            |it: &ModifierDefaultDetails| (ModifierId::from_uuid(it.modifier_id), it.quantity);
        let limits = self.limits.as_ref();
        Override {
            group: ModifierGroupId::from_uuid(self.group_id),
            limits: limits.map(|&LimitDetails { required, min, max }| Limits {
                required,
                min,
                max,
            }),
            hidden: hidden.iter().copied().map(ModifierId::from_uuid).collect(),
            prices: prices.iter().enumerate().filter_map(&mut price).collect(),
            defaults: defaults.iter().map(default).collect(),
        }
    }
}

/// The stations by branch; a branch that is listed twice is a mistake.
pub(super) fn stations(
    fields: &mut Fields,
    stations: &[ProductStationDetails],
) -> BTreeMap<BranchId, StationId> {
    fields.repeated("/stations", stations.len(), |it| {
        stations[..it].iter().any(|earlier| earlier.branch_id == stations[it].branch_id)
    });
    let station = |it: &ProductStationDetails| {
        (BranchId::from_uuid(it.branch_id), StationId::from_uuid(it.station_id))
    };
    stations.iter().map(station).collect()
}

/// What is said by language; a language that is listed twice is a mistake.
pub(super) fn texts(fields: &mut Fields, texts: &[ProductTextDetails]) -> Texts {
    fields.repeated("/texts", texts.len(), |it| {
        texts[..it].iter().any(|earlier| earlier.language == texts[it].language)
    });
    let text = |(index, body): (usize, &ProductTextDetails)| {
        let at = |field: &str| format!("/texts/{index}/{field}");
        let language = fields.language(&at("language"), &body.language);
        let description = body.description.as_ref();
        let description = description.and_then(|it| fields.description(&at("description"), it));
        let words = body.search_words.as_deref().unwrap_or_default().iter().enumerate();
        let search_words: Vec<Name> = words
            .filter_map(|(place, word)| fields.name(&at(&format!("search_words/{place}")), word))
            .collect();
        Some((language?, Text { description, search_words }))
    };
    texts.iter().enumerate().filter_map(text).collect()
}
