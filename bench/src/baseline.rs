//! The baseline: PostgreSQL's own benchmark, calling one function in the same cluster.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use e2e::cluster::Cluster;
use fastops::cluster::OWNER;
use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection, Executor, PgConnection};
use tempfile::TempDir;
use tokio::process::Command;
use tokio::time::{sleep, timeout};

const DATABASE: &str = "baseline";

/// How long sessions may take to end after pgbench has ended.
const LEAVE_MAX: Duration = Duration::from_secs(10);

const SCRIPT: &str = "\\set branch random(1, :branches)\nSELECT place_order(:branch);\n";

/// How pgbench sends its calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// As text that is parsed and planned for every call, which is pgbench's default.
    Simple,
    /// Parsed and planned once: the least that a call could cost.
    Prepared,
}

impl Protocol {
    const fn name(self) -> &'static str {
        match self {
            Self::Simple => "simple",
            Self::Prepared => "prepared",
        }
    }
}

/// A database with the function that pgbench calls.
#[derive(Debug)]
pub(crate) struct Baseline {
    program: PathBuf,
    socket: PathBuf,
    folder: TempDir,
    /// A connection to another database, to see the sessions of this one.
    admin: PgConnectOptions,
}

impl Baseline {
    /// Creates the database.
    pub(crate) async fn prepare(cluster: &Cluster) -> Self {
        cluster.create(DATABASE).await;
        let mut owner = cluster.connect(DATABASE).await;
        owner.execute(include_str!("baseline.sql")).await.expect("the baseline's tables are made");
        let bin: String = sqlx::query_scalar("SELECT setting FROM pg_config WHERE name = 'BINDIR'")
            .fetch_one(&mut owner)
            .await
            .expect("the superuser may read it");
        let options = cluster.options(OWNER, DATABASE);
        let socket = options.get_socket().expect("the cluster listens on a socket").clone();
        let folder = tempfile::tempdir().expect("there is room for a script");
        fs::write(folder.path().join("script"), SCRIPT).expect("the folder is ours");
        Self {
            program: PathBuf::from(bin).join("pgbench"),
            socket,
            folder,
            admin: cluster.options(OWNER, "postgres"),
        }
    }

    /// The number of calls per second by so many clients, each for a random branch.
    pub(crate) async fn round(
        &self,
        protocol: Protocol,
        branches: usize,
        clients: usize,
        lasting: Duration,
    ) -> f64 {
        let output = Command::new(&self.program)
            .args(["--no-vacuum", "--protocol", protocol.name(), "--username", OWNER])
            .args(["--client", &clients.to_string(), "--jobs", &clients.min(2).to_string()])
            .args(["--time", &lasting.as_secs().to_string()])
            .args(["--define", &format!("branches={branches}")])
            .arg("--file")
            .arg(self.folder.path().join("script"))
            .arg("--host")
            .arg(&self.socket)
            .arg(DATABASE)
            .output()
            .await
            .expect("pgbench is installed with PostgreSQL");
        let text = String::from_utf8_lossy(&output.stdout);
        let rate = text.lines().find_map(|line| line.strip_prefix("tps = ")?.split(' ').next());
        let rate = rate.and_then(|rate| rate.parse().ok());
        timeout(LEAVE_MAX, self.until_all_left()).await.expect("pgbench's sessions end");
        rate.unwrap_or_else(|| panic!("{text}{}", String::from_utf8_lossy(&output.stderr)))
    }

    /// Waits until all sessions of pgbench have ended, since the cluster has no room for twice as
    /// many.
    async fn until_all_left(&self) {
        let mut admin = PgConnection::connect_with(&self.admin).await.expect("it answers");
        let query = "SELECT EXISTS (
            SELECT FROM pg_stat_activity WHERE datname = $1 AND backend_type = 'client backend'
        )";
        while sqlx::query_scalar(query)
            .bind(DATABASE)
            .fetch_one(&mut admin)
            .await
            .expect("the superuser may read it")
        {
            sleep(Duration::from_millis(5)).await;
        }
    }
}
