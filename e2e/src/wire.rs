//! The line between processes and PostgreSQL, which can be cut.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use sqlx::postgres::PgConnectOptions;
use tempfile::TempDir;
use tokio::io::{AsyncRead, AsyncWrite, copy_bidirectional};
use tokio::net::{TcpStream, UnixListener, UnixStream};
use tokio_util::sync::CancellationToken;

/// See the module. While it is cut, connecting fails as it does without a server, and connections that
/// were open are closed.
#[derive(Debug)]
pub struct Wire {
    folder: TempDir,
    server: Server,
    cut: Mutex<CancellationToken>,
}

#[derive(Debug, Clone)]
enum Server {
    Socket(PathBuf),
    Port(String, u16),
}

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
        let wire = Self { folder, server, cut: Mutex::default() };
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
            cut,
        )));
    }
}

async fn carry(listener: UnixListener, server: Server, cut: CancellationToken) {
    while let Ok((mut near, _)) = listener.accept().await {
        let server = server.clone();
        let call = async move {
            let Ok(mut far) = server.connect().await else { return };
            // Either side may hang up at any time.
            let _ended = copy_bidirectional(&mut near, &mut far).await;
        };
        tokio::spawn(cut.clone().run_until_cancelled_owned(call));
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
