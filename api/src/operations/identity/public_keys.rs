//! The keys that others check access tokens with.

use poem_openapi::{ApiResponse, Object, OpenApi};
use serde::Serialize;

use crate::access::Anyone;
use crate::auth::token::PublicKey;
use crate::operations::{Part, Services};
use crate::payload::Json;
use crate::problem::Problem;

/// For how long others may use what they have read: a key that is new signs nothing that they cannot
/// look up under its name.
const CACHED: &str = "public, max-age=300";

/// The operations about the keys that tokens are checked with.
pub(super) struct PublicKeys(pub(super) Services);

/// A public key (RFC 7517, RFC 8037).
#[derive(Debug, Object, Serialize)]
struct JsonWebKey {
    /// Always `OKP`.
    kty: String,
    /// Always `Ed25519`.
    crv: String,
    /// Always `EdDSA`.
    alg: String,
    /// The `kid` of the tokens that it is for.
    kid: String,
    /// The key, as base64url.
    x: String,
}

impl From<PublicKey> for JsonWebKey {
    fn from(key: PublicKey) -> Self {
        let always = str::to_owned;
        Self {
            kty: always("OKP"),
            crv: always("Ed25519"),
            alg: always("EdDSA"),
            kid: key.id,
            x: key.x,
        }
    }
}

/// The keys that access tokens can be checked with.
#[derive(Debug, Object, Serialize)]
struct JsonWebKeySet {
    /// The current one and the one before it; empty where tokens are signed with a secret.
    keys: Vec<JsonWebKey>,
}

#[derive(ApiResponse)]
enum Published {
    /// The keys.
    #[oai(status = 200)]
    Published(
        Json<JsonWebKeySet>,
        /// For how long they may be used without being asked for again.
        #[oai(header = "Cache-Control")]
        String,
    ),
}

#[OpenApi(prefix_path = "/.well-known", tag = "Part::Auth")]
impl PublicKeys {
    /// Get the public keys of access tokens.
    ///
    /// What they are checked with, as a JSON Web Key Set. A token's `kid` names its key. Look again
    /// where it names one that is not among those that you have.
    #[expect(clippy::unused_async, reason = "operations are async whether they wait or not")]
    #[oai(path = "/jwks.json", method = "get", operation_id = "getPublicKeys")]
    async fn get(&self, _anyone: Anyone) -> Result<Published, Problem> {
        let keys = self.0.tokens.public_keys().into_iter().map(Into::into).collect();
        Ok(Published::Published(Json(JsonWebKeySet { keys }), CACHED.to_owned()))
    }
}
