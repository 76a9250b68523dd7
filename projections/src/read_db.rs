//! The only way to read: a transaction that belongs to one tenant.

use std::collections::BTreeSet;
use std::time::Duration;

use domain::shared::{IncarnationId, TenantId};
use event_store::database::is_away;
use event_store::{Position, lane};
use serde::{Deserialize, Serialize};
use sqlx::{AssertSqlSafe, PgConnection, PgPool, Postgres, Transaction};
use tokio::time::{Instant, sleep};
use uuid::Uuid;

/// The pause before a checkpoint is reread; it doubles each time.
const LOOK_AGAIN_MIN: Duration = Duration::from_millis(4);

/// The longest such pause.
const LOOK_AGAIN_MAX: Duration = Duration::from_millis(64);

/// The read models, for callers that name a tenant.
///
/// It never lends its pool. Connections are of the application's role, which sees no row without a
/// tenant; queries name the tenant besides.
#[derive(Debug, Clone)]
pub struct ReadDb {
    pool: PgPool,
}

/// A consistent view of one tenant's read models. Dropping it is as good as finishing it.
#[derive(Debug)]
pub struct TenantTx {
    tx: Transaction<'static, Postgres>,
    tenant: TenantId,
}

/// A position in one incarnation of the log; clients get it inside opaque tokens only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogPlace {
    /// The incarnation of the log.
    pub incarnation: IncarnationId,
    /// Where in it.
    pub position: Position,
}

/// How a wait for read models ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waited {
    /// They include everything up to the position.
    Reached,
    /// They did not get there in time.
    Behind,
    /// The position is in another incarnation of the log and is never reached.
    AnotherLog,
}

/// Why something could not be read. There are no refusals here: what does not exist is `None`.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The database is away or has too much to do; a later try may succeed.
    #[error("the database is not available")]
    Unavailable(#[source] sqlx::Error),
    /// A query or what it found is wrong.
    #[error("the read model could not be read")]
    Defect(#[source] sqlx::Error),
}

impl From<sqlx::Error> for ReadError {
    fn from(error: sqlx::Error) -> Self {
        if is_away(&error) { Self::Unavailable(error) } else { Self::Defect(error) }
    }
}

impl ReadDb {
    /// Reads through connections of the application's role, from
    /// [`event_store::database::pool`], which rolls back the transaction that a returned connection has open.
    pub fn new(pool: PgPool) -> Self {
        Self { pool }
    }

    /// Begins to read what belongs to `tenant`; one message to the database.
    pub async fn tenant(&self, tenant: TenantId) -> Result<TenantTx, ReadError> {
        // Only the digits and hyphens of a UUID get into the text. Repeatable read, so that the results of
        // several queries come from one state of the read models.
        let begin = format!(
            "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
             SELECT set_config('app.tenant_id', '{}', true)",
            tenant.uuid()
        );
        let tx = self.pool.begin_with(AssertSqlSafe(begin)).await?;
        Ok(TenantTx { tx, tenant })
    }

    /// Waits until each of `consumers` has reached `place` in the tenant's lane.
    pub async fn wait_for(
        &self,
        tenant: TenantId,
        consumers: &[&str],
        place: LogPlace,
        timeout: Duration,
    ) -> Result<Waited, ReadError> {
        let consumers: BTreeSet<&str> = consumers.iter().copied().collect();
        let names: Vec<&str> = consumers.into_iter().collect();
        let deadline = Instant::now() + timeout;
        let mut pause = LOOK_AGAIN_MIN;
        loop {
            let checkpoints: Vec<(Uuid, i64)> = sqlx::query_as(
                "SELECT incarnation, position
                 FROM checkpoints
                 WHERE consumer = ANY ($1) AND lane = $2",
            )
            .bind(&names)
            .bind(lane::of(tenant).cast_signed())
            .fetch_all(&self.pool)
            .await?;
            if checkpoints.iter().any(|(log, _)| *log != place.incarnation.uuid()) {
                return Ok(Waited::AnotherLog);
            }
            let reached = |(_, position): &(Uuid, i64)| *position >= place.position.to_i64();
            if checkpoints.len() == names.len() && checkpoints.iter().all(reached) {
                return Ok(Waited::Reached);
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(Waited::Behind);
            }
            sleep(pause.min(left)).await;
            pause = (pause * 2).min(LOOK_AGAIN_MAX);
        }
    }
}

impl TenantTx {
    /// Whose read models these are.
    pub fn tenant(&self) -> TenantId {
        self.tenant
    }

    /// Up to where `consumer` has worked off the tenant's events, in the state that is read here;
    /// nothing when it never ran.
    pub async fn place_of(&mut self, consumer: &str) -> Result<Option<LogPlace>, ReadError> {
        let place: Option<(Uuid, i64)> = sqlx::query_as(
            "SELECT incarnation, position
             FROM checkpoints
             WHERE consumer = $1 AND lane = $2",
        )
        .bind(consumer)
        .bind(lane::of(self.tenant).cast_signed())
        .fetch_optional(&mut *self.tx)
        .await?;
        Ok(place.map(|(incarnation, position)| LogPlace {
            incarnation: IncarnationId::from_uuid(incarnation),
            position: Position::from_i64(position),
        }))
    }

    /// Gives the connection back at once.
    pub async fn finish(self) -> Result<(), ReadError> {
        Ok(self.tx.commit().await?)
    }

    /// The tenant's id as queries name it, and the connection that they run on.
    pub(crate) fn parts(&mut self) -> (Uuid, &mut PgConnection) {
        (self.tenant.uuid(), &mut self.tx)
    }
}
