//! The vault: AES-256-GCM, under a key per person that is sealed under the master key. What was sealed
//! for one person and field opens for no other.

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use domain::shared::{TenantId, UserId};

use super::MasterKey;
use super::master_key::random;

/// What was sealed does not open: another key, another person, or it was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a sealed value does not open")]
pub(super) struct Unopened;

/// The key of one person.
pub(super) struct PersonKey {
    bytes: [u8; 32],
    owner: Vec<u8>,
}

impl PersonKey {
    /// A key for a person who has none.
    pub(super) fn fresh(tenant: TenantId, user: UserId) -> Self {
        Self { bytes: random(), owner: owner(tenant, user) }
    }

    /// The key that was sealed for a person.
    pub(super) fn open(
        master: &MasterKey,
        tenant: TenantId,
        user: UserId,
        sealed: &[u8],
    ) -> Result<Self, Unopened> {
        let owner = owner(tenant, user);
        let bytes = open(&master.derive("vault"), &owner, "key", sealed)?;
        Ok(Self { bytes: bytes.try_into().map_err(|_| Unopened)?, owner })
    }

    /// The key as it is stored.
    pub(super) fn sealed(&self, master: &MasterKey) -> Vec<u8> {
        seal(&master.derive("vault"), &self.owner, "key", &self.bytes)
    }

    /// A value of this person as it is stored.
    pub(super) fn seal(&self, field: &str, text: &str) -> Vec<u8> {
        seal(&self.bytes, &self.owner, field, text.as_bytes())
    }

    /// A value of this person that was stored.
    pub(super) fn open_text(&self, field: &str, sealed: &[u8]) -> Result<String, Unopened> {
        let bytes = open(&self.bytes, &self.owner, field, sealed)?;
        String::from_utf8(bytes).map_err(|_| Unopened)
    }
}

fn owner(tenant: TenantId, user: UserId) -> Vec<u8> {
    [*tenant.uuid().as_bytes(), *user.uuid().as_bytes()].concat()
}

fn key(bytes: &[u8; 32]) -> RandomizedNonceKey {
    RandomizedNonceKey::new(&AES_256_GCM, bytes).expect("the key has the length of the algorithm")
}

fn aad(owner: &[u8], field: &str) -> Aad<Vec<u8>> {
    Aad::from([owner, field.as_bytes()].concat())
}

/// Nonce, ciphertext, tag.
fn seal(bytes: &[u8; 32], owner: &[u8], field: &str, plain: &[u8]) -> Vec<u8> {
    let mut sealed = plain.to_vec();
    let nonce = key(bytes)
        .seal_in_place_append_tag(aad(owner, field), &mut sealed)
        .expect("a short text is sealed");
    [nonce.as_ref(), sealed.as_slice()].concat()
}

fn open(bytes: &[u8; 32], owner: &[u8], field: &str, sealed: &[u8]) -> Result<Vec<u8>, Unopened> {
    let (nonce, ciphertext) = sealed.split_at_checked(NONCE_LEN).ok_or(Unopened)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| Unopened)?;
    let mut opened = ciphertext.to_vec();
    let plain = key(bytes).open_in_place(nonce, aad(owner, field), &mut opened);
    Ok(plain.map_err(|_| Unopened)?.to_vec())
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn tenant(n: u128) -> TenantId {
        TenantId::from_uuid(Uuid::from_u128(n))
    }

    fn user(n: u128) -> UserId {
        UserId::from_uuid(Uuid::from_u128(n))
    }

    #[test]
    fn what_is_sealed_opens_for_its_person_and_field_alone() {
        let master = MasterKey::random();
        let ana = PersonKey::fresh(tenant(1), user(1));
        let stored = ana.sealed(&master);
        let name = ana.seal("name", "Ana");
        let opened = PersonKey::open(&master, tenant(1), user(1), &stored).unwrap();
        assert_eq!(opened.open_text("name", &name).as_deref(), Ok("Ana"));
        assert_eq!(opened.open_text("email", &name), Err(Unopened));
        assert!(!name.windows(3).any(|window| window == b"Ana"));
        assert_ne!(ana.seal("name", "Ana"), name, "the same text is never sealed alike");
        for (tenant, user) in [(tenant(2), user(1)), (tenant(1), user(2))] {
            assert!(PersonKey::open(&master, tenant, user, &stored).is_err());
        }
        assert!(PersonKey::open(&MasterKey::random(), tenant(1), user(1), &stored).is_err());
        for at in 0..name.len() {
            let mut changed = name.clone();
            changed[at] ^= 1;
            assert_eq!(opened.open_text("name", &changed), Err(Unopened));
        }
        assert_eq!(opened.open_text("name", b"short"), Err(Unopened));
    }
}
