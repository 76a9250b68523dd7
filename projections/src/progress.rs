//! The progress of the consumers, as stored in the database, whichever process runs them.

use event_store::lane;

use crate::read_db::{ReadError, TenantTx};
use crate::row;

/// How far a consumer is with a company's events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// Its name.
    pub consumer: String,
    /// At most how many events of the log are still before it: exactly so many where positions have no
    /// gaps.
    pub lag_events: u64,
    /// How many of the company's events it has parked.
    pub n_parked: u64,
}

row::columns!(read Progress { consumer, lag_events, n_parked });

/// How far every consumer is that ever ran, by name.
pub async fn all(tx: &mut TenantTx) -> Result<Vec<Progress>, ReadError> {
    let lane = lane::of(tx.tenant());
    let (tenant, connection) = tx.parts();
    let progress = sqlx::query_as(
        "SELECT c.consumer, GREATEST(h.position - c.position, 0) AS lag_events,
             (SELECT count(*)
              FROM consumer_parked p
              WHERE p.tenant_id = $1 AND p.consumer = c.consumer) AS n_parked
         FROM checkpoints c
         CROSS JOIN log_head h
         WHERE c.lane = $2
         ORDER BY c.consumer",
    )
    .bind(tenant)
    .bind(lane.cast_signed())
    .fetch_all(connection)
    .await?;
    Ok(progress)
}
