//! Access tokens: short-lived JWTs (RFC 9068) that this service signs and only it accepts.

mod error;
mod key;
mod verified;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use domain::shared::{DeviceId, SessionId, TenantId, UserId};
use jsonwebtoken::{Header, Validation};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

pub use error::TokenError;
pub use key::{KeyError, PublicKey, SigningKey, TokenAlgorithm};
use verified::{Signed, Verified};

/// How long a token is good.
pub const LIFETIME: TimeDelta = TimeDelta::minutes(15);

/// How far the clocks of two nodes may differ.
pub const LEEWAY: TimeDelta = TimeDelta::minutes(1);

const TYPE: &str = "at+jwt";
/// Longer ones were not made here.
const TOKEN_CHARS_MAX: usize = 4_096;

/// Makes and checks tokens of one issuer for one audience.
pub struct Tokens {
    issuer: String,
    audience: String,
    current: SigningKey,
    previous: Option<SigningKey>,
    validation: Validation,
    verified: Verified,
}

/// The claims of a valid token.
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

impl Tokens {
    /// Tokens signed with `current`; those of `previous` are accepted while they last, if they are signed in
    /// the same way.
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

    /// A token with the claims of `access`, valid from `now` for [`LIFETIME`].
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

    /// The claims of a token that was made here, at whatever time.
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

    /// The public keys that check the tokens accepted here; none where the key could also make tokens.
    pub fn public_keys(&self) -> Vec<PublicKey> {
        // A key of another algorithm is not accepted.
        let live = self.keys().filter(|key| key.algorithm == self.current.algorithm);
        live.filter_map(SigningKey::public).collect()
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

#[cfg(test)]
mod tests;
