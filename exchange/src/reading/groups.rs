//! Rows of modifier groups and modifiers.

use domain::catalog::modifier_group::{CHOICES_MAX, Limits};

use super::Reader;
use super::cells::{Cells, Noted};
use crate::bad_cell::Reason;
use crate::menu::{Group, Key, Modifier};
use crate::sheets::{MODIFIER_GROUPS, MODIFIERS};

impl Reader<'_> {
    pub(super) fn group(&mut self, cells: &mut Cells<'_>) -> Option<()> {
        let name = cells.name("group")?;
        let key = Key::from(&name);
        self.once(cells, "group", &[&key])?;
        let required = cells.yes("required");
        let (min, max) = (cells.small("min", 0, CHOICES_MAX), cells.small("max", 1, CHOICES_MAX));
        let limits = Limits { required: required?, min: min?, max: max? };
        let current = self.current.groups.get(&key);
        let modifiers = current.map_or_else(Vec::new, |group| group.modifiers.clone());
        self.menu.groups.insert(key, Group { name, limits, modifiers });
        Some(())
    }

    pub(super) fn modifier(&mut self, cells: &mut Cells<'_>) -> Option<()> {
        let group = self.known_group(cells, "group");
        let name = cells.name("modifier");
        let current = group.as_ref().and_then(|group| self.current.groups.get(group));
        let currency = current.and_then(|it| it.modifiers.first()).map(|it| it.price.currency());
        let price = cells.price("price", currency.or(self.menu.context.currency));
        let before = name.as_ref().and_then(|name| current?.modifier(&Key::from(name)));
        let max_quantity = before.map_or(1, |before| before.max_quantity);
        let max_quantity = cells.optional("max_quantity", max_quantity, |cells, column| {
            cells.small(column, 1, CHOICES_MAX)
        });
        let default_quantity = before.map_or(0, |before| before.default_quantity);
        let default_quantity =
            cells.optional("default_quantity", default_quantity, |cells, column| {
                cells.small(column, 0, max_quantity.unwrap_or(CHOICES_MAX))
            });
        let asks = self.asked_group(cells, before).ok();
        let portion = before.map_or_else(Default::default, |before| before.portion.clone());

        let (group, name) = (group?, name?);
        self.once(cells, "modifier", &[&group, &Key::from(&name)])?;
        let begins = self.begins(cells, &group);
        let group = self.menu.groups.get_mut(&group)?;
        if begins {
            group.modifiers.clear();
        }
        let price = price?;
        let first = group.modifiers.first().map(|first| first.price.currency());
        if first.is_some_and(|first| first != price.currency()) {
            cells.refuse("currency", Reason::MixedCurrencies);
        }
        group.modifiers.push(Modifier {
            name,
            price,
            max_quantity: max_quantity?,
            default_quantity: default_quantity?,
            asks: asks?,
            portion,
        });
        Some(())
    }

    pub(super) fn modifier_portion(&mut self, cells: &mut Cells<'_>) -> Option<()> {
        let group = self.known_group(cells, "group");
        let modifier = group.as_ref().and_then(|group| self.known_modifier(cells, group));
        let ingredient = self.known_ingredient(cells);
        let quantity = cells.quantity("quantity");
        let (group, modifier, ingredient) = (group?, modifier?, ingredient?);
        self.once(cells, "ingredient", &[&group, &modifier, &ingredient])?;
        let begins = self.begins(cells, &group);
        let group = self.menu.groups.get_mut(&group)?;
        if begins {
            group.modifiers.iter_mut().for_each(|modifier| modifier.portion.clear());
        }
        let mut modifiers = group.modifiers.iter_mut();
        let modifier = modifiers.find(|it| Key::from(&it.name) == modifier)?;
        modifier.portion.insert(ingredient, quantity?);
        Some(())
    }

    pub(super) fn known_group(&self, cells: &mut Cells<'_>, column: &'static str) -> Option<Key> {
        cells.reference(column, |key| {
            self.menu.groups.contains_key(key) || self.named.has(&MODIFIER_GROUPS, key)
        })
    }

    pub(super) fn known_modifier(&self, cells: &mut Cells<'_>, group: &Key) -> Option<Key> {
        cells.reference("modifier", |key| {
            let known = self.menu.groups.get(group).and_then(|it| it.modifier(key));
            known.is_some() || self.named.has_part(&MODIFIERS, group, key)
        })
    }

    /// The group that a modifier asks: none where the cell is empty, as before where there is no such column.
    fn asked_group(
        &self,
        cells: &mut Cells<'_>,
        before: Option<&Modifier>,
    ) -> Result<Option<Key>, Noted> {
        let before = before.and_then(|before| before.asks.clone());
        cells.kept("asks_group", before, |cells, column| self.known_group(cells, column))
    }
}
