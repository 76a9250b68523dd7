//! A Kafka of one's own: to be killed, to come back with its data or without.

use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use event_store::kafka::Topic;
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::time::{Duration, Instant, sleep};

/// How long a broker may take to start on a machine that is busy with everybody's tests.
const STARTS_WITHIN: Duration = Duration::from_secs(90);

/// See the module. Everything of it ends with it.
#[derive(Debug)]
pub struct Broker {
    child: Option<Child>,
    folder: TempDir,
    port: u16,
}

/// The broker that all tests of a run share, each with a topic of its own.
pub fn shared(topic: &str) -> Topic {
    let brokers = std::env::var("FASTOPS_TEST_KAFKA")
        .expect("FASTOPS_TEST_KAFKA names no broker: run the tests with `make test`");
    Topic::new(brokers, format!("{topic}.{}", crate::fresh()))
}

impl Broker {
    /// Whether there is a Kafka on this machine, or it can be fetched.
    pub async fn is_installed() -> bool {
        let libs = Command::new(script()).arg("libs").stdin(Stdio::null()).output();
        let java = Command::new("java").arg("-version").stdin(Stdio::null()).output();
        let (libs, java) = tokio::join!(libs, java);
        [libs, java].into_iter().all(|ended| ended.is_ok_and(|output| output.status.success()))
    }

    /// Starts a broker with empty hands.
    pub async fn start() -> Self {
        let folder = tempfile::tempdir().expect("there is room for a broker");
        let mut broker = Self { child: None, folder, port: free_ports() };
        broker.start_again().await;
        broker
    }

    /// A topic of it.
    pub fn topic(&self) -> Topic {
        Topic::new(self.address().to_string(), "fastops.events.v1")
    }

    /// Where it listens, also while it does not.
    pub fn address(&self) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.port).into()
    }

    /// SIGKILL.
    pub async fn kill(&mut self) {
        let mut child = self.child.take().expect("it is killed while it is there");
        child.kill().await.expect("a child can be killed");
    }

    /// What it has kept is gone; for one that was killed.
    pub fn lose_everything(&self) {
        fs::remove_dir_all(self.data()).expect("the folder is ours");
    }

    /// Starts it with what it has kept, where it was, and waits until it listens.
    pub async fn start_again(&mut self) {
        let log = File::create(self.folder.path().join("log")).expect("the folder is ours");
        let errors = log.try_clone().expect("a file can be shared");
        let child = Command::new(script())
            .arg("run")
            .arg(self.data())
            .arg(self.port.to_string())
            .stdin(Stdio::null())
            .stdout(log)
            .stderr(errors)
            .kill_on_drop(true)
            .spawn()
            .expect("the script can be run");
        let child = self.child.insert(child);
        let deadline = Instant::now() + STARTS_WITHIN;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, self.port));
        while TcpStream::connect(address).await.is_err() {
            let ended = child.try_wait().expect("a child can be waited for");
            let in_time = ended.is_none() && Instant::now() < deadline;
            assert!(in_time, "Kafka does not start:\n{}", log_in(&self.folder));
            sleep(Duration::from_millis(50)).await;
        }
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("broker")
    }
}

fn log_in(folder: &TempDir) -> String {
    fs::read_to_string(folder.path().join("log")).unwrap_or_default()
}

fn script() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../scripts/kafka/broker.sh")
}

/// A port that is free together with the next one.
fn free_ports() -> u16 {
    let is_free = |port| TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok();
    // Not by the beginning of the id, which is the time: tests begin together.
    let random = || u16::try_from(crate::fresh().as_u64_pair().1 % 2_000).unwrap_or_default();
    let chosen = (0..100).map(|_| 30_000 + random());
    let mut pairs = chosen.filter(|port| is_free(*port) && is_free(*port + 1));
    pairs.next().expect("two neighbouring ports are free")
}
