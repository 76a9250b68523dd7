//! `fastops work` and `fastops relay` as child processes that tests can freeze and kill.

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
use crate::system::TIMEOUT;

/// A running process. Dropping it kills the process.
#[derive(Debug)]
pub struct Worker {
    child: Child,
    log: NamedTempFile,
}

/// What the process does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role<'a> {
    /// Keeps the read models from the log.
    Work,
    /// Keeps the read models from the topic.
    WorkFrom(&'a Topic),
    /// Publishes the log.
    Relay(&'a Topic),
    /// Publishes the log from after this position.
    RelayFrom(&'a Topic, u64),
}

impl Worker {
    /// Starts a process on a database.
    pub fn start(role: Role<'_>, databases: &Databases) -> Self {
        let log = NamedTempFile::new().expect("a temporary file can be created");
        let file = File::create(log.path()).expect("the file is writable");
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
            .expect("the program starts");
        Self { child, log }
    }

    /// Sends SIGKILL and waits for the end.
    pub async fn kill(mut self) {
        self.child.kill().await.expect("a child can be killed");
    }

    /// Sends SIGSTOP.
    pub fn freeze(&self) {
        self.signal(Signal::STOP);
    }

    /// Sends SIGCONT.
    pub fn thaw(&self) {
        self.signal(Signal::CONT);
    }

    /// Sends SIGTERM and waits for the end; returns whether the process succeeded.
    pub async fn end(mut self) -> bool {
        self.signal(Signal::TERM);
        self.ended().await
    }

    /// Waits for the end; returns whether the process succeeded.
    pub async fn ended(&mut self) -> bool {
        self.child.wait().await.expect("the child's status is known").success()
    }

    /// Whether the process still runs.
    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().expect("the child's status is known").is_none()
    }

    /// Waits until its log contains `text`.
    pub async fn until_logged(&self, text: &str) {
        let deadline = Instant::now() + TIMEOUT;
        while !self.log().contains(text) {
            assert!(Instant::now() < deadline, "the log lacks {text:?}");
            sleep(Duration::from_millis(50)).await;
        }
    }

    /// The address of its probes and metrics.
    pub async fn ops(&self) -> SocketAddr {
        self.until_logged(OPS).await;
        let found = |line| listens_at(line, OPS);
        self.log().lines().find_map(found).expect("a log line has the address")
    }

    /// Returns its log.
    pub fn log(&self) -> String {
        fs::read_to_string(self.log.path()).expect("the log is UTF-8")
    }

    fn signal(&self, signal: Signal) {
        let id = self.child.id().and_then(|id| Pid::from_raw(id.cast_signed()));
        kill_process(id.expect("the child has not been reaped"), signal)
            .expect("a child can be signalled");
    }
}

impl Drop for Worker {
    #[expect(
        clippy::print_stderr,
        reason = "the log of a failed process belongs to the test's output"
    )]
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("log of a process:\n{}", self.log());
        }
    }
}
