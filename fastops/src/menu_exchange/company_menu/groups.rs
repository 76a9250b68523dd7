//! Modifier groups by their names.

use exchange::menu::{Group, Key, Modifier};
use projections::catalog::modifier_groups::ModifierGroup;

use super::Reading;
use crate::menu_exchange::ids::Known;

impl Reading {
    pub(super) fn add_groups(&mut self, rows: Vec<ModifierGroup>) {
        for row in &rows {
            let group = &row.details.group;
            let key = Key::from(&group.name);
            for modifier in &group.modifiers {
                let part = Key::from(&modifier.name);
                self.modifiers.insert((row.id, modifier.id), part.clone());
                self.ids.modifiers.insert((key.clone(), part), modifier.id);
            }
            let known = Known { id: row.id, revision: Some(row.revision) };
            self.ids.groups.insert(key.clone(), known);
            self.groups.insert(row.id, key);
        }
        for row in rows {
            let group = row.details.group;
            let modifiers = group.modifiers.into_iter().map(|modifier| Modifier {
                name: modifier.name,
                price: modifier.price,
                max_quantity: modifier.max_quantity,
                default_quantity: modifier.default_quantity,
                asks: modifier.nested.and_then(|nested| self.groups.get(&nested).cloned()),
                portion: self.portion(&modifier.ingredients),
            });
            let modifiers = modifiers.collect();
            let key = Key::from(&group.name);
            let group = Group { name: group.name, limits: group.limits, modifiers };
            self.menu.groups.insert(key, group);
        }
    }
}
