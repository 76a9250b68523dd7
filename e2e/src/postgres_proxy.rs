//! A proxy in front of PostgreSQL that can cut connections and drop answers.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use sqlx::postgres::PgConnectOptions;
use tempfile::TempDir;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, split};
use tokio::net::{TcpStream, UnixListener, UnixStream};
use tokio_util::sync::CancellationToken;

/// A proxy on a unix socket. While it is cut, it closes open connections and connecting fails as
/// without a server.
#[derive(Debug)]
pub struct PostgresProxy {
    folder: TempDir,
    server: Server,
    cut: Mutex<CancellationToken>,
    losses: Losses,
}

/// Which answers are dropped: those to appends that the server has committed.
#[derive(Debug, Clone, Default)]
struct Losses {
    pending: Arc<AtomicU32>,
    lost: Arc<AtomicU32>,
}

#[derive(Debug, Clone)]
enum Server {
    Socket(PathBuf),
    Port(String, u16),
}

/// What PostgreSQL sends when it has committed and waits for the next statement.
const READY: &[u8] = b"Z\0\0\0\x05I";

/// The function that the writer of the log calls.
const STATEMENT: &[u8] = b"log_append";

const BUFFER: usize = 64 << 10;

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

impl PostgresProxy {
    /// A proxy to the server that `options` name.
    pub fn to(options: &PgConnectOptions) -> Self {
        let port = options.get_port();
        let server = match options.get_socket() {
            Some(folder) => Server::Socket(folder.join(format!(".s.PGSQL.{port}"))),
            None => Server::Port(options.get_host().to_owned(), port),
        };
        let folder = tempfile::tempdir().expect("a temporary folder can be created");
        let (cut, losses) = (Mutex::default(), Losses::default());
        let proxy = Self { folder, server, cut, losses };
        proxy.restore();
        proxy
    }

    /// The options of the same database through this proxy.
    pub fn through(&self, options: PgConnectOptions) -> PgConnectOptions {
        options.socket(self.folder.path()).port(5432)
    }

    fn socket(&self) -> PathBuf {
        self.folder.path().join(".s.PGSQL.5432")
    }

    /// Closes all connections and accepts no others.
    pub fn cut(&self) {
        self.cut.lock().unwrap_or_else(PoisonError::into_inner).cancel();
        std::fs::remove_file(self.socket()).expect("the proxy is not cut twice");
    }

    /// Accepts connections again.
    pub fn restore(&self) {
        let listener = UnixListener::bind(self.socket()).expect("the folder is writable");
        let cut = CancellationToken::new();
        *self.cut.lock().unwrap_or_else(PoisonError::into_inner) = cut.clone();
        tokio::spawn(cut.clone().run_until_cancelled_owned(forward(
            listener,
            self.server.clone(),
            self.losses.clone(),
            cut,
        )));
    }

    /// Drops the answers to the next `appends` committed appends, each with its connection.
    pub fn lose_answers(&self, appends: u32) {
        self.losses.pending.store(appends, Ordering::SeqCst);
    }

    /// How many answers were dropped.
    pub fn lost(&self) -> u32 {
        self.losses.lost.load(Ordering::SeqCst)
    }
}

async fn forward(listener: UnixListener, server: Server, losses: Losses, cut: CancellationToken) {
    while let Ok((client, _)) = listener.accept().await {
        let (server, losses) = (server.clone(), losses.clone());
        let connection = async move {
            let Ok(server) = server.connect().await else { return };
            let (mut from_client, mut to_client) = split(client);
            let (mut from_server, mut to_server) = split(server);
            let appending = AtomicBool::new(false);
            // Either side may close the connection at any time.
            tokio::select! {
                _ended = forward_requests(&mut from_client, &mut to_server, &appending) => {}
                _ended = forward_answers(&mut from_server, &mut to_client, &appending, &losses) => {}
            }
        };
        tokio::spawn(cut.clone().run_until_cancelled_owned(connection));
    }
}

/// Forwards requests; sets `appending` after a request to append.
async fn forward_requests(
    client: &mut (impl AsyncRead + Unpin),
    server: &mut (impl AsyncWrite + Unpin),
    appending: &AtomicBool,
) -> std::io::Result<()> {
    let mut buffer = vec![0; BUFFER];
    let mut is_writer = false;
    loop {
        let request = match client.read(&mut buffer).await? {
            0 => return Ok(()),
            n_bytes => &buffer[..n_bytes],
        };
        // The statement is prepared once, under its text, and bound each time.
        is_writer |= request.windows(STATEMENT.len()).any(|text| text == STATEMENT);
        let is_bound = request.first() == Some(&b'B');
        if is_writer && is_bound {
            appending.store(true, Ordering::SeqCst);
        }
        server.write_all(request).await?;
    }
}

/// Forwards answers; drops the whole answer that is to be lost and then closes the connection.
async fn forward_answers(
    server: &mut (impl AsyncRead + Unpin),
    client: &mut (impl AsyncWrite + Unpin),
    appending: &AtomicBool,
    losses: &Losses,
) -> std::io::Result<()> {
    let mut buffer = vec![0; BUFFER];
    let mut is_losing = false;
    loop {
        let answer = match server.read(&mut buffer).await? {
            0 => return Ok(()),
            n_bytes => &buffer[..n_bytes],
        };
        if appending.swap(false, Ordering::SeqCst) {
            let less = |n: u32| n.checked_sub(1);
            let update = losses.pending.fetch_update(Ordering::SeqCst, Ordering::SeqCst, less);
            is_losing = update.is_ok();
        }
        if !is_losing {
            client.write_all(answer).await?;
        } else if answer.ends_with(READY) {
            losses.lost.fetch_add(1, Ordering::SeqCst);
            return Ok(());
        }
    }
}

impl Server {
    async fn connect(&self) -> std::io::Result<Box<dyn Stream>> {
        Ok(match self {
            Self::Socket(path) => Box::new(UnixStream::connect(path).await?),
            Self::Port(host, port) => Box::new(TcpStream::connect((host.as_str(), *port)).await?),
        })
    }
}
