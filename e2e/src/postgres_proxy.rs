//! The line between processes and PostgreSQL, which can be cut and can lose answers.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use sqlx::postgres::PgConnectOptions;
use tempfile::TempDir;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, split};
use tokio::net::{TcpStream, UnixListener, UnixStream};
use tokio_util::sync::CancellationToken;

/// See the module. While it is cut, connecting fails as it does without a server, and connections that
/// were open are closed.
#[derive(Debug)]
pub struct Wire {
    folder: TempDir,
    server: Server,
    cut: Mutex<CancellationToken>,
    losses: Losses,
}

/// Which answers get lost: those to appends that the server has committed.
#[derive(Debug, Clone, Default)]
struct Losses {
    to_come: Arc<AtomicU32>,
    lost: Arc<AtomicU32>,
}

#[derive(Debug, Clone)]
enum Server {
    Socket(PathBuf),
    Port(String, u16),
}

/// What PostgreSQL says when it has committed and waits for the next statement.
const READY: &[u8] = b"Z\0\0\0\x05I";

/// What the writer of the log calls.
const STATEMENT: &[u8] = b"log_append";

const BUFFER: usize = 64 << 10;

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

impl Wire {
    /// A line to the server that `options` name.
    pub fn to(options: &PgConnectOptions) -> Self {
        let port = options.get_port();
        let server = match options.get_socket() {
            Some(folder) => Server::Socket(folder.join(format!(".s.PGSQL.{port}"))),
            None => Server::Port(options.get_host().to_owned(), port),
        };
        let folder = tempfile::tempdir().expect("there is room for a socket");
        let (cut, losses) = (Mutex::default(), Losses::default());
        let wire = Self { folder, server, cut, losses };
        wire.mend();
        wire
    }

    /// The same database, reached over this line.
    pub fn through(&self, options: PgConnectOptions) -> PgConnectOptions {
        options.socket(self.folder.path()).port(5432)
    }

    fn end(&self) -> PathBuf {
        self.folder.path().join(".s.PGSQL.5432")
    }

    /// Nothing gets through any more.
    pub fn cut(&self) {
        self.cut.lock().unwrap_or_else(PoisonError::into_inner).cancel();
        std::fs::remove_file(self.end()).expect("a line is cut once");
    }

    /// The line is as it was.
    pub fn mend(&self) {
        let listener = UnixListener::bind(self.end()).expect("the folder is ours");
        let cut = CancellationToken::new();
        *self.cut.lock().unwrap_or_else(PoisonError::into_inner) = cut.clone();
        tokio::spawn(cut.clone().run_until_cancelled_owned(carry(
            listener,
            self.server.clone(),
            self.losses.clone(),
            cut,
        )));
    }

    /// The answers to so many appends to come are lost, each with its connection.
    pub fn lose_answers(&self, appends: u32) {
        self.losses.to_come.store(appends, Ordering::SeqCst);
    }

    /// How many answers have been lost.
    pub fn lost(&self) -> u32 {
        self.losses.lost.load(Ordering::SeqCst)
    }
}

async fn carry(listener: UnixListener, server: Server, losses: Losses, cut: CancellationToken) {
    while let Ok((near, _)) = listener.accept().await {
        let (server, losses) = (server.clone(), losses.clone());
        let call = async move {
            let Ok(far) = server.connect().await else { return };
            let (mut from_near, mut to_near) = split(near);
            let (mut from_far, mut to_far) = split(far);
            let appending = AtomicBool::new(false);
            // Either side may hang up at any time.
            tokio::select! {
                _ended = ask(&mut from_near, &mut to_far, &appending) => {}
                _ended = answer(&mut from_far, &mut to_near, &appending, &losses) => {}
            }
        };
        tokio::spawn(cut.clone().run_until_cancelled_owned(call));
    }
}

/// Carries what is asked; `appending` says whether the last of it was to append.
async fn ask(
    near: &mut (impl AsyncRead + Unpin),
    far: &mut (impl AsyncWrite + Unpin),
    appending: &AtomicBool,
) -> std::io::Result<()> {
    let mut buffer = vec![0; BUFFER];
    let mut is_writer = false;
    loop {
        let asked = match near.read(&mut buffer).await? {
            0 => return Ok(()),
            n_bytes => &buffer[..n_bytes],
        };
        // The statement is prepared once, under its text, and bound each time.
        is_writer |= asked.windows(STATEMENT.len()).any(|text| text == STATEMENT);
        let is_bound = asked.first() == Some(&b'B');
        if is_writer && is_bound {
            appending.store(true, Ordering::SeqCst);
        }
        far.write_all(asked).await?;
    }
}

/// Carries what is answered, but for what is to be lost: then nothing of it, and the line breaks.
async fn answer(
    far: &mut (impl AsyncRead + Unpin),
    near: &mut (impl AsyncWrite + Unpin),
    appending: &AtomicBool,
    losses: &Losses,
) -> std::io::Result<()> {
    let mut buffer = vec![0; BUFFER];
    let mut is_losing = false;
    loop {
        let answered = match far.read(&mut buffer).await? {
            0 => return Ok(()),
            n_bytes => &buffer[..n_bytes],
        };
        if appending.swap(false, Ordering::SeqCst) {
            let less = |n: u32| n.checked_sub(1);
            let update = losses.to_come.fetch_update(Ordering::SeqCst, Ordering::SeqCst, less);
            is_losing = update.is_ok();
        }
        if !is_losing {
            near.write_all(answered).await?;
        } else if answered.ends_with(READY) {
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
