//! Opaque tokens: random secrets that contain whose they are and nothing else. Of each only the hash is kept;
//! its prefix identifies it to people and scanners of source code, and its suffix, an authentication code,
//! proves that it was made here: a token without it is refused without a lookup.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::shared::{CommandId, TenantId};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// What an opaque token is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Renewing a sign-in, once.
    Refresh,
    /// Taking up an invitation.
    Invitation,
    /// Setting another password.
    PasswordReset,
    /// Having another e-mail address.
    EmailChange,
    /// Signing in with a PIN on an enrolled device.
    Device,
}

impl Kind {
    /// What its tokens begin with.
    pub(crate) const fn prefix(self) -> &'static str {
        match self {
            Self::Refresh => "fo_refresh_",
            Self::Invitation => "fo_join_",
            Self::PasswordReset => "fo_reset_",
            Self::EmailChange => "fo_email_",
            Self::Device => "fo_device_",
        }
    }
}

/// An opaque token.
#[derive(Clone, PartialEq, Eq)]
pub struct Opaque {
    /// What it is good for.
    pub kind: Kind,
    /// The company. It is unproven until the hash has been compared.
    pub tenant: TenantId,
    /// The session, person or device.
    pub subject: Uuid,
    secret: [u8; 32],
    /// The authentication code of the rest, which only the holder of the key can make.
    code: [u8; 32],
}

impl std::fmt::Debug for Opaque {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Opaque({:?})", self.kind)
    }
}

/// What tokens are made with that can be made again.
#[derive(Clone)]
pub struct RenewalKey([u8; 32]);

impl std::fmt::Debug for RenewalKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RenewalKey")
    }
}

impl RenewalKey {
    /// The key with these bytes.
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// A keyed hash of a user's secret, to distinguish a retry from another request. It reveals
    /// nothing without the key.
    pub fn mark(&self, subject: Uuid, secret: &str) -> [u8; 32] {
        let mut mac = self.mac();
        mac.update(b"mark");
        mac.update(subject.as_bytes());
        mac.update(secret.as_bytes());
        mac.finalize().into_bytes().into()
    }

    fn mac(&self) -> Hmac<Sha256> {
        Hmac::new_from_slice(&self.0).expect("keys of any length are taken")
    }
}

impl Opaque {
    /// A token that was never issued.
    pub fn fresh(key: &RenewalKey, kind: Kind, tenant: TenantId, subject: Uuid) -> Self {
        let mut secret = [0; 32];
        aws_lc_rs::rand::fill(&mut secret).expect("the system has randomness");
        Self::with(key, kind, tenant, subject, secret)
    }

    /// The token that a command gives out: the same whenever it is repeated.
    pub fn of_command(
        key: &RenewalKey,
        command: CommandId,
        kind: Kind,
        tenant: TenantId,
        subject: Uuid,
    ) -> Self {
        let mut mac = key.mac();
        mac.update(kind.prefix().as_bytes());
        for id in [command.uuid(), tenant.uuid(), subject] {
            mac.update(id.as_bytes());
        }
        Self::with(key, kind, tenant, subject, mac.finalize().into_bytes().into())
    }

    fn with(
        key: &RenewalKey,
        kind: Kind,
        tenant: TenantId,
        subject: Uuid,
        secret: [u8; 32],
    ) -> Self {
        let token = Self { kind, tenant, subject, secret, code: [0; 32] };
        let code = token.coded(key).finalize().into_bytes().into();
        Self { code, ..token }
    }

    fn coded(&self, key: &RenewalKey) -> Hmac<Sha256> {
        let mut mac = key.mac();
        mac.update(b"code");
        mac.update(&self.hash());
        mac
    }

    /// Reads a token of this kind that was made with this key.
    pub fn parse(key: &RenewalKey, kind: Kind, text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text.strip_prefix(kind.prefix())?).ok()?;
        let ([tenant, subject, secret @ .., _, _], []) = bytes.as_chunks::<16>() else {
            return None;
        };
        let token = Self {
            kind,
            tenant: TenantId::from_uuid(Uuid::from_bytes(*tenant)),
            subject: Uuid::from_bytes(*subject),
            secret: secret.as_flattened().try_into().ok()?,
            code: bytes.last_chunk().copied()?,
        };
        // Takes as long whichever byte is another.
        token.coded(key).verify_slice(&token.code).ok()?;
        Some(token)
    }

    /// The token as it is issued.
    pub fn text(&self) -> String {
        let ids = [*self.tenant.uuid().as_bytes(), *self.subject.as_bytes()].concat();
        let body = URL_SAFE_NO_PAD.encode([&ids[..], &self.secret[..], &self.code[..]].concat());
        format!("{}{body}", self.kind.prefix())
    }

    /// The link that contains it. The token stands behind `#`, so that no server on the way logs it.
    pub fn link(&self, public_url: &str, page: &str) -> String {
        format!("{public_url}/{page}#{}", self.text())
    }

    /// What is kept of it. The secret is random, so one round of hashing is enough.
    pub fn hash(&self) -> [u8; 32] {
        let mut hasher = Sha256::new();
        hasher.update(self.kind.prefix());
        hasher.update(self.tenant.uuid());
        hasher.update(self.subject);
        hasher.update(self.secret);
        hasher.finalize().into()
    }

    /// The token that follows this one. It is always the same, so that a client that lost the answer with it
    /// gets it again, and it need not be stored.
    #[must_use]
    pub fn successor(&self, key: &RenewalKey) -> Self {
        let mut mac = key.mac();
        mac.update(&self.hash());
        mac.update(&self.secret);
        let secret = mac.finalize().into_bytes().into();
        Self::with(key, self.kind, self.tenant, self.subject, secret)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: [u8; 32] = [1; 32];

    fn fresh(kind: Kind) -> Opaque {
        let key = RenewalKey::new(KEY);
        Opaque::fresh(&key, kind, TenantId::from_uuid(Uuid::from_u128(1)), Uuid::from_u128(2))
    }

    #[test]
    fn a_token_is_read_as_what_it_is_and_nothing_else() {
        let key = RenewalKey::new(KEY);
        let kinds = [Kind::Refresh, Kind::Invitation, Kind::PasswordReset, Kind::Device];
        for kind in kinds {
            let token = fresh(kind);
            assert_ne!(token.text(), fresh(kind).text());
            for read_as in kinds {
                let read = Opaque::parse(&key, read_as, &token.text());
                assert_eq!(read, (read_as == kind).then(|| token.clone()));
            }
        }
        let text = fresh(Kind::Refresh).text();
        for bad in ["", "fo_refresh_", &text[..text.len() - 1], &format!("{text}A"), "fo_refresh_*"]
        {
            assert_eq!(Opaque::parse(&key, Kind::Refresh, bad), None, "{bad}");
        }
    }

    #[test]
    fn s07_a_token_that_was_not_made_here_is_none() {
        let key = RenewalKey::new(KEY);
        for kind in [Kind::Refresh, Kind::Invitation, Kind::PasswordReset, Kind::Device] {
            let text = fresh(kind).text();
            assert!(Opaque::parse(&key, kind, &text).is_some());
            assert_eq!(Opaque::parse(&RenewalKey::new([2; 32]), kind, &text), None);
            let body = URL_SAFE_NO_PAD.decode(text.strip_prefix(kind.prefix()).unwrap()).unwrap();
            for place in 0..body.len() {
                let mut changed = body.clone();
                changed[place] ^= 1;
                let text = format!("{}{}", kind.prefix(), URL_SAFE_NO_PAD.encode(changed));
                assert_eq!(Opaque::parse(&key, kind, &text), None, "byte {place}");
            }
        }
    }

    #[test]
    fn a_token_has_one_successor_that_only_its_maker_knows() {
        let (key, other) = (RenewalKey::new([1; 32]), RenewalKey::new([2; 32]));
        let token = fresh(Kind::Refresh);
        let next = token.successor(&key);
        assert_eq!(next, token.successor(&key));
        assert_ne!(next, token.successor(&other));
        assert_ne!(next.hash(), token.hash());
        assert_eq!((next.tenant, next.subject), (token.tenant, token.subject));
    }

    #[test]
    fn another_company_or_subject_has_another_hash() {
        let token = fresh(Kind::Device);
        let tenant = TenantId::from_uuid(Uuid::from_u128(9));
        assert_ne!(Opaque { tenant, ..token.clone() }.hash(), token.hash());
        assert_ne!(Opaque { subject: Uuid::nil(), ..token.clone() }.hash(), token.hash());
    }
}
