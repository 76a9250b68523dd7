//! Tokens whose signature was found good: it is not looked at again with every request.

use std::num::NonZeroUsize;
use std::sync::{Mutex, PoisonError};

use lru::LruCache;

use super::Access;

/// How many tokens are remembered; those that were not used for longest are forgotten first.
const TOKENS_MAX: NonZeroUsize = NonZeroUsize::new(4_096).expect("it is not zero");

/// The claims of a token that was made here. Whether it is valid depends on the time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Signed {
    pub(super) access: Access,
    pub(super) iat: i64,
    pub(super) nbf: i64,
    pub(super) exp: i64,
}

/// Tokens by the whole of their texts, signatures included.
pub(super) struct Verified(Mutex<LruCache<Box<str>, Signed>>);

impl Default for Verified {
    fn default() -> Self {
        Self(Mutex::new(LruCache::new(TOKENS_MAX)))
    }
}

impl Verified {
    pub(super) fn get(&self, token: &str) -> Option<Signed> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(token).copied()
    }

    pub(super) fn keep(&self, token: &str, signed: Signed) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).put(token.into(), signed);
    }
}
