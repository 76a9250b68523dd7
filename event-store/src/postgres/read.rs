//! Everything that is read from the log.

use std::cmp::Reverse;
use std::collections::HashMap;

use domain::shared::{CommandId, IncarnationId, TenantId};
use sqlx::PgPool;
use uuid::Uuid;

use super::committed_range::committed;
use super::recorded::{Row, corrupt, hash};
use super::rows::rows;
use crate::error::Error;
use crate::event::RecordedEvent;
use crate::store::Head;
use crate::stream::{Position, Revision, StreamId};
use crate::verdict::Earlier;

/// How many events of a stream are read at once: a longer tail takes several queries, so that each is
/// answered in time, however long the tail is.
pub(super) const TAIL: i64 = 10_000;

/// A stream of which something may be missing yet.
struct Lacking<'a> {
    place: usize,
    name: &'a str,
    after: Revision,
    /// The first of the events that were read of it; at the start, before any was, none.
    before: Position,
}

/// The tails of some streams of one tenant, read from their ends back.
pub(super) async fn streams(
    pool: &PgPool,
    tenant: TenantId,
    tails: &[(StreamId, Revision)],
) -> Result<Vec<Vec<RecordedEvent>>, Error> {
    let mut answer: Vec<Vec<RecordedEvent>> = tails.iter().map(|_| Vec::new()).collect();
    let lacking = tails.iter().enumerate().map(|(place, (stream, after))| Lacking {
        place,
        name: stream.name(),
        after: *after,
        before: Position::START,
    });
    let mut lacking: Vec<Lacking<'_>> = lacking.collect();
    while !lacking.is_empty() {
        for row in tails_of(pool, tenant, &lacking).await? {
            let place = usize::try_from(row.place - 1).ok().and_then(|place| lacking.get(place));
            let place = place.ok_or_else(|| corrupt("place", row.position))?.place;
            answer[place].push(row.try_into()?);
        }
        let mut longer = Vec::new();
        for stream in lacking {
            let tail = &mut answer[stream.place];
            tail.sort_by_key(|event| Reverse(event.revision));
            let Some(first) = tail.last().filter(|first| first.revision > stream.after.plus(1))
            else {
                continue;
            };
            if first.position == stream.before {
                return Err(corrupt("what is before the event", first.position.to_i64()));
            }
            longer.push(Lacking { before: first.position, ..stream });
        }
        lacking = longer;
    }
    for tail in &mut answer {
        tail.reverse();
    }
    Ok(answer)
}

async fn tails_of(
    pool: &PgPool,
    tenant: TenantId,
    lacking: &[Lacking<'_>],
) -> Result<Vec<Row>, Error> {
    let names: Vec<&str> = lacking.iter().map(|stream| stream.name).collect();
    let after: Vec<i64> = lacking.iter().map(|stream| stream.after.to_i64()).collect();
    let before: Vec<i64> = lacking.iter().map(|stream| stream.before.to_i64()).collect();
    let query = sqlx::query_as("SELECT * FROM log_read_streams($1, $2, $3, $4, $5)")
        .bind(tenant.uuid())
        .bind(names)
        .bind(after)
        .bind(before)
        .bind(TAIL);
    rows(pool, query).await
}

pub(super) async fn all(
    pool: &PgPool,
    after: Position,
    limit: u32,
) -> Result<Vec<RecordedEvent>, Error> {
    let query = sqlx::query_as(
        "SELECT 1::bigint AS place, e.*
         FROM events e
         WHERE position > $1
         ORDER BY position
         LIMIT $2",
    )
    .bind(after.to_i64())
    .bind(i64::from(limit));
    let found: Vec<Row> = rows(pool, query).await?;
    found.into_iter().map(TryInto::try_into).collect()
}

pub(super) async fn commands(
    pool: &PgPool,
    tenant: TenantId,
    ids: &[CommandId],
) -> Result<Vec<Option<Earlier>>, Error> {
    let uuids: Vec<Uuid> = ids.iter().map(|id| id.uuid()).collect();
    let query = sqlx::query_as("SELECT * FROM log_commands($1, $2)")
        .bind(tenant.uuid())
        .bind(uuids.clone());
    let found: Vec<(Uuid, Vec<u8>, i64, i32)> = rows(pool, query).await?;
    let mut known = HashMap::with_capacity(found.len());
    for (id, fingerprint, first, count) in found {
        known.insert(id, earlier(&fingerprint, first, count)?);
    }
    Ok(uuids.iter().map(|id| known.get(id).copied()).collect())
}

pub(super) async fn events_of(
    pool: &PgPool,
    tenant: TenantId,
    command: CommandId,
) -> Result<Vec<RecordedEvent>, Error> {
    let query = sqlx::query_as(
        "SELECT e.*
         FROM log_commands($1, ARRAY[$2]) c
         CROSS JOIN LATERAL log_events_at($1, c.first_position, c.event_count) e",
    )
    .bind(tenant.uuid())
    .bind(command.uuid());
    let found: Vec<Row> = rows(pool, query).await?;
    found.into_iter().map(TryInto::try_into).collect()
}

/// As the role that sees the log as a whole.
pub(super) async fn events_at(
    pool: &PgPool,
    tenant: TenantId,
    positions: &[Position],
) -> Result<Vec<RecordedEvent>, Error> {
    let query = sqlx::query_as(
        "SELECT 1::bigint AS place, e.*
         FROM events e
         WHERE position = ANY ($1) AND tenant_id = $2
         ORDER BY position",
    )
    .bind(positions.iter().map(|position| position.to_i64()).collect::<Vec<_>>())
    .bind(tenant.uuid());
    let found: Vec<Row> = rows(pool, query).await?;
    found.into_iter().map(TryInto::try_into).collect()
}

pub(super) async fn head(pool: &PgPool) -> Result<Head, Error> {
    let query = sqlx::query_as("SELECT incarnation, position FROM log_head");
    let found: Vec<(Uuid, i64)> = rows(pool, query).await?;
    let [(incarnation, position)] = found[..] else {
        return Err(Error::Corrupt { reason: "the log has no head".to_owned() });
    };
    Ok(Head {
        incarnation: IncarnationId::from_uuid(incarnation),
        position: Position::from_i64(position),
    })
}

/// The log's record of a command, from its columns.
pub(super) fn earlier(fingerprint: &[u8], first: i64, count: i32) -> Result<Earlier, Error> {
    Ok(Earlier {
        fingerprint: hash(fingerprint, "command fingerprint", first)?,
        committed: committed(Position::from_i64(first), count.cast_unsigned()),
    })
}
