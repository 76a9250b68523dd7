//! Rows of what products offer: groups of modifiers, and the slots of combos.

use domain::catalog::combo::PIECES_MAX;
use domain::catalog::modifier_group::{CHOICES_MAX, Limits};
use domain::shared::Money;

use super::Reader;
use super::cells::{Cells, Noted};
use crate::bad_cell::Reason;
use crate::menu::{Key, OfferedGroup, OfferedModifier, Slot, SlotOption};

impl Reader<'_> {
    pub(super) fn offered_group(&mut self, cells: &mut Cells<'_>) -> Option<()> {
        let product = self.known_product(cells, "product");
        let group = self.known_group(cells, "group");
        let current = product.as_ref().zip(group.as_ref()).and_then(|(product, group)| {
            let groups = &self.current.products.get(product)?.groups;
            groups.iter().find(|it| it.group == *group)
        });
        let limits = limits(cells, current.and_then(|current| current.limits));
        let modifiers = current.map_or_else(Default::default, |it| it.modifiers.clone());
        let (product, group) = (product?, group?);
        self.once(cells, "group", &[&product, &group])?;
        let begins = self.begins(cells, &product);
        let product = self.menu.products.get_mut(&product)?;
        if begins {
            product.groups.clear();
        }
        product.groups.push(OfferedGroup { group, limits: limits.ok()?, modifiers });
        Some(())
    }

    pub(super) fn offered_modifier(&mut self, cells: &mut Cells<'_>) -> Option<()> {
        let product = self.known_product(cells, "product");
        let group = self.known_group(cells, "group");
        let modifier = group.as_ref().and_then(|group| self.known_modifier(cells, group));
        let is_hidden = cells.yes("hidden");
        let currency = product.as_ref().and_then(|product| self.currency_of(product));
        let price = cells.kept("price", None, |cells, column| cells.price(column, currency));
        let default_quantity = cells
            .kept("default_quantity", None, |cells, column| cells.small(column, 0, CHOICES_MAX));
        let (product, group, modifier) = (product?, group?, modifier?);
        self.once(cells, "modifier", &[&product, &group, &modifier])?;
        let begins = self.begins(cells, &product);
        let product = self.menu.products.get_mut(&product)?;
        if begins {
            product.groups.iter_mut().for_each(|group| group.modifiers.clear());
        }
        let Some(offered) = product.groups.iter_mut().find(|it| it.group == group) else {
            cells.refuse("group", Reason::Unknown(cells.text("group").to_owned()));
            return None;
        };
        let (price, default_quantity) = (price.ok()?, default_quantity.ok()?);
        let changed = OfferedModifier { is_hidden: is_hidden?, price, default_quantity };
        if changed != OfferedModifier::default() {
            offered.modifiers.insert(modifier, changed);
        }
        Some(())
    }

    pub(super) fn combo_option(&mut self, cells: &mut Cells<'_>) -> Option<()> {
        let product = self.known_product(cells, "product");
        let slot = cells.name("slot");
        let pieces = cells.whole("pieces", 1, PIECES_MAX);
        let option = self.known_product(cells, "option_product");
        let variant =
            option.as_ref().and_then(|option| self.known_variant(cells, "option_variant", option));
        let currency = product.as_ref().and_then(|product| self.currency_of(product));
        let upcharge = cells.kept("price", None, |cells, column| cells.price(column, currency));

        let (product, slot, option, variant) = (product?, slot?, option?, variant?);
        let slot_key = Key::from(&slot);
        self.once(cells, "option_variant", &[&product, &slot_key, &option, &variant])?;
        let begins = self.begins(cells, &product);
        let product = self.menu.products.get_mut(&product)?;
        if begins {
            product.slots.clear();
        }
        let (pieces, upcharge) = (pieces?, upcharge.ok()?);
        let upcharge = match (upcharge, currency) {
            (Some(upcharge), _) => upcharge,
            (None, Some(currency)) => Money::zero(currency),
            (None, None) => {
                cells.refuse("currency", Reason::NoCurrency);
                return None;
            }
        };
        let option = SlotOption { product: option, variant, upcharge };
        match product.slots.iter_mut().find(|it| Key::from(&it.name) == slot_key) {
            Some(slot) if slot.pieces != pieces => {
                cells.refuse("pieces", Reason::Differs { earlier: slot.pieces.to_string() });
            }
            Some(slot) => slot.options.push(option),
            None => product.slots.push(Slot { name: slot, pieces, options: vec![option] }),
        }
        Some(())
    }

    /// The currency of a product's prices, which are read before.
    fn currency_of(&self, product: &Key) -> Option<domain::shared::Currency> {
        let first = self.menu.products.get(product).and_then(|it| it.variants.first());
        first.map(|first| first.price.currency()).or(self.menu.context.currency)
    }
}

/// Other limits of a group: all three cells, or none where it has its own.
fn limits(cells: &mut Cells<'_>, before: Option<Limits>) -> Result<Option<Limits>, Noted> {
    if !cells.has("max") {
        return Ok(before);
    }
    if !cells.is_filled("max") && !cells.is_filled("min") && !cells.is_filled("required") {
        return Ok(None);
    }
    let required = cells.yes("required");
    let (min, max) = (cells.small("min", 0, CHOICES_MAX), cells.small("max", 1, CHOICES_MAX));
    match (required, min, max) {
        (Some(required), Some(min), Some(max)) => Ok(Some(Limits { required, min, max })),
        _ => Err(Noted),
    }
}
