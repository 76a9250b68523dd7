//! The stored name of a permission: one of FastOps, or one that a company defines for its
//! integrations.

use std::fmt;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Permission;

/// `resource.action`, each a word of `a-z`, `0-9` and inner underscores.
#[derive(
    Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(into = "String", try_from = "String")]
#[schemars(inline, extend("maxLength" = Self::CHARS_MAX))]
pub struct PermissionName(Arc<str>);

/// The text is not `resource.action`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a permission is resource.action, of a-z, 0-9 and inner underscores")]
pub struct PermissionNameError;

impl PermissionName {
    /// The most characters of a name.
    pub const CHARS_MAX: usize = 64;

    /// The prefix of the resource of a company's own permissions; no permission of FastOps has it.
    pub const OWN_PREFIX: &'static str = "x_";

    /// Reads a name.
    pub fn parse(text: &str) -> Result<Self, PermissionNameError> {
        let (resource, action) = text.split_once('.').ok_or(PermissionNameError)?;
        if text.len() > Self::CHARS_MAX || !is_word(resource) || !is_word(action) {
            return Err(PermissionNameError);
        }
        Ok(Self(text.into()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether only users of all branches can use it. Those of a company can be used in any branch.
    pub fn reaches_every_branch(&self) -> bool {
        Permission::of_name(self.as_str()).is_some_and(Permission::reaches_every_branch)
    }

    /// Whether the name is one for a company's own permission.
    pub fn is_own(&self) -> bool {
        self.0.starts_with(Self::OWN_PREFIX)
    }
}

fn is_word(text: &str) -> bool {
    let are_word_chars =
        text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    let starts_with_letter = text.starts_with(|c: char| c.is_ascii_lowercase());
    are_word_chars && starts_with_letter && !text.ends_with('_') && !text.contains("__")
}

impl From<Permission> for PermissionName {
    fn from(permission: Permission) -> Self {
        Self(permission.name().into())
    }
}

impl TryFrom<String> for PermissionName {
    type Error = PermissionNameError;

    fn try_from(text: String) -> Result<Self, PermissionNameError> {
        Self::parse(&text)
    }
}

impl From<PermissionName> for String {
    fn from(name: PermissionName) -> Self {
        (*name.0).to_owned()
    }
}

impl fmt::Display for PermissionName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s25_a_permission_is_one_resource_and_one_action_and_nothing_else() {
        for permission in Permission::ALL {
            let name = PermissionName::parse(permission.name()).unwrap();
            assert_eq!(name, (*permission).into());
            assert!(!name.is_own(), "{name}");
        }
        assert!(PermissionName::parse("x_erp.sync").unwrap().is_own());
        let long = format!("x_{}.read", "a".repeat(PermissionName::CHARS_MAX));
        for text in [
            "",
            ".",
            "order",
            "order.",
            ".place",
            "*.*",
            "order.*",
            "Order.Place",
            "order.place\0",
            "order.pl\u{200b}ace",
            "order..place",
            "order.place.now",
            " order.place",
            "order.place ",
            "1order.place",
            "order_.place",
            "or__der.place",
            "ördèr.place",
            &long,
        ] {
            assert_eq!(PermissionName::parse(text), Err(PermissionNameError), "{text:?}");
        }
    }
}
