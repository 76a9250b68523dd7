//! A CA that issues certificates for servers on this machine.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose,
};
use tempfile::TempDir;
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// A CA with its own key; it writes certificates and keys to a temporary folder.
#[derive(Debug)]
pub(super) struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    /// The folder of certificates and keys.
    folder: TempDir,
}

/// A certificate and its private key in PEM.
pub(super) struct Certified {
    certificate: String,
    key: String,
}

impl Authority {
    pub(super) fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        Self { issuer, folder: tempfile::tempdir().unwrap() }
    }

    /// Issues a certificate for the loopback address.
    pub(super) fn certify(&self) -> Certified {
        let mut params = CertificateParams::new(["127.0.0.1".to_owned()]).unwrap();
        let for_both = [ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
        params.extended_key_usages = for_both.into();
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap().pem();
        Certified { certificate, key: key.serialize_pem() }
    }

    /// The arguments of a server with a certificate of this CA.
    pub(super) fn options(&self) -> Vec<String> {
        let Certified { certificate, key } = self.certify();
        let options = [
            ("--peer-ca-file", self.file("ca.pem", &self.issuer.pem(), 0o644)),
            ("--peer-cert-file", self.file("node.pem", &certificate, 0o644)),
            ("--peer-key-file", self.file("node.key", &key, 0o600)),
        ];
        let pair = |(name, path): (&str, PathBuf)| [name.to_owned(), path.display().to_string()];
        options.into_iter().flat_map(pair).collect()
    }

    /// A TLS client that trusts servers of this CA and presents a certificate, if given.
    pub(super) fn client(&self, shows: Option<&Certified>) -> Arc<ClientConfig> {
        let mut roots = RootCertStore::empty();
        roots.add(self.issuer.der().clone()).unwrap();
        let client = ClientConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots);
        Arc::new(match shows {
            None => client.with_no_client_auth(),
            Some(Certified { certificate, key }) => {
                let chain = vec![CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap()];
                let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap();
                client.with_client_auth_cert(chain, key).unwrap()
            }
        })
    }

    fn file(&self, name: &str, text: &str, mode: u32) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
        path
    }
}
