//! Cursors: where a list goes on, signed for one company, one query and one life of the log.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::shared::{IncarnationId, TenantId};
use hmac::{Hmac, KeyInit, Mac};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use crate::problem::{Code, Problem};

/// Bytes of the signature that lead a cursor.
const TAG_BYTES: usize = 16;
/// Longer ones were not made here.
const CURSOR_CHARS_MAX: usize = 2_048;

/// The query that a cursor goes on with: an operation with its filters, the page size not among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueryFingerprint([u8; 32]);

impl QueryFingerprint {
    /// The query `operation` with `filters`, in the order the operation always names them in.
    pub fn of(operation: &str, filters: &[(&str, &str)]) -> Self {
        let mut hash = Sha256::new();
        for part in [operation].into_iter().chain(filters.iter().flat_map(|(k, v)| [*k, *v])) {
            hash.update(part.len().to_be_bytes());
            hash.update(part);
        }
        Self(hash.finalize().into())
    }
}

/// Whose cursor it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CursorScope {
    /// The company.
    pub tenant: TenantId,
    /// The query.
    pub query: QueryFingerprint,
    /// The life of the log that the key was read in.
    pub incarnation: IncarnationId,
}

/// Makes cursors and reads only its own.
#[derive(Clone)]
pub struct Cursors {
    mac: Hmac<Sha256>,
}

impl std::fmt::Debug for Cursors {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Cursors")
    }
}

impl Cursors {
    /// Cursors that are signed with `secret`, the same on every node.
    pub fn new(secret: &[u8; 32]) -> Self {
        Self { mac: Hmac::new_from_slice(secret).expect("HMAC takes a key of any length") }
    }

    /// The cursor after the row that `key` sorts at.
    pub fn encode<K: Serialize>(&self, scope: &CursorScope, key: &K) -> String {
        let key = serde_json::to_vec(key).expect("the key of a list is plain data");
        let tag = self.signed(scope, &key).finalize().into_bytes();
        URL_SAFE_NO_PAD.encode([&tag[..TAG_BYTES], &key].concat())
    }

    /// The key inside a cursor that was made for exactly this scope.
    pub fn decode<K: DeserializeOwned>(
        &self,
        scope: &CursorScope,
        cursor: &str,
    ) -> Result<K, Problem> {
        let invalid = || Problem::new(Code::InvalidCursor);
        if cursor.len() > CURSOR_CHARS_MAX {
            return Err(invalid());
        }
        let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| invalid())?;
        let (tag, key) = bytes.split_at_checked(TAG_BYTES).ok_or_else(invalid)?;
        self.signed(scope, key).verify_truncated_left(tag).map_err(|_| invalid())?;
        serde_json::from_slice(key).map_err(|_| invalid())
    }

    fn signed(&self, scope: &CursorScope, key: &[u8]) -> Hmac<Sha256> {
        let mut mac = self.mac.clone();
        mac.update(b"fastops cursor 1");
        mac.update(scope.tenant.uuid().as_bytes());
        mac.update(&scope.query.0);
        mac.update(scope.incarnation.uuid().as_bytes());
        mac.update(key);
        mac
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn scope() -> CursorScope {
        CursorScope {
            tenant: TenantId::from_uuid(Uuid::from_u128(1)),
            query: QueryFingerprint::of("listOrders", &[("status", "ready")]),
            incarnation: IncarnationId::from_uuid(Uuid::from_u128(3)),
        }
    }

    #[test]
    fn a_cursor_leads_back_to_its_key() {
        let cursors = Cursors::new(&[7; 32]);
        let key = ("2026-01-31".to_owned(), 42_u64);
        let cursor = cursors.encode(&scope(), &key);
        assert!(cursor.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b)));
        assert_eq!(cursors.decode::<(String, u64)>(&scope(), &cursor), Ok(key));
    }

    #[test]
    fn s18_a_cursor_that_was_changed_is_refused_whichever_character_it_was() {
        let cursors = Cursors::new(&[7; 32]);
        let cursor = cursors.encode(&scope(), &"key");
        for idx in 0..cursor.len() {
            let mut changed = cursor.clone().into_bytes();
            changed[idx] = if changed[idx] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            let problem = cursors.decode::<String>(&scope(), &changed).unwrap_err();
            assert_eq!(problem.code(), Code::InvalidCursor);
        }
        for bad in ["", "A", "!", "ñ", &cursor[1..], &format!("{cursor}A"), &"A".repeat(10_000)] {
            assert!(cursors.decode::<String>(&scope(), bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn s18_a_cursor_serves_its_own_company_query_and_log_only() {
        let cursors = Cursors::new(&[7; 32]);
        let cursor = cursors.encode(&scope(), &"key");
        let foreign = CursorScope { tenant: TenantId::from_uuid(Uuid::from_u128(2)), ..scope() };
        let other_filter = QueryFingerprint::of("listOrders", &[("status", "paid")]);
        let other_query = CursorScope { query: other_filter, ..scope() };
        let restored =
            CursorScope { incarnation: IncarnationId::from_uuid(Uuid::from_u128(4)), ..scope() };
        for other in [foreign, other_query, restored] {
            let problem = cursors.decode::<String>(&other, &cursor).unwrap_err();
            assert_eq!(problem.code(), Code::InvalidCursor);
        }
        assert!(Cursors::new(&[8; 32]).decode::<String>(&scope(), &cursor).is_err());
    }

    #[test]
    fn filters_do_not_run_into_each_other() {
        let a = QueryFingerprint::of("list", &[("a", "bc"), ("d", "")]);
        let b = QueryFingerprint::of("list", &[("a", "b"), ("cd", "")]);
        assert_ne!(a, b);
    }
}
