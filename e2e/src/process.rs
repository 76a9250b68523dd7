//! `fastops serve` as a child process that tests can freeze and kill.

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
use crate::system::TIMEOUT;

/// A running server. Dropping it kills the process.
#[derive(Debug)]
pub struct Process {
    child: Child,
    /// The address of its API.
    pub address: SocketAddr,
    /// The address of its probes and metrics.
    pub ops: SocketAddr,
    log: Log,
}

/// The file that receives its standard error.
#[derive(Debug)]
struct Log {
    _folder: TempDir,
    path: PathBuf,
}

impl Process {
    /// Starts `serve --work` on a database and waits until it listens, on ports that the system
    /// chooses.
    pub async fn serve(databases: &Databases) -> Self {
        Self::start(databases, &["--work"]).await
    }

    /// Starts a server that keeps no read models; another process keeps them.
    pub async fn serve_without_work(databases: &Databases) -> Self {
        Self::start(databases, &[]).await
    }

    /// Starts a server whose process may have `n_files` files open, connections included. It keeps no
    /// read models.
    pub async fn serve_with_files(databases: &Databases, n_files: u32) -> Self {
        let limit = format!("ulimit -n {n_files} && exec \"$0\" \"$@\"");
        let mut shell = Command::new("sh");
        shell.arg("-c").arg(limit).arg(binary());
        Self::started_by(on(shell, databases), &[]).await
    }

    /// Starts a server with `--peers`: one of several of which one decides for a company. It keeps
    /// no read models.
    pub async fn serve_peer(databases: &Databases) -> Self {
        Self::serve_peer_with(databases, &[]).await
    }

    /// The same with more arguments.
    pub async fn serve_peer_with(databases: &Databases, more: &[&str]) -> Self {
        Self::start(databases, &[&["--peers"], more].concat()).await
    }

    /// The address on which it accepts other servers only.
    ///
    /// # Panics
    /// If the log has no such line.
    pub fn peer_address(&self) -> SocketAddr {
        let text = self.log.text();
        let found = text.lines().find_map(|line| listens_at(line, "peer_listen"));
        found.expect("it listens for peers")
    }

    /// Starts a server that also publishes the log; no process keeps the read models.
    pub async fn publish(databases: &Databases, topic: &Topic) -> Self {
        let kafka = ["--kafka-brokers", topic.brokers(), "--kafka-topic", topic.name()];
        Self::start(databases, &[&["--relay"], &kafka[..]].concat()).await
    }

    /// Starts a server that accepts an operator token, signs tokens with an Ed25519 key and writes
    /// e-mails to `folder`. Its secrets are files in `folder`.
    pub async fn serve_operator(databases: &Databases, folder: &Path) -> Self {
        let (operator, key) = (folder.join("operator"), folder.join("token.pem"));
        for (path, secret) in [(&operator, OPERATOR_TOKEN), (&key, &private_key())] {
            fs::write(path, secret).expect("the folder is writable");
            let owner_only = Permissions::from_mode(0o600);
            fs::set_permissions(path, owner_only).expect("its permissions can be set");
        }
        let (operator, key) = (operator.to_string_lossy(), key.to_string_lossy());
        let emails = folder.join("emails");
        let emails = emails.to_string_lossy();
        let tokens = ["--token-algorithm", "EdDSA", "--token-secret-file", &key];
        let operator = ["--operator-token-file", &operator, "--mail-folder", &emails];
        Self::start(databases, &[&["--work"], &tokens[..], &operator].concat()).await
    }

    async fn start(databases: &Databases, roles: &[&str]) -> Self {
        Self::started_by(program(databases), roles).await
    }

    async fn started_by(mut program: Command, roles: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be created");
        let log = Log { path: folder.path().join("log"), _folder: folder };
        let file = File::create(&log.path).expect("the folder is writable");
        let secret = str::from_utf8(SECRET).expect("the secret is UTF-8");
        let child = program
            .args(["serve", "--listen", "127.0.0.1:0"])
            .args(roles)
            .env("FASTOPS_TOKEN_SECRET", secret)
            .env("FASTOPS_MASTER_KEY", MASTER_KEY)
            .env("FASTOPS_RATE_PER_SESSION", "0")
            .env("FASTOPS_RATE_PER_TENANT", "0")
            .env("FASTOPS_SHUTDOWN_DELAY", "0")
            .env_remove("FASTOPS_MASTER_KEY_FILE")
            .stdout(Stdio::null())
            .stderr(file)
            .spawn()
            .expect("the program starts");
        let unknown = ([127, 0, 0, 1], 0).into();
        let mut process = Self { child, address: unknown, ops: unknown, log };
        process.address = process.until_listening("listen").await;
        process.ops = process.until_listening(OPS).await;
        process
    }

    /// Waits for the address that its log gives under this name.
    async fn until_listening(&mut self, name: &str) -> SocketAddr {
        let deadline = Instant::now() + TIMEOUT;
        loop {
            let text = self.log.text();
            if let Some(address) = text.lines().find_map(|line| listens_at(line, name)) {
                return address;
            }
            let ended = self.child.try_wait().expect("the child's status is known");
            assert!(
                ended.is_none() && Instant::now() < deadline,
                "the server does not listen, {ended:?}; its log:\n{}",
                self.log.text()
            );
            sleep(Duration::from_millis(5)).await;
        }
    }

    /// The process id.
    pub fn id(&self) -> u32 {
        self.child.id().expect("the child has not been reaped")
    }

    /// Returns its metrics in the text format of Prometheus.
    pub async fn metrics(&self) -> String {
        let page = reqwest::get(format!("http://{}/metrics", self.ops)).await;
        page.expect("it serves metrics").text().await.expect("metrics are UTF-8")
    }

    /// Sends SIGSTOP.
    pub fn freeze(&self) {
        self.signal(Signal::STOP);
    }

    /// Sends SIGCONT.
    pub fn thaw(&self) {
        self.signal(Signal::CONT);
    }

    fn signal(&self, signal: Signal) {
        let id = Pid::from_raw(self.id().cast_signed()).expect("a process id is not 0");
        kill_process(id, signal).expect("it is this process's child");
    }

    /// Sends SIGKILL and waits for the end.
    pub async fn kill(mut self) {
        self.child.kill().await.expect("a child can be killed");
    }

    /// Sends SIGTERM.
    pub fn terminate(&self) {
        self.signal(Signal::TERM);
    }

    /// Sends SIGTERM and waits for the end.
    ///
    /// # Panics
    /// If it does not end within [`TIMEOUT`], or ends with an error.
    pub async fn stop(self) {
        self.terminate();
        self.ended().await;
    }

    /// Waits for the end after SIGTERM.
    ///
    /// # Panics
    /// As [`Self::stop`].
    pub async fn ended(mut self) {
        let ended = timeout(TIMEOUT, self.child.wait()).await.expect("it ends on SIGTERM");
        let status = ended.expect("the child's status is known");
        assert!(status.success(), "{status}; its log:\n{}", self.log.text());
    }

    /// Waits until its log contains `text` and returns the log. The line about a request is written
    /// after the answer.
    ///
    /// # Panics
    /// If the text does not appear within [`TIMEOUT`].
    pub async fn log_with(&self, text: &str) -> String {
        let deadline = Instant::now() + TIMEOUT;
        loop {
            let log = self.log.text();
            if log.contains(text) {
                return log;
            }
            assert!(Instant::now() < deadline, "the log lacks {text:?}:\n{log}");
            sleep(Duration::from_millis(5)).await;
        }
    }

    /// Returns its log.
    pub fn log(&self) -> String {
        self.log.text()
    }
}

impl Log {
    fn text(&self) -> String {
        fs::read_to_string(&self.path).expect("the log is UTF-8")
    }
}

/// A private key for tokens in PEM, as `openssl genpkey -algorithm ed25519` writes it.
fn private_key() -> String {
    let pair = Ed25519KeyPair::generate().expect("the system has randomness");
    let der = pair.to_pkcs8v1().expect("the key can be encoded");
    let body = STANDARD.encode(der.as_ref());
    format!("-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----\n")
}

/// Runs another subcommand to its end. Dropping the future kills the process.
pub async fn tool(databases: &Databases, args: &[&str]) -> Output {
    let output = program(databases).args(args).output().await;
    output.expect("the program starts")
}

/// The program with the settings of a database and no others.
fn program(databases: &Databases) -> Command {
    on(Command::new(binary()), databases)
}

/// The same for a command that starts the program.
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

/// The field of the log line with the address of probes and metrics.
pub(crate) const OPS: &str = "ops_listen";

/// The address in the field `name` of a log line.
pub(crate) fn listens_at(line: &str, name: &str) -> Option<SocketAddr> {
    let line: Value = serde_json::from_str(line).ok()?;
    line[name].as_str()?.parse().ok()
}

/// The path of the `fastops` binary in the target folder of this test.
///
/// Building the tests of the whole workspace builds it; to build single packages, add `-p fastops`.
pub(crate) fn binary() -> PathBuf {
    let here = std::env::current_exe().expect("a running program has a path");
    let found =
        here.ancestors().skip(1).map(|folder| folder.join("fastops")).find(|path| path.is_file());
    found.expect("fastops is not built: add `-p fastops` to the packages of this command")
}

/// The URL of a database on a unix socket.
pub(crate) fn address(options: &PgConnectOptions) -> String {
    let socket = options.get_socket().expect("private clusters listen on a socket only");
    let database = options.get_database().expect("a database is named");
    format!("postgres://{}@localhost/{database}?host={}", options.get_username(), socket.display())
}
