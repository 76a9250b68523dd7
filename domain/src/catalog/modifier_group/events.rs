//! What happens to a modifier group.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Group, Limits, Modifier};
use crate::shared::{ModifierGroupId, Name};

/// The group was added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Added {
    /// Its attributes.
    pub group: Group,
}

/// The group was renamed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Renamed {
    /// The name from this event on.
    pub name: Name,
}

/// Another number of modifiers can be chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Limited {
    /// How many from this event on.
    pub limits: Limits,
}

/// The modifiers or their prices changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ModifiersOffered {
    /// All modifiers from this event on, in the order of the menu.
    pub modifiers: Vec<Modifier>,
}

/// A modifier of another group asks the group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Nested {
    /// The group that asks it.
    pub by: ModifierGroupId,
}

/// No modifier of that group asks it from this event on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Unnested {
    /// The group that asked it.
    pub by: ModifierGroupId,
}

/// The group was taken out of the menu.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Removed {}

/// The group was put back into the menu.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Restored {}

crate::stored_events! {
    /// Events of a modifier group.
    pub enum Event {
        "modifier_group.added" => Added,
        "modifier_group.renamed" => Renamed,
        "modifier_group.limited" => Limited,
        "modifier_group.modifiers_offered" => ModifiersOffered,
        "modifier_group.nested" => Nested,
        "modifier_group.unnested" => Unnested,
        "modifier_group.removed" => Removed,
        "modifier_group.restored" => Restored,
    }
}
