//! The other processes that take commands, and the connections between them and this one.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use api::app::App;
use api::forwarding::{PeerTls, PeerTlsError, Peers};
use api::server::{Limits, listen, serve_peers};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::config::{ConfigError, secret};
use crate::installation::Installation;

/// The other processes that take commands.
#[derive(clap::Args, Clone)]
pub struct PeerArgs {
    /// Other processes take commands on the same database: each company's are decided by one of them
    /// at a time, and the others send them there.
    #[arg(long, env = "FASTOPS_PEERS")]
    peers: bool,

    /// Where the other processes reach this one, host and port, if not where it listens, for them if
    /// it has certificates. The host is what the certificate has to name.
    #[arg(long, env = "FASTOPS_NODE_ADDRESS", requires = "peers")]
    node_address: Option<String>,

    /// Where to listen for the other processes, if it has certificates; port 0 for any.
    #[arg(long, env = "FASTOPS_PEER_LISTEN", default_value = "127.0.0.1:0")]
    peer_listen: SocketAddr,

    /// The file with the certificate of the CA that made the certificates of all these processes, and
    /// no others. With it they speak TLS with each other, at a separate listener; without it as with
    /// clients.
    #[arg(long, env = "FASTOPS_PEER_CA_FILE", requires_all = ["peers", "peer_cert_file", "peer_key_file"])]
    peer_ca_file: Option<PathBuf>,

    /// The file with the certificate of this process, for servers and for clients.
    #[arg(long, env = "FASTOPS_PEER_CERT_FILE", requires = "peer_ca_file")]
    peer_cert_file: Option<PathBuf>,

    /// The file with the key of that certificate.
    #[arg(long, env = "FASTOPS_PEER_KEY_FILE", requires = "peer_ca_file")]
    peer_key_file: Option<PathBuf>,
}

/// Why the connections to other processes could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum PeeringError {
    /// The key is not there, or not for this process alone.
    #[error(transparent)]
    Key(#[from] ConfigError),
    /// A certificate's file cannot be read.
    #[error("could not read the certificate in {path}")]
    Certificate {
        /// The file.
        path: PathBuf,
        /// The message of the system.
        #[source]
        source: io::Error,
    },
    /// The content of a file is invalid.
    #[error(transparent)]
    Tls(#[from] PeerTlsError),
    /// The address is taken, or not this machine's.
    #[error("could not listen for other processes at {address}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// The message of the system.
        #[source]
        source: io::Error,
    },
}

/// The connections between this process and the others.
#[derive(Debug, Default)]
pub struct Peering {
    /// Sends them commands; none where this is the only process.
    pub peers: Option<Peers>,
    /// The listener for their commands, if it is not the public one.
    pub listener: Option<PeerListener>,
}

/// A listener for other processes alone.
#[derive(Debug)]
pub struct PeerListener {
    listener: TcpListener,
    address: SocketAddr,
    tls: PeerTls,
}

impl PeerArgs {
    /// Makes this process one of several until `shutdown`, if the arguments ask for it; clients reach it at
    /// `public`.
    pub fn join(
        self,
        installation: &Installation,
        public: SocketAddr,
        shutdown: &CancellationToken,
    ) -> Result<Peering, PeeringError> {
        if !self.peers {
            return Ok(Peering::default());
        }
        let tls = self.tls()?;
        let listener = tls.map(|tls| PeerListener::open(self.peer_listen, tls)).transpose()?;
        let bound = listener.as_ref().map_or(public, |listener| listener.address);
        let address = self.node_address.unwrap_or_else(|| bound.to_string());
        let tls = listener.as_ref().map(|listener| &listener.tls);
        let peers = Some(installation.peers(address, tls, shutdown));
        Ok(Peering { peers, listener })
    }

    fn tls(&self) -> Result<Option<PeerTls>, PeeringError> {
        let files = (&self.peer_ca_file, &self.peer_cert_file, &self.peer_key_file);
        let (Some(ca), Some(certificate), Some(key)) = files else { return Ok(None) };
        Ok(Some(PeerTls::try_new(&read(ca)?, &read(certificate)?, &secret(key)?)?))
    }
}

impl PeerListener {
    fn open(address: SocketAddr, tls: PeerTls) -> Result<Self, PeeringError> {
        let opened = listen(address).and_then(|listener| Ok((listener.local_addr()?, listener)));
        let (address, listener) =
            opened.map_err(|source| PeeringError::Listen { address, source })?;
        tracing::info!(peer_listen = %address, "answering other processes");
        Ok(Self { listener, address, tls })
    }

    /// Serves them `app` until `shutdown`; running requests get some time to finish.
    pub async fn serve(self, app: App, shutdown: CancellationToken) {
        serve_peers(self.listener, app, &self.tls, Limits::default(), shutdown).await;
    }
}

fn read(path: &Path) -> Result<Vec<u8>, PeeringError> {
    let unread = |source| PeeringError::Certificate { path: path.to_owned(), source };
    std::fs::read(path).map_err(unread)
}
