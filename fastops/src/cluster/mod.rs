//! A private PostgreSQL: a child process on a unix socket, with all its files in one folder.
//!
//! A separate thread starts the process, waits for it and holds the folder's lock until it is gone. The
//! thread is needed because Linux sends the parent-death signal, which ends PostgreSQL after a SIGKILL of
//! FastOps, when the *thread* that started a process ends.

mod binaries;
mod folder;
mod process;
mod user;

use std::convert::Infallible;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Child;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;
use std::{env, thread};

use sqlx::postgres::{PgConnectOptions, PgSslMode};
use sqlx::{Connection, PgConnection};
use tokio::sync::oneshot;

use folder::ClusterFolder;

/// The superuser of a private cluster: who migrates.
pub const OWNER: &str = "fastops_owner";

const PORT: u16 = 5432;
const READY_MAX: Duration = Duration::from_mins(1);

/// A running private cluster. Dropping it stops PostgreSQL as [`Cluster::stop`] does, but does not wait.
#[derive(Debug)]
pub struct Cluster {
    socket_dir: PathBuf,
    /// Nothing is ever sent: the thread stops PostgreSQL when this end is gone.
    stop: mpsc::Sender<Infallible>,
    ended: oneshot::Receiver<()>,
}

/// Why there is no private cluster, and what to do about it.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages are the documentation")]
pub enum Error {
    #[error(
        "PostgreSQL is missing (no initdb and postgres in {looked_in}); install it, for example with \
         `sudo apt-get install postgresql`, or set FASTOPS_PG_BIN to the folder with its binaries"
    )]
    Missing { looked_in: String },
    #[error("another FastOps is using {folder}; stop it or choose another data folder")]
    InUse { folder: PathBuf },
    #[error(
        "PostgreSQL does not run as root, and user {user} may not enter {closed}; choose another \
         data folder or run `chmod o+x {}`", closed.display()
    )]
    Unreachable { user: String, closed: PathBuf },
    #[error(
        "PostgreSQL does not run as root, and there is no user postgres or nobody to run it as"
    )]
    NoUser,
    #[error(
        "an older PostgreSQL with process id {pid} still uses {folder} and does not stop; end it with \
         `kill -QUIT {pid}` and try again"
    )]
    Orphan { pid: i32, folder: PathBuf },
    #[error("{program} failed; {log} ends with:\n{last_lines}")]
    Failed { program: &'static str, log: PathBuf, last_lines: String },
    #[error("PostgreSQL does not accept connections after {} s; look into {log}", READY_MAX.as_secs())]
    NotReady { log: PathBuf },
    #[error("could not {what} {path}")]
    Io { what: &'static str, path: PathBuf, source: std::io::Error },
}

impl Cluster {
    /// Starts the cluster in the subfolder `postgres` of `data_dir`, and makes it if there is none.
    ///
    /// A folder whose last owner was killed is taken over: what still runs in it is stopped first.
    pub async fn start(data_dir: &Path) -> Result<Self, Error> {
        let (stop, stopping) = mpsc::channel();
        let (launched, launch_result) = oneshot::channel();
        let (report_end, ended) = oneshot::channel();
        let path = data_dir.to_owned();
        thread::Builder::new()
            .name("postgres".to_owned())
            .spawn(move || keep(&path, launched, &stopping, report_end))
            .map_err(io_error("start a thread for", data_dir))?;

        let folder = launch_result.await.expect("the thread reports its launch before it ends")?;
        let mut cluster = Self { socket_dir: folder.socket_dir.clone(), stop, ended };
        cluster.until_ready(&folder).await?;
        Ok(cluster)
    }

    /// How to connect as a user to a database.
    pub fn url(&self, user: &str, database: &str) -> PgConnectOptions {
        PgConnectOptions::new_without_pgpass()
            .socket(&self.socket_dir)
            .port(PORT)
            .ssl_mode(PgSslMode::Disable)
            .username(user)
            .database(database)
    }

    /// Ends all connections, writes a last checkpoint and returns when the process is gone.
    pub async fn stop(self) {
        drop(self.stop);
        // An error means that the thread is gone already, and PostgreSQL with it.
        let _ = self.ended.await;
    }

    async fn until_ready(&mut self, folder: &ClusterFolder) -> Result<(), Error> {
        let options = self.url(OWNER, "postgres");
        let connected = async {
            loop {
                if let Ok(connection) = PgConnection::connect_with(&options).await {
                    return connection.close().await;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::select! {
            _ = connected => Ok(()),
            _ = &mut self.ended => Err(folder.failed("postgres")),
            () = tokio::time::sleep(READY_MAX) => Err(Error::NotReady { log: folder.log() }),
        }
    }
}

/// The thread: launches PostgreSQL, and waits for its end or stops it on request.
fn keep(
    data_dir: &Path,
    launched: oneshot::Sender<Result<ClusterFolder, Error>>,
    stopping: &mpsc::Receiver<Infallible>,
    report_end: oneshot::Sender<()>,
) {
    let (folder, lock, mut child) = match launch(data_dir) {
        Ok(launch) => launch,
        Err(error) => {
            let _ = launched.send(Err(error));
            return;
        }
    };
    let _ = launched.send(Ok(folder.clone()));
    while let Err(RecvTimeoutError::Timeout) = stopping.recv_timeout(Duration::from_millis(200)) {
        if !matches!(child.try_wait(), Ok(None)) {
            break;
        }
    }
    // Only this thread reaps the process, so its id cannot belong to another one yet.
    if matches!(child.try_wait(), Ok(None)) {
        process::interrupt(child.id().cast_signed());
    }
    let _ = child.wait();
    if folder.socket_dir != folder.root {
        let _ = fs::remove_dir(&folder.socket_dir);
    }
    drop(lock);
    let _ = report_end.send(());
}

fn launch(data_dir: &Path) -> Result<(ClusterFolder, File, Child), Error> {
    let bin = binaries::find(env::var_os("FASTOPS_PG_BIN"))?;
    let folder = ClusterFolder::prepare(data_dir)?;
    let lock = folder.lock()?;
    if !folder.data().exists() {
        folder.initialise(&bin)?;
    }
    folder.end_orphan()?;

    let mut postgres = folder.command(&bin.join("postgres"))?;
    postgres.arg("-D").arg(folder.data()).arg("-k").arg(&folder.socket_dir);
    postgres.args(["-p", &PORT.to_string(), "-c", "listen_addresses="]);
    postgres.args(["-c", "fsync=on", "-c", "shared_buffers=128MB"]);
    // A server with consumers holds up to 36; a benchmark has 64 clients of its own beside it.
    postgres.args(["-c", "max_connections=200"]);
    // Else every ROLLBACK that a pool sends to make sure of a connection is a line in the log.
    postgres.args(["-c", "log_min_messages=error"]);
    let child = postgres.spawn().map_err(io_error("run", &bin.join("postgres")))?;
    Ok((folder, lock, child))
}

fn io_error(what: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Error {
    move |source| Error::Io { what, path: path.to_owned(), source }
}
