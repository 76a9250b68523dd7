//! Modifier groups.

use commands::catalog::{AddModifierGroup, ReviseModifierGroup};
use domain::catalog::modifier_group::{ModifierRequest, Request};
use domain::shared::{ModifierGroupId, ModifierId};
use exchange::Change;
use exchange::menu::{Group, Key, Modifier};

use super::Applying;
use crate::import::Error;
use crate::menu_exchange::ids::Known;

impl Applying<'_> {
    pub(super) async fn group(&mut self, change: &Change) -> Result<(), Error> {
        let request = self.group_request(&change.key);
        let known = self.ids.groups.get(&change.key).copied();
        if let Some(Known { id: group, revision: seen }) = known {
            let revise = ReviseModifierGroup { group, seen, request };
            return self.execute(change, seen, revise).await;
        }
        let group = ModifierGroupId::from_uuid(self.new_id(change));
        self.ids.groups.insert(change.key.clone(), Known { id: group, revision: None });
        self.execute(change, None, AddModifierGroup { group, request }).await
    }

    fn group_request(&mut self, key: &Key) -> Request {
        let Group { name, limits, modifiers } = &self.wanted.groups[key];
        let modifiers = modifiers.iter().map(|modifier| self.modifier(key, modifier)).collect();
        Request { name: name.clone(), limits: *limits, modifiers }
    }

    fn modifier(&mut self, group: &Key, modifier: &Modifier) -> ModifierRequest {
        let part = Key::from(&modifier.name);
        let id_if_new = || ModifierId::from_uuid(self.new_part_id("modifier", group, &part));
        let key = (group.clone(), part.clone());
        let id = self.ids.modifiers.get(&key).copied();
        let id_if_new = id.unwrap_or_else(id_if_new);
        self.ids.modifiers.insert(key, id_if_new);
        ModifierRequest {
            id,
            id_if_new,
            name: modifier.name.clone(),
            price: modifier.price,
            max_quantity: modifier.max_quantity,
            default_quantity: modifier.default_quantity,
            nested: modifier.asks.as_ref().map(|asked| self.ids.groups[asked].id),
            ingredients: self.ingredients(&modifier.portion),
        }
    }
}
