//! What tokens are signed with, and in which way.

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey};
use rustls_pki_types::PrivatePkcs8KeyDer;
use rustls_pki_types::pem::PemObject;

const SECRET_BYTES_MIN: usize = 32;

/// How tokens are signed: in one way, which the installation chooses. The algorithm in a token's header is
/// compared, never followed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum TokenAlgorithm {
    /// HMAC with SHA-256: the key that checks tokens also makes them.
    #[default]
    Hs256,
    /// Ed25519: the public key checks tokens and makes none.
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

    pub(super) const fn jwa(self) -> Algorithm {
        match self {
            Self::Hs256 => Algorithm::HS256,
            Self::EdDsa => Algorithm::EdDSA,
        }
    }
}

/// The key that signs tokens, and its id in their headers.
pub struct SigningKey {
    pub(super) id: String,
    pub(super) algorithm: TokenAlgorithm,
    pub(super) encoding: EncodingKey,
    pub(super) decoding: DecodingKey,
    /// What others check tokens with; none of a secret.
    public: Option<Vec<u8>>,
}

/// A key that others check tokens with (RFC 8037).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    /// The id of the key in the header of a token.
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
    /// A key for another algorithm is no secret; a public one is even published.
    #[error("the token secret is a key in PEM: set FASTOPS_TOKEN_ALGORITHM to EdDSA")]
    Pem,
    /// It is no private key.
    #[error(
        "EdDSA signs with a private key in PEM: openssl genpkey -algorithm ed25519 -out <file>"
    )]
    NoPrivateKey,
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

    /// What others check its tokens with; nothing where that would let them make some.
    pub(super) fn public(&self) -> Option<PublicKey> {
        let x = URL_SAFE_NO_PAD.encode(self.public.as_ref()?);
        Some(PublicKey { id: self.id.clone(), x })
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
