//! What is planned and not sent yet.

use chrono::{DateTime, Utc};
use domain::shared::{CorrelationId, EventId, TenantId};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::postgres::PgRow;
use sqlx::types::Json;
use sqlx::{FromRow, PgConnection, PgPool, Row};
use uuid::Uuid;

/// What a command is about, over all tenants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct About {
    pub(super) tenant: TenantId,
    pub(super) key: Uuid,
}

impl About {
    /// As two columns for `UNNEST`.
    fn columns<'a>(abouts: impl IntoIterator<Item = &'a Self>) -> (Vec<Uuid>, Vec<Uuid>) {
        abouts.into_iter().map(|about| (about.tenant.uuid(), about.key)).unzip()
    }
}

/// A command that waits for its time.
#[derive(Debug)]
pub(super) struct Timer<C> {
    pub(super) due_at: DateTime<Utc>,
    pub(super) event: EventId,
    pub(super) correlation: CorrelationId,
    pub(super) command: C,
}

impl<C: DeserializeOwned> FromRow<'_, PgRow> for Timer<C> {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            due_at: row.try_get("due_at")?,
            event: EventId::from_uuid(row.try_get("event_id")?),
            correlation: CorrelationId::from_uuid(row.try_get("correlation_id")?),
            command: row.try_get::<Json<C>, _>("command")?.0,
        })
    }
}

pub(super) async fn forget(
    tx: &mut PgConnection,
    process: &str,
    abouts: impl IntoIterator<Item = &About>,
) -> Result<(), sqlx::Error> {
    let (tenants, keys) = About::columns(abouts);
    sqlx::query(
        "DELETE FROM process_timers
         WHERE process = $1
             AND (tenant_id, key) IN (SELECT * FROM UNNEST($2::uuid[], $3::uuid[]))",
    )
    .bind(process)
    .bind(tenants)
    .bind(keys)
    .execute(tx)
    .await?;
    Ok(())
}

pub(super) async fn plan<C: Serialize>(
    tx: &mut PgConnection,
    process: &str,
    planned: Vec<(&About, &Timer<C>)>,
) -> Result<(), sqlx::Error> {
    if planned.is_empty() {
        return Ok(());
    }
    let (tenants, keys) = About::columns(planned.iter().map(|(about, _)| *about));
    let timers = || planned.iter().map(|(_, timer)| timer);
    sqlx::query(
        "INSERT INTO process_timers (
             process, tenant_id, key, due_at, event_id, correlation_id, command
         )
         SELECT $1, * FROM UNNEST(
             $2::uuid[], $3::uuid[], $4::timestamptz[], $5::uuid[], $6::uuid[], $7::jsonb[]
         )",
    )
    .bind(process)
    .bind(tenants)
    .bind(keys)
    .bind(timers().map(|timer| timer.due_at).collect::<Vec<_>>())
    .bind(timers().map(|timer| timer.event.uuid()).collect::<Vec<_>>())
    .bind(timers().map(|timer| timer.correlation.uuid()).collect::<Vec<_>>())
    .bind(timers().map(|timer| Json(&timer.command)).collect::<Vec<_>>())
    .execute(tx)
    .await?;
    Ok(())
}

/// The first `limit` that are due, those that have waited longest first.
pub(super) async fn due<C: DeserializeOwned>(
    pool: &PgPool,
    process: &str,
    now: DateTime<Utc>,
    limit: u32,
) -> Result<Vec<(About, Timer<C>)>, sqlx::Error> {
    let rows = sqlx::query(
        "SELECT *
         FROM process_timers
         WHERE process = $1 AND due_at <= $2
         ORDER BY due_at
         LIMIT $3",
    )
    .bind(process)
    .bind(now)
    .bind(i64::from(limit))
    .fetch_all(pool)
    .await?;
    let timer = |row: &PgRow| {
        let tenant = TenantId::from_uuid(row.try_get("tenant_id")?);
        Ok((About { tenant, key: row.try_get("key")? }, Timer::from_row(row)?))
    };
    rows.iter().map(timer).collect()
}

/// It needs to be sent no more, unless another event has meanwhile planned something else.
pub(super) async fn done<C>(
    pool: &PgPool,
    process: &str,
    about: About,
    timer: &Timer<C>,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "DELETE FROM process_timers
         WHERE tenant_id = $1 AND process = $2 AND key = $3 AND event_id = $4",
    )
    .bind(about.tenant.uuid())
    .bind(process)
    .bind(about.key)
    .bind(timer.event.uuid())
    .execute(pool)
    .await?;
    Ok(())
}
