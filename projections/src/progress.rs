//! How far the consumers are, as the database says, whichever process runs them.

use sqlx::postgres::PgRow;
use sqlx::{FromRow, Row};

use crate::read_db::{ReadError, TenantTx};

/// How far a consumer is with a company's events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// Its name.
    pub consumer: String,
    /// How many events of the log are still before it.
    pub lag_events: u64,
    /// How many of the company's events it has parked.
    pub n_parked: u64,
}

impl FromRow<'_, PgRow> for Progress {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let lag_events: i64 = row.try_get("lag_events")?;
        let n_parked: i64 = row.try_get("n_parked")?;
        Ok(Self {
            consumer: row.try_get("consumer")?,
            lag_events: lag_events.max(0).cast_unsigned(),
            n_parked: n_parked.cast_unsigned(),
        })
    }
}

/// How far every consumer is that ever ran, by name.
pub async fn all(tx: &mut TenantTx) -> Result<Vec<Progress>, ReadError> {
    let (tenant, connection) = tx.parts();
    let progress = sqlx::query_as(
        "SELECT c.consumer, h.position - c.position AS lag_events,
             (SELECT count(*)
              FROM consumer_parked p
              WHERE p.tenant_id = $1 AND p.consumer = c.consumer) AS n_parked
         FROM checkpoints c
         CROSS JOIN log_head h
         WHERE c.lane = (SELECT log_lane($1))
         ORDER BY c.consumer",
    )
    .bind(tenant)
    .fetch_all(connection)
    .await?;
    Ok(progress)
}
