//! The program itself: `fastops serve --work` as a child process, to be killed like any other.

use std::fs::{self, File, Permissions};
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use aws_lc_rs::signature::Ed25519KeyPair;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use event_store::kafka::Topic;
use fastops::installation::Databases;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use sqlx::postgres::PgConnectOptions;
use tempfile::TempDir;
use tokio::process::{Child, Command};
use tokio::time::{Duration, Instant, sleep, timeout};

use crate::site::{MASTER_KEY, OPERATOR_TOKEN, SECRET};
use crate::system::PATIENCE;

/// A running server. Dropping it kills the process.
#[derive(Debug)]
pub struct Process {
    child: Child,
    /// Where it listens.
    pub address: SocketAddr,
    /// Where it is watched.
    pub ops: SocketAddr,
    log: Log,
}

/// What it writes to standard error.
#[derive(Debug)]
struct Log {
    _folder: TempDir,
    path: PathBuf,
}

impl Process {
    /// Starts the program on a database and waits until it listens, wherever the system has a port left.
    pub async fn serve(databases: &Databases) -> Self {
        Self::start(databases, &["--work"]).await
    }

    /// The same beside another one, which keeps the read models for both.
    pub async fn serve_beside(databases: &Databases) -> Self {
        Self::start(databases, &[]).await
    }

    /// One that may have so many files open, connections included; it keeps no read models.
    pub async fn serve_with_files(databases: &Databases, n_files: u32) -> Self {
        let limit = format!("ulimit -n {n_files} && exec \"$0\" \"$@\"");
        let mut shell = Command::new("sh");
        shell.arg("-c").arg(limit).arg(binary());
        Self::started_by(on(shell, databases), &[]).await
    }

    /// One of several that decide for a company in one place; it keeps no read models.
    pub async fn serve_peer(databases: &Databases) -> Self {
        Self::serve_peer_with(databases, &[]).await
    }

    /// The same with more on its command line.
    pub async fn serve_peer_with(databases: &Databases, more: &[&str]) -> Self {
        Self::start(databases, &[&["--peers"], more].concat()).await
    }

    /// Where it listens for other processes alone.
    ///
    /// # Panics
    /// If it does not.
    pub fn peer_address(&self) -> SocketAddr {
        let text = self.log.text();
        let found = text.lines().find_map(|line| listens_at(line, "peer_listen"));
        found.expect("it has certificates")
    }

    /// A server that publishes the log besides; nobody keeps the read models.
    pub async fn publish(databases: &Databases, topic: &Topic) -> Self {
        let kafka = ["--kafka-brokers", topic.brokers(), "--kafka-topic", topic.name()];
        Self::start(databases, &[&["--relay"], &kafka[..]].concat()).await
    }

    /// One that an operator has a token for, that signs tokens with an Ed25519 key, and that puts letters
    /// into `folder`. What it needs is written there.
    pub async fn serve_operator(databases: &Databases, folder: &Path) -> Self {
        let (operator, key) = (folder.join("operator"), folder.join("token.pem"));
        for (path, secret) in [(&operator, OPERATOR_TOKEN), (&key, &private_key())] {
            fs::write(path, secret).expect("the folder is ours");
            let own = Permissions::from_mode(0o600);
            fs::set_permissions(path, own).expect("the file is ours");
        }
        let (operator, key) = (operator.to_string_lossy(), key.to_string_lossy());
        let letters = folder.join("letters");
        let letters = letters.to_string_lossy();
        let tokens = ["--token-algorithm", "EdDSA", "--token-secret-file", &key];
        let operator = ["--operator-token-file", &operator, "--mail-folder", &letters];
        Self::start(databases, &[&["--work"], &tokens[..], &operator].concat()).await
    }

    async fn start(databases: &Databases, roles: &[&str]) -> Self {
        Self::started_by(program(databases), roles).await
    }

    async fn started_by(mut program: Command, roles: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("there is room for a log");
        let log = Log { path: folder.path().join("log"), _folder: folder };
        let file = File::create(&log.path).expect("the folder is ours");
        let secret = str::from_utf8(SECRET).expect("the secret is a text");
        let child = program
            .args(["serve", "--listen", "127.0.0.1:0"])
            .args(roles)
            .env("FASTOPS_TOKEN_SECRET", secret)
            .env("FASTOPS_MASTER_KEY", MASTER_KEY)
            .env("FASTOPS_RATE_PER_SESSION", "0")
            .env("FASTOPS_RATE_PER_TENANT", "0")
            .env_remove("FASTOPS_MASTER_KEY_FILE")
            .stdout(Stdio::null())
            .stderr(file)
            .spawn()
            .expect("the program can be run");
        let nowhere = ([127, 0, 0, 1], 0).into();
        let mut process = Self { child, address: nowhere, ops: nowhere, log };
        process.address = process.until_listening("listen").await;
        process.ops = process.until_listening(OPS).await;
        process
    }

    /// Gives the address that its log has under this name.
    async fn until_listening(&mut self, name: &str) -> SocketAddr {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let text = self.log.text();
            if let Some(address) = text.lines().find_map(|line| listens_at(line, name)) {
                return address;
            }
            let ended = self.child.try_wait().expect("a child can be waited for");
            assert!(
                ended.is_none() && Instant::now() < deadline,
                "it does not listen, {ended:?}; it says:\n{}",
                self.log.text()
            );
            sleep(Duration::from_millis(5)).await;
        }
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.child.id().expect("it is waited for only by who kills it")
    }

    /// What it counts, in the text format of Prometheus.
    pub async fn metrics(&self) -> String {
        let page = reqwest::get(format!("http://{}/metrics", self.ops)).await;
        page.expect("it is watched").text().await.expect("metrics are a text")
    }

    /// SIGSTOP: it is there and does nothing.
    pub fn freeze(&self) {
        self.signal(Signal::STOP);
    }

    /// SIGCONT: it goes on where it was.
    pub fn thaw(&self) {
        self.signal(Signal::CONT);
    }

    fn signal(&self, signal: Signal) {
        let id = Pid::from_raw(self.id().cast_signed()).expect("no process has the number 0");
        kill_process(id, signal).expect("it is this process's child");
    }

    /// Ends it in the middle of whatever it does, with SIGKILL.
    pub async fn kill(mut self) {
        self.child.kill().await.expect("a child can be killed");
    }

    /// Asks it to end, with SIGTERM, and waits until it has.
    ///
    /// # Panics
    /// If it does not, long after it should, or not well.
    pub async fn stop(mut self) {
        self.signal(Signal::TERM);
        let ended =
            timeout(PATIENCE, self.child.wait()).await.expect("it ends when it is asked to");
        let status = ended.expect("a child can be waited for");
        assert!(status.success(), "{status}; it says:\n{}", self.log.text());
    }

    /// Everything it has written to its log, once there is something like this in it: a request is
    /// written down after it was answered.
    ///
    /// # Panics
    /// If there is not, long after there should be.
    pub async fn log_with(&self, text: &str) -> String {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let log = self.log.text();
            if log.contains(text) {
                return log;
            }
            assert!(Instant::now() < deadline, "it does not say {text:?}, but:\n{log}");
            sleep(Duration::from_millis(5)).await;
        }
    }

    /// Everything it has written to its log.
    pub fn log(&self) -> String {
        self.log.text()
    }
}

impl Log {
    fn text(&self) -> String {
        fs::read_to_string(&self.path).expect("a log is text")
    }
}

/// A key that tokens are signed with, as `openssl genpkey -algorithm ed25519` writes one.
fn private_key() -> String {
    let pair = Ed25519KeyPair::generate().expect("the system has randomness");
    let der = pair.to_pkcs8v1().expect("a key can be written");
    let body = STANDARD.encode(der.as_ref());
    format!("-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----\n")
}

/// Runs another of its commands to the end. Whoever drops this kills it.
pub async fn tool(databases: &Databases, args: &[&str]) -> Output {
    let output = program(databases).args(args).output().await;
    output.expect("the program can be run")
}

/// The program on a database, in an environment that says nothing else.
fn program(databases: &Databases) -> Command {
    on(Command::new(binary()), databases)
}

/// The same for whatever starts the program.
fn on(mut program: Command, databases: &Databases) -> Command {
    program
        .env("FASTOPS_DATABASE_URL", address(&databases.app))
        .env("FASTOPS_PROJECTOR_DATABASE_URL", address(&databases.projector))
        .env("FASTOPS_OPS_LISTEN", "127.0.0.1:0")
        .env_remove("FASTOPS_TOKEN_SECRET_FILE")
        .env_remove("FASTOPS_LOG")
        .stdin(Stdio::null())
        .kill_on_drop(true);
    program
}

/// The name under which a log says where the process is watched.
pub(crate) const OPS: &str = "ops_listen";

/// The address in the line that says where it listens.
pub(crate) fn listens_at(line: &str, name: &str) -> Option<SocketAddr> {
    let line: Value = serde_json::from_str(line).ok()?;
    line[name].as_str()?.parse().ok()
}

/// The program that was built beside this one.
///
/// Building all of the workspace's tests builds it too; whoever builds only some names `-p fastops`.
pub(crate) fn binary() -> PathBuf {
    let here = std::env::current_exe().expect("a running program has a path");
    let found =
        here.ancestors().skip(1).map(|folder| folder.join("fastops")).find(|path| path.is_file());
    found.expect("fastops is not built: add `-p fastops` to the packages of this command")
}

/// The address of a database on a unix socket, as the environment gives it.
pub(crate) fn address(options: &PgConnectOptions) -> String {
    let socket = options.get_socket().expect("private clusters listen on a socket only");
    let database = options.get_database().expect("a database is named");
    format!("postgres://{}@localhost/{database}?host={}", options.get_username(), socket.display())
}
