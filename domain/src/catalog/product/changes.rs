//! What a client changes of a product.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Request, Texts, VariantRequest};
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
    /// The product to add; none if its name, category or variants are not said.
    pub fn into_request(self) -> Option<Request> {
        let (name, category) = (self.name.clone()?, self.category?);
        let plain = Request::new(name, category, self.variants.clone()?);
        Some(self.applied_to(plain))
    }

    /// The same, and what is none is taken away where that is possible: of a product's name, category,
    /// variants and combo there is always one.
    #[must_use]
    pub fn and_nothing_else(self) -> Self {
        Self {
            place: self.place.or(Some(0)),
            groups: Some(self.groups.unwrap_or_default()),
            stations: Some(self.stations.unwrap_or_default()),
            tax_class: Some(self.tax_class.flatten()),
            preparation_minutes: Some(self.preparation_minutes.flatten()),
            texts: Some(self.texts.unwrap_or_default()),
            marks: Some(self.marks.unwrap_or_default()),
            ..self
        }
    }

    /// The product as it is wanted, given what it is so far.
    #[must_use]
    pub fn applied_to(self, current: Request) -> Request {
        Request {
            name: self.name.unwrap_or(current.name),
            category: self.category.unwrap_or(current.category),
            variants: self.variants.unwrap_or(current.variants),
            place: self.place.unwrap_or(current.place),
            combo: self.combo.or(current.combo),
            groups: self.groups.unwrap_or(current.groups),
            stations: self.stations.unwrap_or(current.stations),
            tax_class: self.tax_class.unwrap_or(current.tax_class),
            preparation_minutes: self.preparation_minutes.unwrap_or(current.preparation_minutes),
            texts: self.texts.unwrap_or(current.texts),
            marks: self.marks.unwrap_or(current.marks),
        }
    }
}
