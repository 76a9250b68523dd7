//! Access tokens: short-lived JWTs (RFC 9068) that this service signs and only it believes.

mod verified;

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use domain::shared::{DeviceId, SessionId, TenantId, UserId};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use poem::http::header::{HeaderValue, WWW_AUTHENTICATE};
use rustls_pki_types::PrivatePkcs8KeyDer;
use rustls_pki_types::pem::PemObject;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::problem::{Code, Problem};
use verified::{Signed, Verified};

/// How long a token is good.
pub const LIFETIME: TimeDelta = TimeDelta::minutes(15);

/// How far the clocks of two nodes may differ.
pub const LEEWAY: TimeDelta = TimeDelta::minutes(1);

const TYPE: &str = "at+jwt";
const SECRET_BYTES_MIN: usize = 32;
/// Longer ones were not made here.
const TOKEN_CHARS_MAX: usize = 4_096;

/// How tokens are signed: in one way, which the installation chooses. What a token's header says about
/// it is compared, never followed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum TokenAlgorithm {
    /// HMAC with SHA-256: whoever checks tokens can also make them.
    #[default]
    Hs256,
    /// Ed25519: whoever has the public key checks tokens and makes none.
    EdDsa,
}

impl TokenAlgorithm {
    /// Every way.
    pub const ALL: [Self; 2] = [Self::Hs256, Self::EdDsa];

    /// Its name in headers of tokens and in the configuration.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hs256 => "HS256",
            Self::EdDsa => "EdDSA",
        }
    }

    const fn jwa(self) -> Algorithm {
        match self {
            Self::Hs256 => Algorithm::HS256,
            Self::EdDsa => Algorithm::EdDSA,
        }
    }
}

/// What tokens are signed with, and the name that they know it by.
pub struct SigningKey {
    id: String,
    algorithm: TokenAlgorithm,
    encoding: EncodingKey,
    decoding: DecodingKey,
    /// What others check tokens with; none of a secret.
    public: Option<Vec<u8>>,
}

/// A key that others check tokens with (RFC 8037).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    /// The name that tokens know it by.
    pub id: String,
    /// The 32 bytes of an Ed25519 key, as base64url without padding.
    pub x: String,
}

/// Why nothing is signed with a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// It could be guessed.
    #[error("a signing secret has at least {SECRET_BYTES_MIN} bytes")]
    Weak,
    /// A key for another algorithm is no secret; a public one is even known to everybody.
    #[error("the token secret is a key in PEM: set FASTOPS_TOKEN_ALGORITHM to EdDSA")]
    Pem,
    /// It is no private key.
    #[error(
        "EdDSA signs with a private key in PEM: openssl genpkey -algorithm ed25519 -out <file>"
    )]
    NoPrivateKey,
}

/// Makes and checks tokens of one issuer for one audience.
pub struct Tokens {
    issuer: String,
    audience: String,
    current: SigningKey,
    previous: Option<SigningKey>,
    validation: Validation,
    verified: Verified,
}

/// What a good token says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Access {
    /// The company.
    pub tenant: TenantId,
    /// The person.
    pub user: UserId,
    /// The sign-in that it belongs to.
    pub session: SessionId,
    /// The epoch of the person's sessions in which that began.
    pub epoch: u32,
    /// The shared till on which it began.
    pub device: Option<DeviceId>,
    /// The token itself.
    pub token_id: Uuid,
}

/// Why a token proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// There is none, or nothing that looks like one.
    #[error("no token")]
    Missing,
    /// Its time is over.
    #[error("the token has expired")]
    Expired,
    /// It was not made here, not for this, or not yet.
    #[error("the token is not valid")]
    Invalid,
    /// The sign-in that it belongs to is over.
    #[error("the sign-in is over")]
    Revoked,
}

#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: Uuid,
    tenant: Uuid,
    sid: Uuid,
    epoch: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    device: Option<Uuid>,
    iat: i64,
    nbf: i64,
    exp: i64,
    jti: Uuid,
}

impl SigningKey {
    /// A key with a name for the header of its tokens: a secret, or a private key as PKCS#8 in PEM.
    pub fn try_new(
        id: impl Into<String>,
        algorithm: TokenAlgorithm,
        secret: &[u8],
    ) -> Result<Self, KeyError> {
        let id = id.into();
        match algorithm {
            TokenAlgorithm::Hs256 => {
                let (encoding, decoding) = symmetric(secret)?;
                Ok(Self { id, algorithm, encoding, decoding, public: None })
            }
            TokenAlgorithm::EdDsa => {
                let (encoding, public) = key_pair(secret).ok_or(KeyError::NoPrivateKey)?;
                let decoding = DecodingKey::from_ed_der(&public);
                Ok(Self { id, algorithm, encoding, decoding, public: Some(public) })
            }
        }
    }
}

fn symmetric(secret: &[u8]) -> Result<(EncodingKey, DecodingKey), KeyError> {
    if secret.len() < SECRET_BYTES_MIN {
        return Err(KeyError::Weak);
    }
    if secret.starts_with(b"-----BEGIN") {
        return Err(KeyError::Pem);
    }
    Ok((EncodingKey::from_secret(secret), DecodingKey::from_secret(secret)))
}

fn key_pair(pem: &[u8]) -> Option<(EncodingKey, Vec<u8>)> {
    let der = PrivatePkcs8KeyDer::from_pem_slice(pem).ok()?;
    let pair = Ed25519KeyPair::from_pkcs8(der.secret_pkcs8_der()).ok()?;
    let public = pair.public_key().as_ref().to_vec();
    Some((EncodingKey::from_ed_der(der.secret_pkcs8_der()), public))
}

impl Tokens {
    /// Tokens signed with `current`; those of `previous` are still believed while they last, if they
    /// are signed in the same way.
    pub fn new(
        issuer: impl Into<String>,
        audience: impl Into<String>,
        current: SigningKey,
        previous: Option<SigningKey>,
    ) -> Self {
        let (issuer, audience) = (issuer.into(), audience.into());
        let mut validation = Validation::new(current.algorithm.jwa());
        validation.set_issuer(&[&issuer]);
        validation.set_audience(&[&audience]);
        validation.set_required_spec_claims(&["exp", "nbf", "iss", "aud", "sub"]);
        // The library asks the system's clock; here the time is a parameter and checked below.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        let verified = Verified::default();
        Self { issuer, audience, current, previous, validation, verified }
    }

    /// A token that says what `access` says, good from `now` for [`LIFETIME`].
    pub fn issue(&self, access: &Access, now: DateTime<Utc>) -> String {
        let mut header = Header::new(self.current.algorithm.jwa());
        header.typ = Some(TYPE.to_owned());
        header.kid = Some(self.current.id.clone());
        let claims = Claims {
            iss: self.issuer.clone(),
            aud: self.audience.clone(),
            sub: access.user.uuid(),
            tenant: access.tenant.uuid(),
            sid: access.session.uuid(),
            epoch: access.epoch,
            device: access.device.map(DeviceId::uuid),
            iat: now.timestamp(),
            nbf: now.timestamp(),
            exp: (now + LIFETIME).timestamp(),
            jti: access.token_id,
        };
        jsonwebtoken::encode(&header, &claims, &self.current.encoding)
            .expect("plain claims are signed with a key of the right kind")
    }

    /// What a token proves at `now`.
    pub fn verify(&self, token: &str, now: DateTime<Utc>) -> Result<Access, TokenError> {
        let signed = if let Some(signed) = self.verified.get(token) {
            signed
        } else {
            let signed = self.signed(token)?;
            self.verified.keep(token, signed);
            signed
        };
        in_time(&signed, now)?;
        Ok(signed.access)
    }

    /// What a token says that was made here, at whatever time.
    fn signed(&self, token: &str) -> Result<Signed, TokenError> {
        let header = header(token).ok_or(TokenError::Missing)?;
        let named = |name| header.get(name).and_then(Value::as_str);
        // `crit` names extensions that must be understood; none is.
        if named("typ") != Some(TYPE) || header.contains_key("crit") {
            return Err(TokenError::Invalid);
        }
        let key = named("kid").and_then(|id| self.key(id)).ok_or(TokenError::Invalid)?;
        let claims = jsonwebtoken::decode::<Claims>(token, &key.decoding, &self.validation)
            .map_err(|_| TokenError::Invalid)?
            .claims;
        let access = Access {
            tenant: TenantId::from_uuid(claims.tenant),
            user: UserId::from_uuid(claims.sub),
            session: SessionId::from_uuid(claims.sid),
            epoch: claims.epoch,
            device: claims.device.map(DeviceId::from_uuid),
            token_id: claims.jti,
        };
        Ok(Signed { access, iat: claims.iat, nbf: claims.nbf, exp: claims.exp })
    }

    /// What others check the tokens with that are believed here; nothing where that would let them make
    /// some.
    pub fn public_keys(&self) -> Vec<PublicKey> {
        // A key of another algorithm is not believed.
        let live = self.keys().filter(|key| key.algorithm == self.current.algorithm);
        let public = |key: &SigningKey| {
            let x = URL_SAFE_NO_PAD.encode(key.public.as_ref()?);
            Some(PublicKey { id: key.id.clone(), x })
        };
        live.filter_map(public).collect()
    }

    fn key(&self, id: &str) -> Option<&SigningKey> {
        self.keys().find(|key| key.id == id)
    }

    fn keys(&self) -> impl Iterator<Item = &SigningKey> {
        [Some(&self.current), self.previous.as_ref()].into_iter().flatten()
    }
}

/// The header of whatever has the shape of a JWT.
fn header(token: &str) -> Option<Map<String, Value>> {
    let mut parts = token.split('.');
    let (header, _claims, _signature) = (parts.next()?, parts.next()?, parts.next()?);
    if token.len() > TOKEN_CHARS_MAX || parts.next().is_some() {
        return None;
    }
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).ok()?).ok()
}

fn in_time(signed: &Signed, now: DateTime<Utc>) -> Result<(), TokenError> {
    let now = now.timestamp();
    let soon = now + LEEWAY.num_seconds();
    let lifetime = signed.exp.checked_sub(signed.iat).ok_or(TokenError::Invalid)?;
    if signed.nbf > soon || signed.iat > soon || !(0..=LIFETIME.num_seconds()).contains(&lifetime) {
        return Err(TokenError::Invalid);
    }
    if signed.exp <= now - LEEWAY.num_seconds() {
        return Err(TokenError::Expired);
    }
    Ok(())
}

impl From<TokenError> for Problem {
    fn from(err: TokenError) -> Self {
        let (code, challenge) = match err {
            TokenError::Missing => (Code::AuthRequired, "Bearer realm=\"fastops\""),
            TokenError::Expired => (
                Code::TokenExpired,
                "Bearer realm=\"fastops\", error=\"invalid_token\", \
                 error_description=\"the token has expired\"",
            ),
            TokenError::Revoked => (
                Code::TokenRevoked,
                "Bearer realm=\"fastops\", error=\"invalid_token\", \
                 error_description=\"the sign-in is over\"",
            ),
            TokenError::Invalid => {
                (Code::TokenInvalid, "Bearer realm=\"fastops\", error=\"invalid_token\"")
            }
        };
        Self::new(code).header(WWW_AUTHENTICATE, HeaderValue::from_static(challenge))
    }
}

#[cfg(test)]
mod tests;
