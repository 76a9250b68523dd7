//! What a product is like.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Barcode, Sku, Texts};
use crate::catalog::combo::Combo;
use crate::catalog::diet::Marks;
use crate::catalog::modifier_group::Override;
use crate::shared::{
    BranchId, CategoryId, Code, Currency, Money, Multiplier, Name, StationId, VariantId,
};

/// A size or kind of a product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Variant {
    /// Its id.
    pub id: VariantId,
    /// Its name, unique in the product: "Grande".
    pub name: Name,
    /// What one piece costs, taxes included.
    pub price: Money,
    /// How many times the recipe of the product's base variant one piece takes; none if it takes
    /// what its own recipe says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recipe_multiplier: Option<Multiplier>,
    /// Its stock keeping unit, unique in the company.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sku: Option<Sku>,
    /// What a scanner reads on it, unique in the company.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub barcode: Option<Barcode>,
}

impl Variant {
    /// A variant with a recipe of its own and without codes.
    pub const fn new(id: VariantId, name: Name, price: Money) -> Self {
        Self { id, name, price, recipe_multiplier: None, sku: None, barcode: None }
    }
}

/// A variant as a client asks for it.
///
/// Its serialised form is compared to recognise a retry, so the id for an added variant is left
/// out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VariantRequest {
    /// The variant to change; none to add one.
    pub id: Option<VariantId>,
    /// The id to give to an added variant.
    #[serde(skip)]
    pub id_if_new: VariantId,
    /// Its name, unique in the product.
    pub name: Name,
    /// What one piece costs, taxes included.
    pub price: Money,
    /// How many times the recipe of the product's base variant one piece takes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recipe_multiplier: Option<Multiplier>,
    /// Its stock keeping unit, unique in the company.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sku: Option<Sku>,
    /// What a scanner reads on it, unique in the company.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub barcode: Option<Barcode>,
}

impl From<Variant> for VariantRequest {
    /// A request to keep the variant as it is.
    fn from(variant: Variant) -> Self {
        let Variant { id, name, price, recipe_multiplier, sku, barcode } = variant;
        Self { id: Some(id), id_if_new: id, name, price, recipe_multiplier, sku, barcode }
    }
}

impl VariantRequest {
    /// A request for a variant with a recipe of its own and without codes.
    pub const fn new(
        id: Option<VariantId>,
        id_if_new: VariantId,
        name: Name,
        price: Money,
    ) -> Self {
        Self { id, id_if_new, name, price, recipe_multiplier: None, sku: None, barcode: None }
    }

    /// The variant, with the id that it keeps or gets.
    pub(super) fn variant(self) -> Variant {
        let Self { id, id_if_new, name, price, recipe_multiplier, sku, barcode } = self;
        Variant { id: id.unwrap_or(id_if_new), name, price, recipe_multiplier, sku, barcode }
    }
}

/// The attributes of a product, with variants `V`.
///
/// The serialised form of a request is compared to recognise a retry, so what is not said is left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Details<V = Variant> {
    /// Its name, unique in the company.
    pub name: Name,
    /// Its category in the menu.
    pub category: CategoryId,
    /// Its variants in the order of the menu: at least one, all in one currency.
    pub variants: Vec<V>,
    /// Its position in the category, smallest first.
    #[serde(skip_serializing_if = "is_zero")]
    pub place: u16,
    /// What it is made of, if it is a combo. An item never becomes a combo, nor a combo an item.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub combo: Option<Combo>,
    /// The modifier groups that it offers in the order of the menu, each once.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<Override>,
    /// Where it is made, by branch.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub stations: BTreeMap<BranchId, StationId>,
    /// Its class in the tax profile of the branch; none if it is of the default one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tax_class: Option<Code>,
    /// How long making it takes, in minutes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preparation_minutes: Option<u16>,
    /// What is said of it, by language.
    #[serde(skip_serializing_if = "Texts::is_empty")]
    pub texts: Texts,
    /// What is declared of allergens and diets, beside what its ingredients say.
    #[serde(skip_serializing_if = "Marks::is_empty")]
    pub marks: Marks,
}

/// A product as a client asks for it.
pub type Request = Details<VariantRequest>;

impl<V> Details<V> {
    /// A product of which nothing is said but its name, category and variants.
    pub fn new(name: Name, category: CategoryId, variants: Vec<V>) -> Self {
        Self {
            name,
            category,
            variants,
            place: 0,
            combo: None,
            groups: vec![],
            stations: BTreeMap::new(),
            tax_class: None,
            preparation_minutes: None,
            texts: Texts::default(),
            marks: Marks::default(),
        }
    }

    /// The product with other variants.
    pub(super) fn with_variants<W>(self, variants: Vec<W>) -> Details<W> {
        let Self { name, category, place, combo, groups, stations, .. } = self;
        let Self { tax_class, preparation_minutes, texts, marks, .. } = self;
        Details {
            name,
            category,
            variants,
            place,
            combo,
            groups,
            stations,
            tax_class,
            preparation_minutes,
            texts,
            marks,
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
const fn is_zero(place: &u16) -> bool {
    *place == 0
}

impl Details {
    /// The variant with this id.
    pub fn variant(&self, id: VariantId) -> Option<&Variant> {
        self.variants.iter().find(|variant| variant.id == id)
    }

    /// The currency of its prices.
    pub fn currency(&self) -> Option<Currency> {
        self.variants.first().map(|variant| variant.price.currency())
    }

    /// The variant whose recipe those with a multiplier take: the first without one.
    pub fn base_variant(&self) -> Option<&Variant> {
        self.variants.iter().find(|variant| variant.recipe_multiplier.is_none())
    }
}

impl From<Details> for Request {
    /// A request to keep the product as it is.
    fn from(details: Details) -> Self {
        let variants = details.variants.iter().cloned().map(Into::into).collect();
        details.with_variants(variants)
    }
}
