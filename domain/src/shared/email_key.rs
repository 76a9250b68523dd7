//! What stands for an e-mail address where nobody may read it.

use std::fmt;

use serde::{Serialize, Serializer};

/// A keyed hash of a folded address. Equal addresses have equal keys; without the secret nobody can
/// tell whose it is, or try addresses out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct EmailKey([u8; 32]);

impl EmailKey {
    /// The key that somebody who knows the secret has made.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes, for storage.
    pub const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for EmailKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl Serialize for EmailKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
