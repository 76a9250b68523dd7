//! Opaque tokens: random secrets that say whose they are and nothing else. Of each only the hash is
//! kept; its beginning tells people and scanners of source code what they have found.

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
    /// Signing in with a PIN on an enrolled device.
    Device,
}

impl Kind {
    const fn prefix(self) -> &'static str {
        match self {
            Self::Refresh => "fo_refresh_",
            Self::Invitation => "fo_join_",
            Self::PasswordReset => "fo_reset_",
            Self::Device => "fo_device_",
        }
    }
}

/// An opaque token.
#[derive(Clone, PartialEq, Eq)]
pub struct Opaque {
    /// What it is good for.
    pub kind: Kind,
    /// The company. Whoever presents the token may have made that up; only the hash proves it.
    pub tenant: TenantId,
    /// The session, person or device.
    pub subject: Uuid,
    secret: [u8; 32],
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

    /// What stands for somebody's secret where a retry has to be told from another request. It says
    /// nothing to whoever lacks the key.
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
    /// A token that nobody has.
    pub fn fresh(kind: Kind, tenant: TenantId, subject: Uuid) -> Self {
        let mut secret = [0; 32];
        aws_lc_rs::rand::fill(&mut secret).expect("the system has randomness");
        Self { kind, tenant, subject, secret }
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
        Self { kind, tenant, subject, secret: mac.finalize().into_bytes().into() }
    }

    /// Reads a token of this kind.
    pub fn parse(kind: Kind, text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text.strip_prefix(kind.prefix())?).ok()?;
        let bytes: [u8; 64] = bytes.try_into().ok()?;
        let (ids, secret) = bytes.split_at(32);
        let (tenant, subject) = ids.split_at(16);
        Some(Self {
            kind,
            tenant: TenantId::from_uuid(Uuid::from_slice(tenant).ok()?),
            subject: Uuid::from_slice(subject).ok()?,
            secret: secret.try_into().ok()?,
        })
    }

    /// The token as it is given to somebody.
    pub fn text(&self) -> String {
        let ids = [*self.tenant.uuid().as_bytes(), *self.subject.as_bytes()].concat();
        let body = URL_SAFE_NO_PAD.encode([&ids[..], &self.secret[..]].concat());
        format!("{}{body}", self.kind.prefix())
    }

    /// The address at which somebody uses it. The token stands behind `#`, so that no server on the way
    /// writes it down.
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

    /// The token that follows this one. It is always the same, so that whoever did not get the answer
    /// in which it stood gets it again, and nobody has to keep it.
    #[must_use]
    pub fn successor(&self, key: &RenewalKey) -> Self {
        let mut mac = key.mac();
        mac.update(&self.hash());
        mac.update(&self.secret);
        Self { secret: mac.finalize().into_bytes().into(), ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fresh(kind: Kind) -> Opaque {
        Opaque::fresh(kind, TenantId::from_uuid(Uuid::from_u128(1)), Uuid::from_u128(2))
    }

    #[test]
    fn a_token_is_read_as_what_it_is_and_nothing_else() {
        let kinds = [Kind::Refresh, Kind::Invitation, Kind::PasswordReset, Kind::Device];
        for kind in kinds {
            let token = fresh(kind);
            assert_ne!(token.text(), fresh(kind).text());
            for read_as in kinds {
                let read = Opaque::parse(read_as, &token.text());
                assert_eq!(read, (read_as == kind).then(|| token.clone()));
            }
        }
        let text = fresh(Kind::Refresh).text();
        for bad in ["", "fo_refresh_", &text[..text.len() - 1], &format!("{text}A"), "fo_refresh_*"]
        {
            assert_eq!(Opaque::parse(Kind::Refresh, bad), None, "{bad}");
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
