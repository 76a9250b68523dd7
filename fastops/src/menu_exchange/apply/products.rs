//! Products with everything that they offer.

use commands::catalog::{AddProduct, ReviseProduct};
use domain::catalog::combo::{Combo, Slot, SlotOption};
use domain::catalog::modifier_group::Override;
use domain::catalog::product::{Changes, Request, VariantRequest};
use domain::shared::{CategoryId, ProductId, VariantId};
use exchange::Change;
use exchange::menu::{self, Key, OfferedGroup, Product, Variant};
use uuid::Uuid;

use super::Applying;
use crate::import::Error;
use crate::menu_exchange::ids::Known;

impl Applying<'_> {
    pub(super) async fn product(&mut self, change: &Change) -> Result<(), Error> {
        let (current, wanted) = (self.current, self.wanted);
        let wanted = &wanted.products[&change.key];
        let known = self.ids.products.get(&change.key).copied();
        if let (Some(Known { id: product, revision: seen }), Some(current)) =
            (known, current.products.get(&change.key))
        {
            let changes = self.changes(&change.key, current, wanted);
            return self.execute(change, seen, ReviseProduct { product, seen, changes }).await;
        }
        let request = self.request(&change.key, wanted);
        let product = ProductId::from_uuid(self.new_id(change));
        self.ids.products.insert(change.key.clone(), Known { id: product, revision: None });
        self.execute(change, None, AddProduct { product, request }).await
    }

    /// What is different; the rest stays as it is, also where it refers to what was removed.
    fn changes(&mut self, key: &Key, current: &Product, wanted: &Product) -> Changes {
        let Request { name, category, variants, place, combo, groups, stations, .. } =
            self.request(key, wanted);
        let Product { tax_class, preparation_minutes, texts, marks, .. } = wanted.clone();
        Changes {
            name: (current.name != wanted.name).then_some(name),
            category: (current.category != wanted.category).then_some(category),
            variants: (current.variants != wanted.variants).then_some(variants),
            place: (current.place != wanted.place).then_some(place),
            combo: combo.filter(|_| current.slots != wanted.slots),
            groups: (current.groups != wanted.groups).then_some(groups),
            stations: (current.stations != wanted.stations).then_some(stations),
            tax_class: (current.tax_class != wanted.tax_class).then_some(tax_class),
            preparation_minutes: (current.preparation_minutes != wanted.preparation_minutes)
                .then_some(preparation_minutes),
            texts: (current.texts != wanted.texts).then_some(texts),
            marks: (current.marks != wanted.marks).then_some(marks),
        }
    }

    fn request(&mut self, key: &Key, wanted: &Product) -> Request {
        let variants = wanted.variants.iter().map(|variant| self.variant(key, variant)).collect();
        // A category that was removed is only that of products that stay there, so that it is not sent.
        let category = self.ids.categories.get(&wanted.category).map(|known| known.id);
        let category = category.unwrap_or(CategoryId::from_uuid(Uuid::nil()));
        let combo = Combo { slots: wanted.slots.iter().map(|slot| self.slot(slot)).collect() };
        let stations = wanted.stations.iter().map(|(branch, station)| {
            let of_branch = (branch.clone(), station.clone());
            (self.ids.branches[branch], self.ids.stations[&of_branch])
        });
        Request {
            place: wanted.place,
            combo: wanted.is_combo().then_some(combo),
            groups: wanted.groups.iter().map(|offered| self.offered(offered)).collect(),
            stations: stations.collect(),
            tax_class: wanted.tax_class.clone(),
            preparation_minutes: wanted.preparation_minutes,
            texts: wanted.texts.clone(),
            marks: wanted.marks.clone(),
            ..Request::new(wanted.name.clone(), category, variants)
        }
    }

    fn variant(&mut self, product: &Key, variant: &Variant) -> VariantRequest {
        let part = Key::from(&variant.name);
        let id_if_new = || VariantId::from_uuid(self.new_part_id("variant", product, &part));
        let key = (product.clone(), part.clone());
        let id = self.ids.variants.get(&key).copied();
        let id_if_new = id.unwrap_or_else(id_if_new);
        self.ids.variants.insert(key, id_if_new);
        VariantRequest {
            id,
            id_if_new,
            name: variant.name.clone(),
            price: variant.price,
            recipe_multiplier: variant.recipe_multiplier,
            sku: variant.sku.clone(),
            barcode: variant.barcode.clone(),
        }
    }

    fn slot(&self, slot: &menu::Slot) -> Slot {
        let options = slot.options.iter().map(|option| SlotOption {
            product: self.ids.products[&option.product].id,
            variant: self.ids.variants[&(option.product.clone(), option.variant.clone())],
            upcharge: option.upcharge,
        });
        Slot { name: slot.name.clone(), pieces: slot.pieces, options: options.collect() }
    }

    fn offered(&self, offered: &OfferedGroup) -> Override {
        let mut changes = Override::none(self.ids.groups[&offered.group].id);
        changes.limits = offered.limits;
        for (modifier, changed) in &offered.modifiers {
            let id = self.ids.modifiers[&(offered.group.clone(), modifier.clone())];
            if changed.is_hidden {
                changes.hidden.insert(id);
            }
            changes.prices.extend(changed.price.map(|price| (id, price)));
            changes.defaults.extend(changed.default_quantity.map(|quantity| (id, quantity)));
        }
        changes
    }
}
