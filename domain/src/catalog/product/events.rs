//! What can happen to a product.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Texts, Variant};
use crate::catalog::combo::Combo;
use crate::catalog::diet::Marks;
use crate::catalog::modifier_group::Override;
use crate::shared::{BranchId, CategoryId, Code, Name, StationId};

/// The product was added to the menu. What else is known of it follows in events of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Added {
    /// Its name.
    pub name: Name,
    /// Its category in the menu.
    pub category: CategoryId,
    /// Its variants in the order of the menu.
    pub variants: Vec<Variant>,
}

/// The product was renamed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Renamed {
    /// The name from this event on.
    pub name: Name,
}

/// The product was moved to another category.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Recategorised {
    /// The category from this event on.
    pub category: CategoryId,
}

/// The product was moved in its category.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Moved {
    /// The position from this event on, smallest first.
    pub place: u16,
}

/// The product's variants, their prices or codes changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct VariantsOffered {
    /// All variants from this event on, in the order of the menu.
    pub variants: Vec<Variant>,
}

/// What the combo is made of changed; with the first such event the product is a combo.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ComboComposed {
    /// What it is made of from this event on.
    pub combo: Combo,
}

/// The modifier groups that the product offers changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GroupsOffered {
    /// All groups from this event on, in the order of the menu.
    pub groups: Vec<Override>,
}

/// The product is made at other stations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Stationed {
    /// All stations from this event on, by branch.
    pub stations: BTreeMap<BranchId, StationId>,
}

/// The product is of another tax class.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TaxClassified {
    /// The class from this event on; none for the default of the tax profile.
    pub class: Option<Code>,
}

/// Another time was estimated for making the product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PreparationEstimated {
    /// The time in minutes from this event on; none if none is known.
    pub minutes: Option<u16>,
}

/// Something else is said of the product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Described {
    /// What is said from this event on, by language.
    pub texts: Texts,
}

/// Something else was declared of allergens and diets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DietDeclared {
    /// What is declared from this event on.
    pub marks: Marks,
}

/// The product was taken out of the menu.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Removed {}

/// The product was put back into the menu as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Restored {}

crate::stored_events! {
    /// Events of a product.
    pub enum Event {
        "product.added" => Added,
        "product.renamed" => Renamed,
        "product.recategorised" => Recategorised,
        "product.moved" => Moved,
        "product.variants_offered" => VariantsOffered,
        "product.combo_composed" => ComboComposed,
        "product.groups_offered" => GroupsOffered,
        "product.stationed" => Stationed,
        "product.tax_classified" => TaxClassified,
        "product.preparation_estimated" => PreparationEstimated,
        "product.described" => Described,
        "product.diet_declared" => DietDeclared,
        "product.removed" => Removed,
        "product.restored" => Restored,
    }
}
