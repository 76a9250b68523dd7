//! Everything that is read from the log.

use std::cmp::Reverse;
use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use domain::shared::{CommandId, EventId, IncarnationId, TenantId};
use sqlx::{FromRow, PgConnection, PgPool};
use uuid::Uuid;

use super::rows::rows;
use crate::consumer::ConsumerError;
use crate::error::Error;
use crate::event::{Decided, RecordedEvent};
use crate::store::Head;
use crate::stream::{Position, Revision, StreamId};
use crate::verdict::{Committed, Earlier};

/// How many events of a stream are read at once: a longer tail takes several queries, so that each is
/// answered in time, however long the tail is.
const TAIL: i64 = 10_000;

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
        "SELECT 1::bigint AS place, t.lane, e.*
         FROM (
             SELECT * FROM events WHERE position > $1 ORDER BY position LIMIT $2
         ) e
         JOIN tenant_heads t ON t.tenant_id = e.tenant_id
         ORDER BY e.position",
    )
    .bind(after.to_i64())
    .bind(i64::from(limit));
    let found: Vec<Row> = rows(pool, query).await?;
    found.into_iter().map(TryInto::try_into).collect()
}

/// What the stream of each of these events began with, by the position of the event, as a consumer's own
/// transaction sees the log.
///
/// Each is followed back event by event, which suits streams that are as short as an order's: an event that
/// has [`TAIL`] before it is left out, and so is one that does not lead back to the beginning of its stream.
pub async fn first_events(
    tx: &mut PgConnection,
    of: &[Position],
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
         SELECT back.place, t.lane, e.*
         FROM back
         JOIN public.events e ON e.position = back.position
         JOIN public.tenant_heads t ON t.tenant_id = e.tenant_id
         WHERE back.revision = 1",
    )
    .bind(of.iter().map(|position| position.to_i64()).collect::<Vec<_>>())
    .bind(TAIL)
    .fetch_all(tx)
    .await?;
    let first = |row: Row| Ok((Position::from_i64(row.place), row.try_into()?));
    Ok(rows.into_iter().map(first).collect::<Result<_, Error>>()?)
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
    committed: Committed,
) -> Result<Vec<RecordedEvent>, Error> {
    let query = sqlx::query_as("SELECT * FROM log_events_at($1, $2, $3)")
        .bind(tenant.uuid())
        .bind(committed.first.to_i64())
        .bind(committed.count.cast_signed());
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

/// What the log remembers of a command, from its columns.
pub(super) fn earlier(fingerprint: &[u8], first: i64, count: i32) -> Result<Earlier, Error> {
    Ok(Earlier {
        fingerprint: hash(fingerprint, "command fingerprint", first)?,
        committed: Committed { first: Position::from_i64(first), count: count.cast_unsigned() },
    })
}

fn corrupt(what: &str, position: i64) -> Error {
    Error::Corrupt { reason: format!("{what} at position {position}") }
}

fn hash(bytes: &[u8], what: &str, position: i64) -> Result<[u8; 32], Error> {
    bytes.try_into().map_err(|_| corrupt(what, position))
}

/// `recorded_event` of the schema.
#[derive(FromRow)]
struct Row {
    place: i64,
    lane: i16,
    position: i64,
    tenant_id: Uuid,
    tenant_seq: i64,
    stream: String,
    revision: i64,
    event_id: Uuid,
    event_type: String,
    schema_version: i16,
    payload: Vec<u8>,
    metadata: Vec<u8>,
    business_date: Option<NaiveDate>,
    occurred_at: DateTime<Utc>,
    recorded_at: DateTime<Utc>,
    content_hash: Vec<u8>,
    link: Vec<u8>,
}

impl TryFrom<Row> for RecordedEvent {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        let at = row.position;
        Ok(Self {
            position: Position::from_i64(at),
            tenant_seq: row.tenant_seq.cast_unsigned(),
            lane: row.lane.cast_unsigned(),
            stream: StreamId::stored(TenantId::from_uuid(row.tenant_id), row.stream),
            revision: Revision::from_i64(row.revision),
            id: EventId::from_uuid(row.event_id),
            event_type: row.event_type,
            schema_version: row.schema_version.cast_unsigned(),
            payload: row.payload,
            decided: Decided::default(),
            metadata: serde_json::from_slice(&row.metadata).map_err(|_| corrupt("metadata", at))?,
            business_date: row.business_date,
            occurred_at: row.occurred_at,
            recorded_at: row.recorded_at,
            content_hash: hash(&row.content_hash, "content hash", at)?,
            link: hash(&row.link, "link", at)?,
        })
    }
}
