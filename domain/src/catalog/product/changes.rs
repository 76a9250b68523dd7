//! What a client changes of a product.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Details, Request, Texts, VariantRequest};
use crate::catalog::combo::Combo;
use crate::catalog::diet::Marks;
use crate::catalog::modifier_group::Override;
use crate::shared::{BranchId, CategoryId, Code, Name, StationId};

/// What becomes of a product; what is none stays as it is.
///
/// The serialised form is compared to recognise a retry, so what is none is left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[expect(clippy::option_option, reason = "to leave an attribute as it is is not to take it away")]
pub struct Changes {
    /// Its name, unique in the company.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Name>,
    /// Its category in the menu.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<CategoryId>,
    /// Its variants in the order of the menu: those with an id are changed, those without are added,
    /// and omitted ones are not sold any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variants: Option<Vec<VariantRequest>>,
    /// Its position in the category, smallest first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<u16>,
    /// What it is made of; only of a combo.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub combo: Option<Combo>,
    /// All modifier groups that it offers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub groups: Option<Vec<Override>>,
    /// All stations where it is made, by branch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stations: Option<BTreeMap<BranchId, StationId>>,
    /// Its tax class, or that it is of the default one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tax_class: Option<Option<Code>>,
    /// How long making it takes, in minutes, or that this is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preparation_minutes: Option<Option<u16>>,
    /// All that is said of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub texts: Option<Texts>,
    /// All that is declared of allergens and diets.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub marks: Option<Marks>,
}

impl Changes {
    /// The product as it is wanted.
    pub fn applied_to(self, current: &Details) -> Request {
        let request = Request::from(current.clone());
        Request {
            name: self.name.unwrap_or(request.name),
            category: self.category.unwrap_or(request.category),
            place: self.place.unwrap_or(request.place),
            variants: self.variants.unwrap_or(request.variants),
            combo: self.combo.or(request.combo),
            groups: self.groups.unwrap_or(request.groups),
            stations: self.stations.unwrap_or(request.stations),
            tax_class: self.tax_class.unwrap_or(request.tax_class),
            preparation_minutes: self.preparation_minutes.unwrap_or(request.preparation_minutes),
            texts: self.texts.unwrap_or(request.texts),
            marks: self.marks.unwrap_or(request.marks),
        }
    }
}
