//! Names as they are compared.

use domain::shared::Name;

/// A name folded: upper and lower case and compatibility forms are one, as for the claims of names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(String);

impl Key {
    /// A key that no name has, to tell rows about different kinds of things from each other.
    pub(crate) fn of_column(column: &str) -> Self {
        Self(format!("\0{column}"))
    }

    /// The folded form, for ids that are derived from it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&Name> for Key {
    fn from(name: &Name) -> Self {
        Self(name.fold_v1())
    }
}
