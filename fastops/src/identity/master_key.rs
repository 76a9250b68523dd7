//! The master key: every secret about people depends on it, through a derived key per purpose.

use std::fmt;

use aws_lc_rs::{hmac, rand};

/// The fewest bytes of a master key.
const BYTES_MIN: usize = 32;

/// The master key could be guessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a master key has at least {BYTES_MIN} bytes")]
pub struct WeakMasterKey;

/// The key that all keys for what is stored of people are derived from. Cheap to clone.
#[derive(Clone)]
pub struct MasterKey(hmac::Key);

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey")
    }
}

impl MasterKey {
    /// The key with these bytes.
    pub fn try_new(bytes: &[u8]) -> Result<Self, WeakMasterKey> {
        if bytes.len() < BYTES_MIN {
            return Err(WeakMasterKey);
        }
        Ok(Self(hmac::Key::new(hmac::HMAC_SHA256, bytes)))
    }

    /// A random key, for data that does not outlive the process.
    pub fn random() -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, &random()))
    }

    /// The key for one purpose; it gives away nothing of any other.
    pub fn derive(&self, purpose: &str) -> [u8; 32] {
        let tag = hmac::sign(&self.0, purpose.as_bytes());
        tag.as_ref().try_into().expect("SHA-256 has 32 bytes")
    }
}

/// Random bytes, of the quality that keys need.
pub(super) fn random() -> [u8; 32] {
    let mut bytes = [0; 32];
    rand::fill(&mut bytes).expect("the system has randomness");
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_purpose_has_a_key_of_its_own() {
        let key = MasterKey::try_new(&[7; 32]).unwrap();
        assert_eq!(key.derive("vault"), MasterKey::try_new(&[7; 32]).unwrap().derive("vault"));
        assert_ne!(key.derive("vault"), key.derive("e-mail"));
        assert_ne!(key.derive("vault"), MasterKey::random().derive("vault"));
        assert_eq!(MasterKey::try_new(&[7; 31]).unwrap_err(), WeakMasterKey);
    }
}
