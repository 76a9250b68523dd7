//! Groups as they are decided on.

use domain::Decider;
use domain::catalog::ModifierGroup;
use domain::catalog::modifier_group::{
    self, Command, Error, MODIFIERS_MAX, ModifierRequest, Request, State,
};
use domain::shared::ModifierId;
use uuid::Uuid;

use crate::bad_cell::{BadCells, Reason, Rule};
use crate::menu::{Group, Key};
use crate::reading::Reader;
use crate::sheets::{MODIFIER_GROUPS, MODIFIER_RECIPES, MODIFIERS};

impl Reader<'_> {
    pub(super) fn check_groups(&self, bad: &mut BadCells) {
        for (key, group) in &self.menu.groups {
            let n_modifiers = group.modifiers.len();
            let sheets = (&MODIFIER_GROUPS, &MODIFIERS);
            self.check_count(bad, key, sheets, (n_modifiers, MODIFIERS_MAX));
            if n_modifiers == 0 || self.current.groups.get(key) == Some(group) {
                continue;
            }
            if let Some(reason) = self.refused_group(group) {
                let sheets = [&MODIFIER_GROUPS, &MODIFIERS, &MODIFIER_RECIPES];
                self.note(bad, &sheets, key, reason);
            }
        }
    }

    /// The reason for which a group is refused.
    fn refused_group(&self, group: &Group) -> Option<Reason> {
        let asks_too_deep = |asked: &Key| {
            let asked = self.menu.groups.get(asked);
            asked.is_some_and(Group::asks_any)
        };
        if group.modifiers.iter().filter_map(|it| it.asks.as_ref()).any(asks_too_deep) {
            return Some(Reason::Rule(Rule::Nesting));
        }
        let n_ingredients = group.modifiers.iter().map(|modifier| modifier.portion.len()).max();
        if n_ingredients > Some(modifier_group::INGREDIENTS_MAX) {
            return Some(Reason::TooMany { max: modifier_group::INGREDIENTS_MAX });
        }
        match ModifierGroup::decide(&State::Unknown, Command::Add(request(group))) {
            Err(Error::Limits { .. }) => Some(Reason::Rule(Rule::Limits)),
            Err(Error::Defaults { .. }) => Some(Reason::Rule(Rule::Defaults)),
            _ => None,
        }
    }
}

/// The id that the modifier at an index has here.
pub(super) fn modifier_id(index: usize) -> ModifierId {
    ModifierId::from_uuid(Uuid::from_u128(index as u128))
}

/// The group as it is decided on. What it refers to is checked by names, so that ids are left out.
pub(super) fn request(group: &Group) -> Request {
    let modifiers = group.modifiers.iter().enumerate().map(|(index, modifier)| ModifierRequest {
        id: None,
        id_if_new: modifier_id(index),
        name: modifier.name.clone(),
        price: modifier.price,
        max_quantity: modifier.max_quantity,
        default_quantity: modifier.default_quantity,
        nested: None,
        ingredients: vec![],
    });
    let modifiers = modifiers.collect();
    Request { name: group.name.clone(), limits: group.limits, modifiers }
}
