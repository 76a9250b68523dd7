//! TLS between nodes: each presents a certificate of one CA that is theirs alone, and accepts no other.

use std::fmt;
use std::sync::Arc;

use rustls::crypto::aws_lc_rs::default_provider;
use rustls::server::{VerifierBuilderError, WebPkiClientVerifier};
use rustls::version::TLS13;
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use rustls_pki_types::pem::{self, PemObject};
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

/// The certificate that a node presents, and the CA whose certificates it accepts. Cheap to clone.
#[derive(Clone)]
pub struct PeerTls {
    pub(crate) server: Arc<ServerConfig>,
    pub(crate) client: Arc<ClientConfig>,
}

/// Why TLS between nodes cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum PeerTlsError {
    /// A file is not what it should be.
    #[error("{what} is not there in PEM")]
    Pem {
        /// What was looked for.
        what: &'static str,
        /// The error of the reader.
        #[source]
        source: pem::Error,
    },
    /// There is no certificate that the others could be measured by.
    #[error("the CA of the nodes cannot be used")]
    Ca(#[from] VerifierBuilderError),
    /// The certificate and the key do not fit together, or are of no use for TLS.
    #[error("the certificate of this node and its key cannot be used")]
    Certificate(#[from] rustls::Error),
}

impl PeerTls {
    /// From what stands in files, all in PEM: the certificates of the CA, this node's certificate with
    /// whatever stands between it and the CA after it, and this node's key.
    ///
    /// The certificate is shown to those who call and to those who are called, so it is for servers and
    /// for clients, and it names the host that the other nodes reach this one at.
    ///
    /// # Errors
    /// If one of the three is none, or the key is not that of the certificate.
    pub fn try_new(ca: &[u8], certificate: &[u8], key: &[u8]) -> Result<Self, PeerTlsError> {
        let mut roots = RootCertStore::empty();
        for root in certificates(ca, "the certificate of the CA")? {
            roots.add(root)?;
        }
        let (roots, provider) = (Arc::new(roots), Arc::new(default_provider()));
        let chain = certificates(certificate, "the certificate of this node")?;
        let key = PrivateKeyDer::from_pem_slice(key)
            .map_err(|source| PeerTlsError::Pem { what: "the key of this node", source })?;
        let callers =
            WebPkiClientVerifier::builder_with_provider(Arc::clone(&roots), Arc::clone(&provider));
        let server = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_protocol_versions(&[&TLS13])?
            .with_client_cert_verifier(callers.build()?)
            .with_single_cert(chain.clone(), key.clone_key())?;
        let client = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&TLS13])?
            .with_root_certificates(roots)
            .with_client_auth_cert(chain, key)?;
        Ok(Self { server: Arc::new(server), client: Arc::new(client) })
    }
}

impl fmt::Debug for PeerTls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PeerTls").finish_non_exhaustive()
    }
}

/// At least one.
fn certificates(
    text: &[u8],
    what: &'static str,
) -> Result<Vec<CertificateDer<'static>>, PeerTlsError> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(text).collect();
    match found {
        Ok(found) if found.is_empty() => {
            Err(PeerTlsError::Pem { what, source: pem::Error::NoItemsFound })
        }
        found => found.map_err(|source| PeerTlsError::Pem { what, source }),
    }
}
