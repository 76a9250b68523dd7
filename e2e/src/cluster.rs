//! A private PostgreSQL cluster that tests can restart, kill, freeze and fill.

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

use crate::system::TIMEOUT;

/// A private cluster, durable like one in production. Dropping it stops it and removes its folder.
#[derive(Debug)]
pub struct Cluster {
    running: Option<cluster::Cluster>,
    data_dir: PathBuf,
    /// Removed after PostgreSQL has ended; none if the caller owns the folder.
    folder: Option<TempDir>,
}

/// How PostgreSQL is stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// As for a restart: `pg_ctl stop -m fast`.
    Fast,
    /// Without a last checkpoint: `pg_ctl stop -m immediate`.
    Immediate,
    /// SIGKILL of the postmaster; its children end when they notice.
    Kill,
}

impl Cluster {
    /// Starts a cluster in a temporary folder.
    pub async fn start() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be created");
        // If the test runs as root, PostgreSQL runs as another user.
        let passable = fs::set_permissions(folder.path(), Permissions::from_mode(0o711));
        passable.expect("its permissions can be set");
        let data_dir = folder.path().to_owned();
        let mut cluster = Self::start_in(&data_dir).await;
        cluster.folder = Some(folder);
        cluster
    }

    /// Starts a cluster in a folder that the caller removes.
    pub async fn start_in(data_dir: &Path) -> Self {
        let running = cluster::Cluster::start(data_dir).await.expect("a private cluster starts");
        Self { running: Some(running), data_dir: data_dir.to_owned(), folder: None }
    }

    fn running(&self) -> &cluster::Cluster {
        self.running.as_ref().expect("the cluster is not stopped")
    }

    /// The options to connect to a database as a role.
    pub fn options(&self, role: &str, database: &str) -> PgConnectOptions {
        self.running().url(role, database)
    }

    /// The options of all roles of FastOps for a database.
    pub fn databases(&self, database: &str) -> Databases {
        let role = |role| self.options(role, database);
        Databases {
            owner: role(cluster::OWNER),
            app: role("fastops_app"),
            projector: role("fastops_projector"),
        }
    }

    /// Connects as the superuser.
    pub async fn connect(&self, database: &str) -> PgConnection {
        let options = self.options(cluster::OWNER, database);
        PgConnection::connect_with(&options).await.expect("the cluster answers")
    }

    /// Creates an empty database.
    pub async fn create(&self, database: &str) {
        let sql = AssertSqlSafe(format!("CREATE DATABASE {database}"));
        let created = self.connect("postgres").await.execute(sql).await;
        created.expect("a database can be created");
    }

    /// Stops the cluster in this way and waits until it has ended.
    pub async fn stop(&mut self, how: Stop) {
        let running = self.running.take().expect("the cluster is not stopped");
        match how {
            Stop::Fast => {}
            Stop::Immediate => signal(Signal::QUIT, &[self.postmaster()]),
            Stop::Kill => signal(Signal::KILL, &[self.postmaster()]),
        }
        running.stop().await;
    }

    /// Starts the cluster again in the same folder.
    pub async fn start_again(&mut self) {
        let deadline = Instant::now() + TIMEOUT;
        // Children of a killed postmaster may still hold their shared memory.
        let running = loop {
            match cluster::Cluster::start(&self.data_dir).await {
                Ok(running) => break running,
                Err(error) => assert!(Instant::now() < deadline, "{error}"),
            }
            sleep(Duration::from_millis(50)).await;
        };
        self.running = Some(running);
    }

    /// Copies the data folder for [`Self::restore`]. The cluster must be stopped.
    pub fn copy(&self) -> PathBuf {
        let copy = self.data_dir.join("postgres/data.copy");
        let copied = Command::new("cp").arg("-a").args([&self.data(), &copy]).status();
        assert!(copied.expect("cp is there").success(), "the folder is not copied");
        copy
    }

    /// Replaces the data folder by a copy, which loses all later writes. The cluster must be
    /// stopped.
    pub fn restore(&self, copy: &Path) {
        fs::remove_dir_all(self.data()).expect("the folder is writable");
        fs::rename(copy, self.data()).expect("the folder is writable");
    }

    fn data(&self) -> PathBuf {
        self.data_dir.join("postgres/data")
    }

    /// Sends SIGSTOP to all processes of the cluster; the kernel still accepts connections for
    /// them.
    pub fn freeze(&self) {
        // The postmaster first, so that it starts no more children.
        signal(Signal::STOP, &[self.postmaster()]);
        signal(Signal::STOP, &self.processes());
    }

    /// Sends SIGCONT to all processes of the cluster.
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

    /// Whether the postmaster runs; it may have ended by itself.
    pub fn is_running(&self) -> bool {
        self.recorded_postmaster().and_then(parent).is_some()
    }

    /// The process id of the postmaster.
    pub fn postmaster(&self) -> i32 {
        self.recorded_postmaster().expect("a running PostgreSQL has written its id")
    }

    /// The id in `postmaster.pid`, which exists while PostgreSQL runs and after it was killed.
    fn recorded_postmaster(&self) -> Option<i32> {
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
        let Some(postmaster) = self.recorded_postmaster() else { return };
        // Frozen processes ignore SIGQUIT. The data is not needed any more, so nothing is flushed.
        self.thaw();
        signal(Signal::QUIT, &[postmaster]);
        drop(running);
        while parent(postmaster).is_some() {
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

/// The parent of a process; none if the process has ended.
fn parent(id: i32) -> Option<i32> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    // The name in parentheses may contain any characters; state and parent follow it.
    let (_, rest) = stat.rsplit_once(") ")?;
    rest.split(' ').nth(1)?.parse().ok()
}
