//! What the restaurant sells, as commands: modifier groups, products and combos.

use std::collections::BTreeMap;

use commands::catalog::{
    AddModifierGroup, AddProduct, Changes, ModifierRequest, ProductRequest, ReviseProduct,
    VariantRequest,
};
use domain::catalog::combo::{Combo, Slot, SlotOption};
use domain::catalog::modifier_group::{Override, Request};
use domain::inventory::recipe::Ingredient;
use domain::shared::{BranchId, CategoryId, StationId};

use super::{BRANCHES, Restaurant};
use crate::demo::menu::{self, Category, Product, modifiers};

impl Restaurant {
    pub(super) fn add_group(&self, group: &modifiers::Group) -> AddModifierGroup {
        let modifier = |modifier: &modifiers::Modifier| {
            let ingredient = |taken: &crate::demo::pantry::Taken| Ingredient {
                item: self.ids.item(&taken.item),
                quantity: taken.quantity,
            };
            ModifierRequest {
                id: None,
                id_if_new: self.ids.modifier(&group.name, &modifier.name),
                name: modifier.name.clone(),
                price: modifier.price,
                max_quantity: modifier.max_quantity,
                default_quantity: modifier.default_quantity,
                nested: modifier.asks.as_ref().map(|asked| self.ids.group(asked)),
                ingredients: modifier.taken.iter().map(ingredient).collect(),
            }
        };
        let modifiers = group.modifiers.iter().map(modifier).collect();
        let request = Request { name: group.name.clone(), limits: group.limits, modifiers };
        AddModifierGroup { group: self.ids.group(&group.name), request }
    }

    /// The product, and what an earlier release did not know of it.
    pub(super) fn add_product(
        &self,
        category: &Category,
        product: &Product,
    ) -> (AddProduct, ReviseProduct) {
        let id = self.ids.product(&product.name);
        let changes = self.attributes(product);
        let plain = ProductRequest::new(
            product.name.clone(),
            self.category_id(category),
            product.variants.iter().map(|variant| self.variant(product, variant)).collect(),
        );
        let request = changes.clone().applied_to(plain);
        (AddProduct { product: id, request }, ReviseProduct { product: id, seen: None, changes })
    }

    fn variant(&self, product: &Product, variant: &menu::Variant) -> VariantRequest {
        let id = self.ids.variant(&product.name, &variant.name);
        VariantRequest::new(None, id, variant.name.clone(), variant.price)
    }

    fn attributes(&self, product: &Product) -> Changes {
        let said = &product.attributes;
        let groups = said.groups.iter().map(|group| Override::none(self.ids.group(group)));
        Changes {
            combo: (!product.slots.is_empty()).then(|| self.combo(product)),
            groups: Some(groups.collect()),
            stations: Some(self.stations(product)),
            tax_class: Some(said.tax_class.clone()),
            preparation_minutes: Some(said.minutes),
            texts: Some(said.texts.clone()),
            marks: Some(said.marks.clone()),
            ..Changes::default()
        }
    }

    fn stations(&self, product: &Product) -> BTreeMap<BranchId, StationId> {
        let Some(station) = &product.attributes.station else { return BTreeMap::new() };
        let branches = BRANCHES.into_iter().zip(&self.branches);
        branches.map(|(name, branch)| (*branch, self.ids.station(name, station))).collect()
    }

    fn combo(&self, product: &Product) -> Combo {
        let option = |option: &menu::combos::SlotOption| SlotOption {
            product: self.ids.product(&option.product),
            variant: self.ids.variant(&option.product, &option.variant),
            upcharge: option.upcharge,
        };
        let slot = |slot: &menu::combos::Slot| Slot {
            name: slot.name.clone(),
            pieces: 1,
            options: slot.options.iter().map(option).collect(),
        };
        Combo { slots: product.slots.iter().map(slot).collect() }
    }

    pub(super) fn category_id(&self, category: &Category) -> CategoryId {
        self.ids.category(&category.name)
    }
}
