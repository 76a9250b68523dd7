//! A private Kafka broker that tests can kill and restart with or without its data.

use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use event_store::kafka::Topic;
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::time::{Duration, Instant, sleep};

/// How long a broker may take to start on a machine that runs other tests.
const STARTS_WITHIN: Duration = Duration::from_secs(90);

/// A private broker. Dropping it kills it and removes its data.
#[derive(Debug)]
pub struct Broker {
    child: Option<Child>,
    folder: TempDir,
    port: u16,
}

/// The broker that all tests of a run share; each test has a topic of its own.
pub fn shared(topic: &str) -> Topic {
    let brokers = std::env::var("FASTOPS_TEST_KAFKA")
        .expect("FASTOPS_TEST_KAFKA names no broker: run the tests with `make test`");
    Topic::new(brokers, format!("{topic}.{}", crate::fresh()))
}

impl Broker {
    /// Whether Kafka and Java are installed; downloads Kafka if it is missing.
    pub async fn is_installed() -> bool {
        let libs = Command::new(script()).arg("libs").stdin(Stdio::null()).output();
        let java = Command::new("java").arg("-version").stdin(Stdio::null()).output();
        let (libs, java) = tokio::join!(libs, java);
        [libs, java].into_iter().all(|ended| ended.is_ok_and(|output| output.status.success()))
    }

    /// Starts a broker without data.
    pub async fn start() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be created");
        let mut broker = Self { child: None, folder, port: free_ports() };
        broker.start_again().await;
        broker
    }

    /// A topic on this broker.
    pub fn topic(&self) -> Topic {
        Topic::new(self.address().to_string(), "fastops.events.v1")
    }

    /// The address of the broker, also while it is down.
    pub fn address(&self) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.port).into()
    }

    /// Sends SIGKILL and waits for the end.
    pub async fn kill(&mut self) {
        let mut child = self.child.take().expect("the broker runs");
        child.kill().await.expect("a child can be killed");
    }

    /// Deletes its data. The broker must be killed.
    pub fn lose_everything(&self) {
        fs::remove_dir_all(self.data()).expect("the folder is writable");
    }

    /// Starts it again with its data and on its port; waits until it listens.
    pub async fn start_again(&mut self) {
        let log = File::create(self.folder.path().join("log")).expect("the folder is writable");
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
            .expect("the script starts");
        let child = self.child.insert(child);
        let deadline = Instant::now() + STARTS_WITHIN;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, self.port));
        while TcpStream::connect(address).await.is_err() {
            let ended = child.try_wait().expect("the child's status is known");
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

/// A port that is free together with its successor.
fn free_ports() -> u16 {
    let is_free = |port| TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok();
    // Not the beginning of the id: that is the time, and tests start at the same time.
    let random = || u16::try_from(crate::fresh().as_u64_pair().1 % 2_000).unwrap_or_default();
    let chosen = (0..100).map(|_| 30_000 + random());
    let mut pairs = chosen.filter(|port| is_free(*port) && is_free(*port + 1));
    pairs.next().expect("two neighbouring ports are free")
}
