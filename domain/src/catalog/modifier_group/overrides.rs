//! What a product changes of a group that it offers.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::check::check;
use super::{Error, Group, Limits};
use crate::shared::{ModifierGroupId, ModifierId, Money};

/// A group as one product offers it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Override {
    /// The group.
    pub group: ModifierGroupId,
    /// Other limits; none if they are those of the group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limits: Option<Limits>,
    /// Modifiers that the product does not offer.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub hidden: BTreeSet<ModifierId>,
    /// Other prices.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub prices: BTreeMap<ModifierId, Money>,
    /// Other defaults.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
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

/// Checks that a group can be chosen as a product offers it.
pub fn check_override(offered: &Override, group: &Group) -> Result<(), Error> {
    check(&offered.applied_to(group))
}
