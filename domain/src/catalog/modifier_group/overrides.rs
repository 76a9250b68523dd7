//! What a product changes of a group that it offers.

use std::collections::{BTreeMap, BTreeSet};

use super::{Group, Limits};
use crate::shared::{ModifierGroupId, ModifierId, Money};

/// A group as one product offers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Override {
    /// The group.
    pub group: ModifierGroupId,
    /// Other limits; none if they are those of the group.
    pub limits: Option<Limits>,
    /// Modifiers that the product does not offer.
    pub hidden: BTreeSet<ModifierId>,
    /// Other prices.
    pub prices: BTreeMap<ModifierId, Money>,
    /// Other defaults.
    pub defaults: BTreeMap<ModifierId, u16>,
}

impl Override {
    /// The group as it is.
    pub const fn none(group: ModifierGroupId) -> Self {
        Self {
            group,
            limits: None,
            hidden: BTreeSet::new(),
            prices: BTreeMap::new(),
            defaults: BTreeMap::new(),
        }
    }

    /// The group as the product offers it. What is said of modifiers that the group does not have
    /// changes nothing.
    pub fn applied_to(&self, group: &Group) -> Group {
        let Group { name, limits, modifiers } = group.clone();
        let offered = modifiers.into_iter().filter(|it| !self.hidden.contains(&it.id));
        let modifiers = offered.map(|mut modifier| {
            modifier.price = self.prices.get(&modifier.id).copied().unwrap_or(modifier.price);
            let default = self.defaults.get(&modifier.id).copied();
            modifier.default_quantity = default.unwrap_or(modifier.default_quantity);
            modifier
        });
        Group { name, limits: self.limits.unwrap_or(limits), modifiers: modifiers.collect() }
    }
}
