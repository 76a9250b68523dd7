//! An installation: the adapters of one database wired to the ports.

use std::sync::Arc;
use std::time::Duration;

use api::forwarding::{PeerTls, Peers};
use commands::deciders::Deciders;
use commands::engine::sources::{RandomIds, SystemClock};
use commands::{Clock, Commands, IdGenerator};
use event_store::EventStore;
use event_store::consumer::{Board, CommitSignal, Feed, Tail, WorkPermits};
use event_store::database::{pool, statement_pool};
use event_store::lease::Leases;
use event_store::postgres::PostgresStore;
use projections::ReadDb;
use projections::parking::Parking;
use sqlx::PgPool;
use sqlx::postgres::PgConnectOptions;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::processes::consumers::consumers;

/// Connections for read models and sign-in.
const APP_CONNECTIONS: u32 = 8;

/// Connections per role for the log; the command path needs few.
const STORE_CONNECTIONS: u32 = 6;

/// One connection per consumer, for the relay and for what processes send, and two to spare for leases
/// and housekeeping.
const PROJECTOR_CONNECTIONS: u32 = 12;

/// The interval between attempts to reach a log that does not answer.
const RETRY_INTERVAL: Duration = Duration::from_secs(1);

/// How to reach one database in each role.
#[derive(Debug, Clone)]
pub struct Databases {
    /// Owns the schema; only migrations connect like this.
    pub owner: PgConnectOptions,
    /// Everything else, behind row security.
    pub app: PgConnectOptions,
    /// Consumers and rebuilds.
    pub projector: PgConnectOptions,
}

/// Everything that a subcommand works with. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Installation {
    /// Executes commands.
    pub commands: Commands,
    /// Reads the read models.
    pub read_db: ReadDb,
    /// The log.
    pub store: Arc<PostgresStore>,
    /// Returns the time.
    pub clock: Arc<dyn Clock>,
    /// Makes ids.
    pub ids: Arc<dyn IdGenerator>,
    /// Connections of the application's role, for tables that are no read models.
    pub app: PgPool,
    /// Connections of consumers.
    pub projector: PgPool,
    /// Limits the concurrent background work of this process.
    pub permits: WorkPermits,
}

impl Installation {
    /// Wires everything up; connections are made when they are needed.
    pub fn new(databases: &Databases) -> Self {
        let (reading, following) = log_pools(databases);
        let store = Arc::new(PostgresStore::new(reading, following, databases.app.clone()));
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let ids: Arc<dyn IdGenerator> = Arc::new(RandomIds);
        let log: Arc<dyn EventStore> = store.clone();
        let commands = Commands::new(log, Arc::clone(&clock), Arc::clone(&ids));
        let app = pool(databases.app.clone(), APP_CONNECTIONS);
        let projector = projector_pool(databases);
        let (read_db, permits) = (ReadDb::new(app.clone()), WorkPermits::default());
        Self { commands, read_db, store, clock, ids, app, projector, permits }
    }

    /// The same with other connections, for tasks of another runtime: a connection is served by the runtime
    /// on which it was opened.
    #[must_use]
    pub fn with_new_connections(&self, databases: &Databases) -> Self {
        let (reading, following) = log_pools(databases);
        let app = pool(databases.app.clone(), APP_CONNECTIONS);
        Self {
            read_db: ReadDb::new(app.clone()),
            store: Arc::new(self.store.with_pools(reading, following)),
            app,
            projector: projector_pool(databases),
            ..self.clone()
        }
    }

    /// Makes this process one of several that take commands, which the others reach at `address`, over
    /// TLS if `tls` is given.
    pub fn peers(
        &self,
        address: String,
        tls: Option<&PeerTls>,
        shutdown: &CancellationToken,
    ) -> Peers {
        let node = self.ids.uuid();
        Peers::new(Deciders::join(self.app.clone(), node, address, shutdown.clone()), tls)
    }

    /// The decisions of operators about parked events.
    pub fn parking(&self) -> Parking {
        let store: Arc<dyn EventStore> = self.store.clone();
        Parking::new(store, self.projector.clone(), consumers())
    }

    /// The shared parts of consumers that report to this board.
    pub fn feed(&self, board: &Board, tail: Tail) -> Feed {
        let store: Arc<dyn EventStore> = self.store.clone();
        let (pool, permits) = (self.projector.clone(), self.permits.clone());
        Feed { store, pool, tail, permits, board: board.clone() }
    }

    /// The newest events of the log, read for all consumers of this process until `shutdown`.
    pub fn tail(&self, shutdown: &CancellationToken) -> Tail {
        let signal = CommitSignal::listen(&self.projector, shutdown.clone());
        Tail::follow(self.store.clone(), signal, shutdown.clone())
    }

    /// Leases of this process, under an id that is made here.
    pub fn leases(&self) -> Leases {
        Leases::new(self.projector.clone(), self.ids.uuid())
    }

    /// Waits until the log answers, and logs every failure. A failure that does not pass by itself is left to
    /// the next caller.
    pub async fn wait_for_log(&self, shutdown: &CancellationToken) {
        while let Err(error) = self.store.head().await {
            if !error.is_transient() || shutdown.is_cancelled() {
                return;
            }
            tracing::warn!(%error, "PostgreSQL cannot be reached: the process waits for it");
            shutdown.run_until_cancelled(sleep(RETRY_INTERVAL)).await;
        }
    }

    /// Keeps the states of commands in memory equal to the log until `shutdown`, so that commands need not
    /// read before they decide. Call it in every process that takes commands.
    pub fn follow(&self, shutdown: &CancellationToken) {
        let signal = CommitSignal::listen(&self.projector, shutdown.clone());
        let (commands, shutdown) = (self.commands.clone(), shutdown.clone());
        tokio::spawn(async move { commands.follow(signal, shutdown).await });
    }
}

/// The pools for reading the log, as the application and as the projector.
fn log_pools(databases: &Databases) -> (PgPool, PgPool) {
    let pool = |options: &PgConnectOptions| statement_pool(options.clone(), STORE_CONNECTIONS);
    (pool(&databases.app), pool(&databases.projector))
}

/// The pool for writing read models.
fn projector_pool(databases: &Databases) -> PgPool {
    // Custom plans, because a page of one event and a page of thousands need different ones, and read models
    // grow. No synchronous commit: rows and checkpoint of a page commit together, so a crash that loses them
    // only makes the page be applied again. No sequential scans: the rows to look up were written lately and
    // are in memory, so reading a whole table is never cheaper.
    let of_pages = [
        ("plan_cache_mode", "force_custom_plan"),
        ("synchronous_commit", "off"),
        ("random_page_cost", "1.1"),
    ];
    pool(databases.projector.clone().options(of_pages), PROJECTOR_CONNECTIONS)
}
