//! What streams began with, found by any event of them.

use std::collections::HashMap;

use sqlx::PgConnection;

use super::read::TAIL;
use super::recorded::Row;
use crate::consumer::ConsumerError;
use crate::error::Error;
use crate::event::RecordedEvent;
use crate::stream::Position;

/// See [`first_events`](crate::consumer::first_events).
///
/// Each is followed back event by event, which suits streams that are as short as an order's.
pub(crate) async fn first_events(
    tx: &mut PgConnection,
    of: &[&RecordedEvent],
) -> Result<HashMap<Position, RecordedEvent>, ConsumerError> {
    if of.is_empty() {
        return Ok(HashMap::new());
    }
    // Its tables may be others of the same name.
    let rows: Vec<Row> = sqlx::query_as(
        "WITH RECURSIVE back AS (
             SELECT position AS place, position, tenant_id, stream, revision, previous
             FROM public.events
             WHERE position = ANY ($1) AND revision <= $2
             UNION ALL
             SELECT back.place, e.position, back.tenant_id, back.stream, e.revision, e.previous
             FROM back
             CROSS JOIN LATERAL (
                 SELECT position, revision, previous FROM public.events
                 WHERE position = back.previous AND revision = back.revision - 1
                     AND tenant_id = back.tenant_id AND stream = back.stream
                 OFFSET 0
             ) e
         )
         SELECT back.place, e.*
         FROM back
         JOIN public.events e ON e.position = back.position
         WHERE back.revision = 1",
    )
    .bind(of.iter().map(|event| event.position.to_i64()).collect::<Vec<_>>())
    .bind(TAIL)
    .fetch_all(tx)
    .await?;
    let first = |row: Row| Ok((Position::from_i64(row.place), row.try_into()?));
    Ok(rows.into_iter().map(first).collect::<Result<_, Error>>()?)
}
