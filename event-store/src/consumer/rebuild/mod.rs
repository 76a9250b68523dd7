//! Rebuilds read models from the log while the live ones are in use, and exchanges them.
//!
//! The consumers' code runs on empty tables of the same names in another schema, with pages that are much
//! larger than the live ones; its connections see no other schema, so it cannot change the live rows. The
//! rebuilt tables follow the live checkpoints and never overtake them: so both can be
//! [compared](Rebuilt::compare) at the same positions, and the [exchange](Rebuilt::exchange) does not change
//! the checkpoints.
//!
//! A rebuild that dies leaves the live tables unchanged; the next one starts over.

mod compare;
mod exchange;
mod lane_positions;
mod load;
mod rebuilt;

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use sqlx::error::DatabaseError;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{Connection, PgConnection, PgPool};
use tokio::time::sleep;

pub use compare::{Compared, Differing, How};
pub use rebuilt::Rebuilt;

use super::{ConsumerError, Projection, Stopped};
use crate::database::pool;
use crate::error::Error;
use crate::event::RecordedEvent;
use crate::store::EventStore;
use crate::stream::Position;

/// How often a page is asked for while the log has too much to do.
const READS_MAX: u32 = 10;

/// The pause between two such tries.
const READ_AGAIN: Duration = Duration::from_secs(1);

/// The name under which a rebuild keeps others out of its database.
const LOCK: i64 = 7_020;

/// How long one waits for another that may just have ended: PostgreSQL takes a moment to notice.
const LOCK_WAIT: (&str, &str) = ("lock_timeout", "2s");

/// The error code of PostgreSQL when that is over.
const LOCK_NOT_AVAILABLE: &str = "55P03";

/// Every read model needs one for itself, and one to look at the live rows.
const CONNECTIONS: u32 = 16;

/// How far a rebuild has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// Events up to `position` of `end` are being applied.
    Loading {
        /// Up to where the log was read.
        position: Position,
        /// Up to where it has to be read.
        end: Position,
    },
    /// Everything is loaded; the tables get their indexes and walls.
    Finishing,
}

/// Why read models are not built or exchanged. What is live is as it was.
#[derive(Debug, thiserror::Error)]
pub enum RebuildError {
    /// One at a time.
    #[error("another rebuild is running in this database")]
    AnotherRuns,
    /// The exchange has to be alone with the tables for a moment and never was.
    #[error("the live tables of {consumer} were in use all the time: try again when less is read")]
    InUse {
        /// Whose tables.
        consumer: &'static str,
    },
    /// There is nothing to go back to.
    #[error("no earlier tables of {consumer} are kept")]
    NothingKept {
        /// Whose tables.
        consumer: &'static str,
    },
    /// What is kept or live belongs to another log.
    #[error(transparent)]
    Stopped(#[from] Stopped),
    /// The events or the database.
    #[error(transparent)]
    Consumer(#[from] ConsumerError),
}

impl From<sqlx::Error> for RebuildError {
    fn from(error: sqlx::Error) -> Self {
        Self::Consumer(error.into())
    }
}

impl From<Error> for RebuildError {
    fn from(error: Error) -> Self {
        Self::Consumer(error.into())
    }
}

/// A rebuild of read models. While it lives, no other can begin in the same database.
pub struct Rebuild {
    site: Site,
    _lock: PgConnection,
}

impl fmt::Debug for Rebuild {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rebuild").finish_non_exhaustive()
    }
}

/// The log and both sides of a rebuild.
#[derive(Clone)]
struct Site {
    store: Arc<dyn EventStore>,
    /// Connections whose search path is the live schema.
    live: PgPool,
    /// Connections whose search path is the schema of the rebuilt tables only.
    shadow: PgPool,
}

impl Rebuild {
    /// Begins, unless another one runs and does not end within two seconds. `projector` connects as the projector's role.
    pub async fn begin(
        store: Arc<dyn EventStore>,
        projector: &PgConnectOptions,
    ) -> Result<Self, RebuildError> {
        let lock = lock(projector).await?;
        // Rebuilt rows that a crash of the database loses are built again, or were committed before an
        // exchange with a durable commit, which makes them durable too.
        let of_shadow = [
            ("search_path", "rebuild"),
            ("plan_cache_mode", "force_custom_plan"),
            ("synchronous_commit", "off"),
            ("jit", "off"),
        ];
        let shadow = PgPoolOptions::new().max_connections(CONNECTIONS);
        let shadow = shadow.connect_lazy_with(projector.clone().options(of_shadow));
        Ok(Self {
            site: Site { store, live: pool(projector.clone(), CONNECTIONS), shadow },
            _lock: lock,
        })
    }

    /// Builds these read models together, so that the log is read once. Nothing live changes.
    pub async fn build(
        &self,
        projections: Vec<Arc<dyn Projection>>,
        progress: &(dyn Fn(Progress) + Sync),
    ) -> Result<Vec<Rebuilt>, RebuildError> {
        let mut building = Vec::with_capacity(projections.len());
        for projection in projections {
            building.push(Rebuilt::begin(self.site.clone(), projection).await?);
        }
        let loaded = load::load(&self.site, building, progress).await?;
        progress(Progress::Finishing);
        load::finish(loaded).await
    }

    /// Replaces the live tables of a read model with the ones before the exchange; the replaced ones are
    /// kept. The consumer goes on from the checkpoints of the tables.
    pub async fn roll_back(&self, projection: &dyn Projection) -> Result<(), RebuildError> {
        exchange::roll_back(&self.site, projection).await
    }
}

/// Holds the lock as long as it lives.
async fn lock(projector: &PgConnectOptions) -> Result<PgConnection, RebuildError> {
    let mut lock = PgConnection::connect_with(&projector.clone().options([LOCK_WAIT])).await?;
    match sqlx::query("SELECT pg_advisory_lock($1)").bind(LOCK).execute(&mut lock).await {
        Ok(_) => Ok(lock),
        Err(error) if code(&error).as_deref() == Some(LOCK_NOT_AVAILABLE) => {
            Err(RebuildError::AnotherRuns)
        }
        Err(error) => Err(error.into()),
    }
}

/// What PostgreSQL calls an error.
fn code(error: &sqlx::Error) -> Option<Cow<'_, str>> {
    error.as_database_error().and_then(DatabaseError::code)
}

/// The next events; retried while the log is overloaded.
async fn read(
    store: &dyn EventStore,
    after: Position,
    limit: u32,
) -> Result<Vec<RecordedEvent>, Error> {
    let mut tries = 1;
    loop {
        match store.read_all(after, limit).await {
            Err(error) if error.is_transient() && tries < READS_MAX => {
                tracing::warn!(%error, tries, "the rebuild could not read the log and tries again");
                tries += 1;
                sleep(READ_AGAIN).await;
            }
            outcome => return outcome,
        }
    }
}
