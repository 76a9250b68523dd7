//! A batch of one append, the usual case where few people order at once.

use domain::shared::EventId;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::append::{Append, Expected};
use crate::event::NewEvent;
use crate::stream::Position;
use crate::verdict::Committed;

/// Commits an append if nothing stands against it; otherwise nothing is written, and the whole
/// `log_append` has to judge it. If it `rings`, the doorbell with it.
///
/// An error says nothing about whether it committed, unless it comes from the database itself.
pub(super) async fn commit_one(
    connection: &mut PgConnection,
    append: &Append,
    rings: bool,
) -> Result<Option<Committed>, sqlx::Error> {
    let (expected, events, encoded) = (append.expected(), append.events(), append.encoded());
    if events.is_empty() {
        return Ok(None);
    }
    let left: Vec<_> = expected.iter().map(|expected| left_at(expected, events)).collect();
    let first: Option<i64> = sqlx::query_scalar(
        "SELECT log_append_one(
            $1, $2, $3, $4, $5, $6, $7, $8, $9, $10,
            $11, $12, $13, $14, $15, $16, $17, $18, $19, $20
        )",
    )
    .bind(append.tenant().uuid())
    .bind(append.command().uuid())
    .bind(&append.fingerprint()[..])
    .bind(each(expected, |expected| expected.stream.name()))
    .bind(each(expected, |expected| expected.revision.to_i64()))
    .bind(each(expected, |expected| expected.last_event.map(EventId::uuid)))
    .bind(each(&left, |left| left.map(|(revision, _)| revision)))
    .bind(each(&left, |left| left.map(|(_, event)| event)))
    .bind(each(events, |event| number(expected, event)))
    .bind(each(events, |event| event.revision.to_i64()))
    .bind(each(events, |event| event.id.uuid()))
    .bind(each(events, |event| event.event_type.name))
    .bind(each(events, |event| event.event_type.version.cast_signed()))
    .bind(each(events, |event| &event.payload[..]))
    .bind(each(encoded, |encoded| &encoded.metadata[..]))
    .bind(each(events, |event| event.business_date))
    .bind(each(events, |event| event.occurred_at))
    .bind(each(events, |event| event.recorded_at))
    .bind(each(encoded, |encoded| &encoded.content_hash[..]))
    .bind(rings)
    .fetch_one(connection)
    .await?;
    let count = u32::try_from(events.len()).expect("a command has few events");
    Ok(first.map(|first| Committed { first: Position::from_i64(first), count }))
}

fn each<'a, T, C>(of: &'a [T], column: impl Fn(&'a T) -> C) -> Vec<C> {
    of.iter().map(column).collect()
}

/// The revision and the event that a stream ends with, if it is written to.
fn left_at(expected: &Expected, events: &[NewEvent]) -> Option<(i64, Uuid)> {
    let last = events.iter().rfind(|event| event.stream == expected.stream)?;
    Some((last.revision.to_i64(), last.id.uuid()))
}

/// The number of an event's stream among the expected ones, from 1.
fn number(expected: &[Expected], event: &NewEvent) -> Option<i32> {
    let place = expected.iter().position(|expected| expected.stream == event.stream)?;
    i32::try_from(place + 1).ok()
}
