//! A PostgreSQL of one's own: to be restarted, killed, frozen and filled.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use fastops::cluster;
use fastops::installation::Databases;
use rustix::process::{Pid, Signal, kill_process};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use tempfile::TempDir;
use tokio::time::{Duration, Instant, sleep};

use crate::system::PATIENCE;

/// See the module. Durable like a real one; everything in it ends with it.
#[derive(Debug)]
pub struct Cluster {
    running: Option<cluster::Cluster>,
    data_dir: PathBuf,
    /// Removed after PostgreSQL has gone; a folder that was given is its giver's.
    folder: Option<TempDir>,
}

/// How PostgreSQL goes away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// As for a restart: `pg_ctl stop -m fast`.
    Fast,
    /// Without a last checkpoint: `pg_ctl stop -m immediate`.
    Immediate,
    /// SIGKILL of the postmaster, which leaves its children to find out.
    Kill,
}

impl Cluster {
    /// Starts a cluster in a folder of its own.
    pub async fn start() -> Self {
        let folder = tempfile::tempdir().expect("there is room for a cluster");
        // As root, PostgreSQL runs as somebody else.
        let passable = fs::set_permissions(folder.path(), Permissions::from_mode(0o711));
        passable.expect("the folder is ours");
        let data_dir = folder.path().to_owned();
        let mut cluster = Self::start_in(&data_dir).await;
        cluster.folder = Some(folder);
        cluster
    }

    /// Starts a cluster in a folder that somebody else removes.
    pub async fn start_in(data_dir: &Path) -> Self {
        let running = cluster::Cluster::start(data_dir).await.expect("a private cluster starts");
        Self { running: Some(running), data_dir: data_dir.to_owned(), folder: None }
    }

    fn running(&self) -> &cluster::Cluster {
        self.running.as_ref().expect("it is asked only while it is there")
    }

    /// How to connect to a database as a role.
    pub fn options(&self, role: &str, database: &str) -> PgConnectOptions {
        self.running().url(role, database)
    }

    /// How FastOps reaches a database.
    pub fn databases(&self, database: &str) -> Databases {
        let role = |role| self.options(role, database);
        Databases {
            owner: role(cluster::OWNER),
            app: role("fastops_app"),
            projector: role("fastops_projector"),
        }
    }

    /// A connection of the superuser.
    pub async fn connect(&self, database: &str) -> PgConnection {
        let options = self.options(cluster::OWNER, database);
        PgConnection::connect_with(&options).await.expect("the cluster answers")
    }

    /// Makes an empty database.
    pub async fn create(&self, database: &str) {
        let sql = AssertSqlSafe(format!("CREATE DATABASE {database}"));
        let created = self.connect("postgres").await.execute(sql).await;
        created.expect("a database can be made");
    }

    /// Stops it in this way and returns when it is gone.
    pub async fn stop(&mut self, how: Stop) {
        let running = self.running.take().expect("it is stopped while it is there");
        match how {
            Stop::Fast => {}
            Stop::Immediate => signal(Signal::QUIT, &[self.postmaster()]),
            Stop::Kill => signal(Signal::KILL, &[self.postmaster()]),
        }
        running.stop().await;
    }

    /// Starts it again where it was.
    pub async fn start_again(&mut self) {
        let deadline = Instant::now() + PATIENCE;
        // Children of a killed postmaster may still hold the memory that they shared.
        let running = loop {
            match cluster::Cluster::start(&self.data_dir).await {
                Ok(running) => break running,
                Err(error) => assert!(Instant::now() < deadline, "{error}"),
            }
            sleep(Duration::from_millis(50)).await;
        };
        self.running = Some(running);
    }

    /// Keeps what it has written, as a copy that [`Cluster::becomes`] it later; to be called while it is
    /// stopped.
    pub fn copy(&self) -> PathBuf {
        let copy = self.data_dir.join("postgres/data.copy");
        let copied = Command::new("cp").arg("-a").args([&self.data(), &copy]).status();
        assert!(copied.expect("cp is there").success(), "the folder could not be copied");
        copy
    }

    /// What it has written since is gone; to be called while it is stopped.
    pub fn becomes(&self, copy: &Path) {
        fs::remove_dir_all(self.data()).expect("the folder is ours");
        fs::rename(copy, self.data()).expect("the folder is ours");
    }

    fn data(&self) -> PathBuf {
        self.data_dir.join("postgres/data")
    }

    /// Stops every process of it where it is; the kernel goes on accepting connections for it.
    pub fn freeze(&self) {
        // The postmaster first: it makes no more children then.
        signal(Signal::STOP, &[self.postmaster()]);
        signal(Signal::STOP, &self.processes());
    }

    /// Lets them go on.
    pub fn thaw(&self) {
        signal(Signal::CONT, &self.processes());
    }

    /// The ids of the postmaster and all its children.
    pub fn processes(&self) -> Vec<i32> {
        let postmaster = self.postmaster();
        let mut ids = vec![postmaster];
        let tasks = fs::read_dir("/proc").expect("Linux lists its processes");
        let numbers = tasks.filter_map(|task| task.ok()?.file_name().to_str()?.parse().ok());
        ids.extend(numbers.filter(|id| parent(*id) == Some(postmaster)));
        ids
    }

    /// Whether it runs: it may have given up by itself.
    pub fn is_running(&self) -> bool {
        self.said_postmaster().and_then(parent).is_some()
    }

    /// The id of the postmaster.
    pub fn postmaster(&self) -> i32 {
        self.said_postmaster().expect("a running PostgreSQL says its id")
    }

    /// As PostgreSQL has written it down, when it runs or was killed.
    fn said_postmaster(&self) -> Option<i32> {
        fs::read_to_string(self.data().join("postmaster.pid"))
            .ok()?
            .lines()
            .next()?
            .trim()
            .parse()
            .ok()
    }
}

fn signal(signal: Signal, ids: &[i32]) {
    for id in ids.iter().filter_map(|id| Pid::from_raw(*id)) {
        // A child may have ended since it was listed.
        let _gone = kill_process(id, signal);
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let Some(running) = self.running.take() else { return };
        let Some(postmaster) = self.said_postmaster() else { return };
        // What is frozen hears no wish to stop, and nothing in there is needed any more.
        self.thaw();
        signal(Signal::QUIT, &[postmaster]);
        drop(running);
        while parent(postmaster).is_some() {
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

/// The parent of a process, if it is still there.
fn parent(id: i32) -> Option<i32> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    // The name in parentheses may hold anything; state and parent come after it.
    let (_, rest) = stat.rsplit_once(") ")?;
    rest.split(' ').nth(1)?.parse().ok()
}
