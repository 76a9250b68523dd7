//! What is planned and not sent yet.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::shared::{CorrelationId, EventId, TenantId};
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgConnection, PgPool, Row};

use super::{About, Failed, Timer};
use crate::consumer::ConsumerError;

impl FromRow<'_, PgRow> for Timer {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            due_at: row.try_get("due_at")?,
            event: EventId::from_uuid(row.try_get("event_id")?),
            correlation: CorrelationId::from_uuid(row.try_get("correlation_id")?),
            traceparent: row.try_get("traceparent")?,
            command: row.try_get("command")?,
            attempts: row.try_get::<i32, _>("attempts")?.cast_unsigned(),
        })
    }
}

/// What is planned. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Timers {
    pool: PgPool,
}

impl Timers {
    /// Looks through connections of the projector's role.
    pub const fn new(pool: PgPool) -> Self {
        Self { pool }
    }

    /// The first `limit` of a plan that are due, those that have waited longest first; none that are
    /// parked.
    pub async fn due(
        &self,
        plan: &str,
        now: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<(About, Timer)>, ConsumerError> {
        let rows = sqlx::query(
            "SELECT *
             FROM process_timers
             WHERE process = $1 AND greatest(due_at, retry_at) <= $2 AND parked_at IS NULL
             ORDER BY greatest(due_at, retry_at)
             LIMIT $3",
        )
        .bind(plan)
        .bind(now)
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await?;
        let timer = |row: &PgRow| {
            let tenant = TenantId::from_uuid(row.try_get("tenant_id")?);
            Ok((About { tenant, key: row.try_get("key")? }, Timer::from_row(row)?))
        };
        Ok(rows.iter().map(timer).collect::<Result<_, sqlx::Error>>()?)
    }

    /// It needs to be sent no more, unless another event has meanwhile planned something else.
    pub async fn done(&self, plan: &str, about: About, timer: &Timer) -> Result<(), ConsumerError> {
        sqlx::query(
            "DELETE FROM process_timers
             WHERE tenant_id = $1 AND process = $2 AND key = $3 AND event_id = $4",
        )
        .bind(about.tenant.uuid())
        .bind(plan)
        .bind(about.key)
        .bind(timer.event.uuid())
        .execute(&self.pool)
        .await?;
        Ok(())
    }
}

impl Timers {
    /// Records that sending has failed: it is retried later, or parked.
    pub async fn failed(
        &self,
        plan: &str,
        about: About,
        timer: &Timer,
        failed: &Failed,
    ) -> Result<(), ConsumerError> {
        let retry_at = failed.retry_at(timer.attempts);
        sqlx::query(
            "UPDATE process_timers
             SET attempts = attempts + 1, retry_at = $5, reason = $6, parked_at = $7
             WHERE tenant_id = $1 AND process = $2 AND key = $3 AND event_id = $4",
        )
        .bind(about.tenant.uuid())
        .bind(plan)
        .bind(about.key)
        .bind(timer.event.uuid())
        .bind(retry_at)
        .bind(&failed.reason)
        .bind(retry_at.is_none().then_some(failed.at))
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Shows in the metrics how many of a plan are parked.
    pub async fn count_parked(&self, plan: &'static str) -> Result<(), ConsumerError> {
        let counted: i64 = sqlx::query_scalar(
            "SELECT count(*) FROM process_timers WHERE process = $1 AND parked_at IS NOT NULL",
        )
        .bind(plan)
        .fetch_one(&self.pool)
        .await?;
        let n_parked = u32::try_from(counted).unwrap_or(u32::MAX);
        metrics::gauge!("fastops_process_timers_parked", "process" => plan).set(n_parked);
        Ok(())
    }
}

pub(super) async fn plan(
    tx: &mut PgConnection,
    process: &str,
    planned: &BTreeMap<About, Timer>,
) -> Result<(), sqlx::Error> {
    if planned.is_empty() {
        return Ok(());
    }
    let timers = || planned.values();
    sqlx::query(
        "INSERT INTO process_timers (
             process, tenant_id, key, due_at, event_id, correlation_id, traceparent, command
         )
         SELECT $1,
             UNNEST($2::uuid[]), UNNEST($3::uuid[]), UNNEST($4::timestamptz[]), UNNEST($5::uuid[]),
             UNNEST($6::uuid[]), UNNEST($7::text[]), UNNEST($8::jsonb[])
         ON CONFLICT (tenant_id, process, key) DO UPDATE SET
             due_at = excluded.due_at,
             event_id = excluded.event_id,
             correlation_id = excluded.correlation_id,
             traceparent = excluded.traceparent,
             command = excluded.command,
             attempts = 0, retry_at = NULL, reason = NULL, parked_at = NULL",
    )
    .bind(process)
    .bind(planned.keys().map(|about| about.tenant.uuid()).collect::<Vec<_>>())
    .bind(planned.keys().map(|about| about.key).collect::<Vec<_>>())
    .bind(timers().map(|timer| timer.due_at).collect::<Vec<_>>())
    .bind(timers().map(|timer| timer.event.uuid()).collect::<Vec<_>>())
    .bind(timers().map(|timer| timer.correlation.uuid()).collect::<Vec<_>>())
    .bind(timers().map(|timer| timer.traceparent.as_deref()).collect::<Vec<_>>())
    .bind(timers().map(|timer| &timer.command).collect::<Vec<_>>())
    .execute(tx)
    .await?;
    Ok(())
}
