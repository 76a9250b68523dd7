//! Exchanges live tables for rebuilt ones, and back.

use std::time::Duration;

use domain::shared::IncarnationId;
use serde_json::Value;
use sqlx::PgConnection;
use sqlx::types::Json;
use tokio::time::sleep;
use uuid::Uuid;

use super::lane_positions::LanePositions;
use super::rebuilt::Held;
use super::{RebuildError, Rebuilt, Site, code};
use crate::consumer::parking::{Parked, park};
use crate::consumer::writer::BEGIN_DURABLE;
use crate::consumer::{Projection, Stopped};
use crate::lane::LANES;
use crate::store::Head;

/// How often the live tables are asked for.
const TRIES: u32 = 30;

/// The pause between two tries, in which waiting transactions proceed.
const TRY_AGAIN: Duration = Duration::from_millis(500);

/// How long an autovacuum may take to leave the live tables.
const RESERVE: &str = "SET LOCAL statement_timeout = '10s'";

/// How long readers wait for an exchange at most. Shorter than what PostgreSQL waits before it looks
/// for deadlocks, so that it is never a reader who is sent away.
const EXCHANGE: &str = "SET LOCAL statement_timeout = '500ms'";

impl Rebuilt {
    /// Replaces the live tables in one transaction; those are kept for a
    /// [rollback](super::Rebuild::roll_back).
    ///
    /// The live consumer goes on from its checkpoints. If its rows do not belong to this log, it begins again
    /// where the rebuilt ones end.
    pub async fn exchange(mut self) -> Result<(), RebuildError> {
        self.catch_up().await?;
        for _ in 0..TRIES {
            if self.try_exchange().await? {
                return Ok(());
            }
            sleep(TRY_AGAIN).await;
        }
        Err(RebuildError::InUse { consumer: self.name() })
    }

    async fn try_exchange(&mut self) -> Result<bool, RebuildError> {
        let site = self.site.clone();
        let name = self.name();
        let log = site.store.head().await?;
        let mut tx = site.live.begin_with(BEGIN_DURABLE).await?;
        if !reserve(&mut tx, self.projection.as_ref()).await? {
            return Ok(false);
        }
        let live = LanePositions::lock_live(&mut tx, name, log).await?;
        let goal = live.clone().unwrap_or_else(|| LanePositions::at(log.position));
        self.advance(&goal).await?;
        keep(&mut tx, name).await?;
        if !exchange(&mut tx, self.projection.as_ref(), "rebuild").await? {
            return Ok(false);
        }
        if live.is_none() {
            begin_at(&mut tx, name, log).await?;
        }
        let parked: Vec<Parked<'_>> = self.parked.iter().map(Held::as_parked).collect();
        unpark(&mut tx, name).await?;
        park(&mut tx, name, &parked, 1).await?;
        pass_discarded(&mut tx, name).await?;
        tx.commit().await?;
        Ok(true)
    }
}

/// See [`Rebuild::roll_back`](super::Rebuild::roll_back).
pub(super) async fn roll_back(
    site: &Site,
    projection: &dyn Projection,
) -> Result<(), RebuildError> {
    for _ in 0..TRIES {
        if try_roll_back(site, projection).await? {
            return Ok(());
        }
        sleep(TRY_AGAIN).await;
    }
    Err(RebuildError::InUse { consumer: projection.name() })
}

async fn try_roll_back(site: &Site, projection: &dyn Projection) -> Result<bool, RebuildError> {
    let name = projection.name();
    let log = site.store.head().await?;
    let mut tx = site.live.begin_with(BEGIN_DURABLE).await?;
    if !reserve(&mut tx, projection).await? {
        return Ok(false);
    }
    LanePositions::lock_live(&mut tx, name, log).await?;
    let (of_log, checkpoints, parked) = kept(&mut tx, name).await?;
    if of_log != log.incarnation {
        let (checkpoints, log) = (of_log, log.incarnation);
        return Err(Stopped::AnotherLog { checkpoints, log }.into());
    }
    keep(&mut tx, name).await?;
    if !exchange(&mut tx, projection, "previous").await? {
        return Ok(false);
    }
    go_back_to(&mut tx, &checkpoints).await?;
    unpark(&mut tx, name).await?;
    sqlx::query(
        "INSERT INTO consumer_parked
         SELECT * FROM jsonb_populate_recordset(NULL::consumer_parked, $1)",
    )
    .bind(parked)
    .execute(&mut *tx)
    .await?;
    pass_discarded(&mut tx, name).await?;
    tx.commit().await?;
    Ok(true)
}

/// Locks the live tables against all but readers and the consumer; false after a timeout.
async fn reserve(tx: &mut PgConnection, projection: &dyn Projection) -> Result<bool, sqlx::Error> {
    sqlx::raw_sql(RESERVE).execute(&mut *tx).await?;
    let reserved =
        sqlx::query("SELECT rebuild_reserve($1)").bind(projection.tables()).execute(&mut *tx).await;
    sqlx::raw_sql("SET LOCAL statement_timeout = 0").execute(tx).await.ok();
    in_time(reserved.map(|_| ()))
}

/// Readers wait from here on until the transaction ends; false if they did not leave soon enough.
async fn exchange(
    tx: &mut PgConnection,
    projection: &dyn Projection,
    origin: &str,
) -> Result<bool, sqlx::Error> {
    sqlx::raw_sql(EXCHANGE).execute(&mut *tx).await?;
    let exchanged = sqlx::query("SELECT rebuild_exchange($1, $2)")
        .bind(projection.tables())
        .bind(origin)
        .execute(tx)
        .await;
    in_time(exchanged.map(|_| ()))
}

fn in_time(outcome: Result<(), sqlx::Error>) -> Result<bool, sqlx::Error> {
    match outcome {
        Ok(()) => Ok(true),
        // Cancelled by the timeout, or by PostgreSQL to end a deadlock.
        Err(error) if matches!(code(&error).as_deref(), Some("57014" | "40P01")) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Stores the checkpoints of the consumer of the live tables, and what it has parked.
async fn keep(tx: &mut PgConnection, consumer: &str) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO previous_read_models (consumer, checkpoints, parked)
         VALUES (
             $1,
             (SELECT coalesce(jsonb_agg(to_jsonb(c)), '[]') FROM checkpoints c WHERE consumer = $1),
             (SELECT coalesce(jsonb_agg(to_jsonb(p)), '[]') FROM consumer_parked p WHERE consumer = $1)
         )
         ON CONFLICT (consumer) DO UPDATE SET
             checkpoints = excluded.checkpoints,
             parked = excluded.parked,
             replaced_at = now()",
    )
    .bind(consumer)
    .execute(tx)
    .await?;
    Ok(())
}

/// What was written down of the tables that are kept, and which log they belong to.
async fn kept(
    tx: &mut PgConnection,
    consumer: &'static str,
) -> Result<(IncarnationId, Json<Value>, Json<Value>), RebuildError> {
    let kept: Option<(Uuid, Json<Value>, Json<Value>)> = sqlx::query_as(
        "SELECT (checkpoints -> 0 ->> 'incarnation')::uuid, checkpoints, parked
         FROM previous_read_models
         WHERE consumer = $1 AND jsonb_array_length(checkpoints) > 0",
    )
    .bind(consumer)
    .fetch_optional(tx)
    .await?;
    let (log, checkpoints, parked) = kept.ok_or(RebuildError::NothingKept { consumer })?;
    Ok((IncarnationId::from_uuid(log), checkpoints, parked))
}

/// A run that holds the lanes keeps them and goes on from there.
async fn go_back_to(tx: &mut PgConnection, checkpoints: &Json<Value>) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE checkpoints c
         SET position = kept.position, incarnation = kept.incarnation, updated_at = now()
         FROM jsonb_populate_recordset(NULL::checkpoints, $1) AS kept
         WHERE c.consumer = kept.consumer AND c.lane = kept.lane",
    )
    .bind(checkpoints)
    .execute(tx)
    .await?;
    Ok(())
}

/// Moves all lanes to the end of this log and takes them from the runs that held them.
async fn begin_at(tx: &mut PgConnection, consumer: &str, log: Head) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO checkpoints (consumer, lane, incarnation, epoch, position)
         SELECT $1, lane, $2, 1, $3 FROM generate_series(0, $4 - 1) AS lane
         ON CONFLICT (consumer, lane) DO UPDATE SET
             incarnation = excluded.incarnation,
             epoch = checkpoints.epoch + 1,
             position = excluded.position,
             updated_at = now()",
    )
    .bind(consumer)
    .bind(log.incarnation.uuid())
    .bind(log.position.to_i64())
    .bind(i32::from(LANES))
    .execute(tx)
    .await?;
    Ok(())
}

async fn unpark(tx: &mut PgConnection, consumer: &str) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM consumer_parked WHERE consumer = $1")
        .bind(consumer)
        .execute(tx)
        .await?;
    Ok(())
}

/// What a person has meanwhile decided to pass over waits no longer.
async fn pass_discarded(tx: &mut PgConnection, consumer: &str) -> Result<(), sqlx::Error> {
    sqlx::query(
        "DELETE FROM consumer_parked p
         USING consumer_resolutions r
         WHERE p.consumer = $1
             AND r.consumer = p.consumer
             AND r.tenant_id = p.tenant_id
             AND r.discarded = p.position",
    )
    .bind(consumer)
    .execute(tx)
    .await?;
    Ok(())
}
