//! A proxy to the database that can block either direction and cut connections.

use std::path::PathBuf;
use std::sync::Arc;

use event_store::testing::Database;
use sqlx::postgres::PgConnectOptions;
use tempfile::TempDir;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{Mutex, watch};
use tokio::task::JoinSet;

pub(crate) struct Proxy {
    options: PgConnectOptions,
    folder: TempDir,
    requests: watch::Sender<bool>,
    answers: watch::Sender<bool>,
    connections: Arc<Mutex<JoinSet<()>>>,
}

impl Proxy {
    pub(crate) fn new(db: &Database) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let options = db.options("fastops_app");
        let socket = format!(".s.PGSQL.{}", options.get_port());
        let listener = UnixListener::bind(folder.path().join(&socket)).expect("a socket");
        let there = options.get_socket().expect("the test cluster has a socket").join(socket);
        let (requests, answers) = (watch::Sender::new(true), watch::Sender::new(true));
        let connections = Arc::default();
        let proxy = Self { options, folder, requests, answers, connections };
        tokio::spawn(proxy.serve(listener, there));
        proxy
    }

    /// The options to connect through the proxy.
    pub(crate) fn options(&self) -> PgConnectOptions {
        self.options.clone().socket(self.folder.path())
    }

    pub(crate) fn let_requests_through(&self, flow: bool) {
        self.requests.send_replace(flow);
    }

    pub(crate) fn let_answers_through(&self, flow: bool) {
        self.answers.send_replace(flow);
    }

    /// Closes all connections; their data is no longer forwarded.
    pub(crate) async fn cut(&self) {
        self.connections.lock().await.shutdown().await;
    }

    fn serve(
        &self,
        listener: UnixListener,
        there: PathBuf,
    ) -> impl Future<Output = ()> + Send + use<> {
        let (requests, answers) = (self.requests.subscribe(), self.answers.subscribe());
        let connections = Arc::clone(&self.connections);
        async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = UnixStream::connect(&there).await.expect("the cluster answers");
                let (from_client, to_client) = client.into_split();
                let (from_server, to_server) = server.into_split();
                let requests = pump(from_client, to_server, requests.clone());
                let answers = pump(from_server, to_client, answers.clone());
                connections.lock().await.spawn(async {
                    tokio::join!(requests, answers);
                });
            }
        }
    }
}

async fn pump(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    mut flow: watch::Receiver<bool>,
) {
    let mut bytes = vec![0; 1 << 16];
    while let Ok(n @ 1..) = from.read(&mut bytes).await {
        let flows = flow.wait_for(|flows| *flows).await.is_ok();
        if !flows || to.write_all(&bytes[..n]).await.is_err() {
            break;
        }
    }
    // The reader of that side may have gone.
    let _ = to.shutdown().await;
}
