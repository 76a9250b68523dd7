//! An installation: the adapters of one database wired to the ports.

use std::sync::Arc;

use commands::sources::{RandomIds, SystemClock};
use commands::{Clock, Commands, IdGenerator};
use event_store::EventStore;
use event_store::consumer::Doorbell;
use event_store::postgres::{PostgresStore, migrate, pool, statement_pool};
use projections::ReadDb;
use projections::parking::Parking;
use sqlx::PgPool;
use sqlx::postgres::PgConnectOptions;
use tokio_util::sync::CancellationToken;

use crate::projecting::consumers;

/// Connections that read models and sign-in are read through.
const APP_CONNECTIONS: u32 = 8;

/// Connections per role that the log is read through; the command path needs few.
const STORE_CONNECTIONS: u32 = 6;

/// One connection per consumer, one for what processes send, and one to spare for housekeeping.
const PROJECTOR_CONNECTIONS: u32 = 8;

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
    /// What people may ask.
    pub commands: Commands,
    /// What people may see.
    pub read_db: ReadDb,
    /// The log.
    pub store: Arc<PostgresStore>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Makes ids.
    pub ids: Arc<dyn IdGenerator>,
    /// Connections of the application's role, for tables that are no read models.
    pub app: PgPool,
    /// Connections of consumers.
    pub projector: PgPool,
}

impl Installation {
    /// Wires everything up; connections are made when they are needed.
    pub fn new(databases: &Databases) -> Self {
        let app = pool(databases.app.clone(), APP_CONNECTIONS);
        // A page of one event and a page of thousands want different plans, and read models grow.
        // Rows and checkpoint of a page commit together, so a crash that loses them only makes the
        // page be applied again: its commit need not wait for the disk.
        let of_pages = [("plan_cache_mode", "force_custom_plan"), ("synchronous_commit", "off")];
        let projector = databases.projector.clone().options(of_pages);
        let projector = pool(projector, PROJECTOR_CONNECTIONS);
        let store = Arc::new(PostgresStore::new(
            statement_pool(databases.app.clone(), STORE_CONNECTIONS),
            statement_pool(databases.projector.clone(), STORE_CONNECTIONS),
            databases.app.clone(),
        ));
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let ids: Arc<dyn IdGenerator> = Arc::new(RandomIds);
        let log: Arc<dyn EventStore> = store.clone();
        let commands = Commands::new(log, Arc::clone(&clock), Arc::clone(&ids));
        Self { commands, read_db: ReadDb::new(app.clone()), store, clock, ids, app, projector }
    }

    /// Where the events that its consumers have parked are decided about.
    pub fn parking(&self) -> Parking {
        let store: Arc<dyn EventStore> = self.store.clone();
        Parking::new(store, self.projector.clone(), consumers())
    }

    /// Keeps what commands have in memory like the log until `shutdown`, so that they need not read
    /// before they decide. For every process that takes commands.
    pub fn follow(&self, shutdown: &CancellationToken) {
        let doorbell = Doorbell::listen(&self.projector, shutdown.clone());
        let (commands, shutdown) = (self.commands.clone(), shutdown.clone());
        tokio::spawn(async move { commands.follow(doorbell, shutdown).await });
    }
}

/// Brings the database to this release's schema.
pub async fn migrate_schema(databases: &Databases) -> Result<(), sqlx::migrate::MigrateError> {
    let owner = pool(databases.owner.clone(), 1);
    let outcome = migrate(&owner).await;
    owner.close().await;
    outcome
}
