//! What waits because it could not be applied, as its company sees it.

use event_store::consumer::ParkedEvent;
use serde::{Deserialize, Serialize};

use crate::page::{Page, one_more_than};
use crate::read_db::{ReadError, TenantTx};

/// The end of a page of parked events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParkedCursor {
    position: i64,
    consumer: String,
}

/// The company's parked events, of one consumer or of all, in the order of the log.
pub async fn list(
    tx: &mut TenantTx,
    consumer: Option<&str>,
    after: Option<&ParkedCursor>,
    limit: u32,
) -> Result<Page<ParkedEvent, ParkedCursor>, ReadError> {
    let (tenant, connection) = tx.parts();
    let rows = sqlx::query_as(
        "SELECT *
         FROM consumer_parked
         WHERE tenant_id = $1
             AND ($2::text IS NULL OR consumer = $2)
             AND ($3::bigint IS NULL OR (position, consumer) > ($3, $4))
         ORDER BY position, consumer
         LIMIT $5",
    )
    .bind(tenant)
    .bind(consumer)
    .bind(after.map(|cursor| cursor.position))
    .bind(after.map(|cursor| cursor.consumer.as_str()))
    .bind(one_more_than(limit))
    .fetch_all(connection)
    .await?;
    let cursor = |last: &ParkedEvent| ParkedCursor {
        position: last.position.to_i64(),
        consumer: last.consumer.clone(),
    };
    Ok(Page::of(rows, limit, cursor))
}
