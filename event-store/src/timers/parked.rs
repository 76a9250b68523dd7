//! Planned commands that wait for a person.

use chrono::{DateTime, Utc};
use domain::shared::{EventId, TenantId};
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgPool, Row};
use uuid::Uuid;

use super::About;
use crate::consumer::ConsumerError;

/// A planned command that was tried too often, or that cannot succeed as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParkedTimer {
    /// The plan that it belongs to.
    pub process: String,
    /// What it is about.
    pub about: About,
    /// When it was to be sent.
    pub due_at: DateTime<Utc>,
    /// The event that it follows from.
    pub event: EventId,
    /// How often it was tried.
    pub attempts: u32,
    /// The message of the last failure.
    pub reason: String,
    /// Since when it waits.
    pub parked_at: DateTime<Utc>,
}

impl FromRow<'_, PgRow> for ParkedTimer {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let tenant = TenantId::from_uuid(row.try_get("tenant_id")?);
        Ok(Self {
            process: row.try_get("process")?,
            about: About { tenant, key: row.try_get("key")? },
            due_at: row.try_get("due_at")?,
            event: EventId::from_uuid(row.try_get("event_id")?),
            attempts: row.try_get::<i32, _>("attempts")?.cast_unsigned(),
            reason: row.try_get("reason")?,
            parked_at: row.try_get("parked_at")?,
        })
    }
}

/// Where parked commands are decided about. Cheap to clone.
#[derive(Debug, Clone)]
pub struct ParkedTimers {
    pool: PgPool,
}

impl ParkedTimers {
    /// Looks through connections of the projector's role.
    pub const fn new(pool: PgPool) -> Self {
        Self { pool }
    }

    /// The first `limit` that are parked, of one tenant and plan or of all, those that wait longest first.
    pub async fn list(
        &self,
        tenant: Option<TenantId>,
        process: Option<&str>,
        limit: u32,
    ) -> Result<Vec<ParkedTimer>, ConsumerError> {
        let parked = sqlx::query_as(
            "SELECT *
             FROM process_timers
             WHERE parked_at IS NOT NULL
                 AND ($1::uuid IS NULL OR tenant_id = $1)
                 AND ($2::text IS NULL OR process = $2)
             ORDER BY parked_at, process, tenant_id, key
             LIMIT $3",
        )
        .bind(tenant.map(TenantId::uuid))
        .bind(process)
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await?;
        Ok(parked)
    }

    /// Makes parked commands due at once, of one tenant, plan and key or of all, and resets their failures.
    /// Returns how many there are.
    pub async fn retry(
        &self,
        tenant: Option<TenantId>,
        process: Option<&str>,
        key: Option<Uuid>,
    ) -> Result<u64, ConsumerError> {
        let freed = sqlx::query(
            "UPDATE process_timers
             SET attempts = 0, retry_at = NULL, reason = NULL, parked_at = NULL
             WHERE parked_at IS NOT NULL
                 AND ($1::uuid IS NULL OR tenant_id = $1)
                 AND ($2::text IS NULL OR process = $2)
                 AND ($3::uuid IS NULL OR key = $3)",
        )
        .bind(tenant.map(TenantId::uuid))
        .bind(process)
        .bind(key)
        .execute(&self.pool)
        .await?;
        Ok(freed.rows_affected())
    }
}
