//! The program as `fastops work` and `fastops relay`: child processes, to be frozen and killed.

use std::fs::{self, File};
use std::net::SocketAddr;
use std::process::Stdio;

use event_store::kafka::Topic;
use fastops::installation::Databases;
use rustix::process::{Pid, Signal, kill_process};
use tempfile::NamedTempFile;
use tokio::process::{Child, Command};
use tokio::time::{Duration, Instant, sleep};

use crate::process::{OPS, address, binary, listens_at};
use crate::system::PATIENCE;

/// A running process. Dropping it kills it.
#[derive(Debug)]
pub struct Worker {
    child: Child,
    log: NamedTempFile,
}

/// What kind of process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role<'a> {
    /// Keeps the read models from the log.
    Work,
    /// Keeps the read models from the topic.
    WorkFrom(&'a Topic),
    /// Publishes the log.
    Relay(&'a Topic),
    /// The same, beginning with what comes after a position.
    RelayFrom(&'a Topic, u64),
}

impl Worker {
    /// Starts a process on a database.
    pub fn start(role: Role<'_>, databases: &Databases) -> Self {
        let log = NamedTempFile::new().expect("there is room for a log");
        let file = File::create(log.path()).expect("the file is ours");
        let mut command = Command::new(binary());
        match role {
            Role::Work => command.args(["work", "--feed", "log"]),
            Role::WorkFrom(_) => command.args(["work", "--feed", "kafka"]),
            Role::Relay(_) => command.arg("relay"),
            Role::RelayFrom(_, from) => command.args(["relay", "--from", &from.to_string()]),
        };
        if let Role::WorkFrom(topic) | Role::Relay(topic) | Role::RelayFrom(topic, _) = role {
            command
                .env("FASTOPS_KAFKA_BROKERS", topic.brokers())
                .env("FASTOPS_KAFKA_TOPIC", topic.name());
        }
        let child = command
            .env("FASTOPS_DATABASE_URL", address(&databases.app))
            .env("FASTOPS_PROJECTOR_DATABASE_URL", address(&databases.projector))
            .env("FASTOPS_OPS_LISTEN", "127.0.0.1:0")
            .env_remove("FASTOPS_LOG")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(file)
            .kill_on_drop(true)
            .spawn()
            .expect("the program can be run");
        Self { child, log }
    }

    /// Ends it in the middle of whatever it does, with SIGKILL.
    pub async fn kill(mut self) {
        self.child.kill().await.expect("a child can be killed");
    }

    /// Stops it where it is.
    pub fn freeze(&self) {
        self.signal(Signal::STOP);
    }

    /// Lets it go on.
    pub fn thaw(&self) {
        self.signal(Signal::CONT);
    }

    /// Asks it to end, and waits until it has; says whether it was successful.
    pub async fn end(mut self) -> bool {
        self.signal(Signal::TERM);
        self.ended().await
    }

    /// Waits until it has ended; says whether it was successful.
    pub async fn ended(&mut self) -> bool {
        self.child.wait().await.expect("a child can be waited for").success()
    }

    /// Whether it still runs.
    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().expect("a child can be waited for").is_none()
    }

    /// Waits until it has written something like this to its log.
    pub async fn until_said(&self, text: &str) {
        let deadline = Instant::now() + PATIENCE;
        while !self.log().contains(text) {
            assert!(Instant::now() < deadline, "it does not say {text:?}");
            sleep(Duration::from_millis(50)).await;
        }
    }

    /// Where it is watched.
    pub async fn ops(&self) -> SocketAddr {
        self.until_said(OPS).await;
        let found = |line| listens_at(line, OPS);
        self.log().lines().find_map(found).expect("it says so in one line")
    }

    /// Everything it has written to its log.
    pub fn log(&self) -> String {
        fs::read_to_string(self.log.path()).expect("a log is text")
    }

    fn signal(&self, signal: Signal) {
        let id = self.child.id().and_then(|id| Pid::from_raw(id.cast_signed()));
        kill_process(id.expect("it has not been waited for"), signal).expect("a child is ours");
    }
}

impl Drop for Worker {
    #[expect(clippy::print_stderr, reason = "whoever reads of the failure wants to know")]
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("a process has said:\n{}", self.log());
        }
    }
}
