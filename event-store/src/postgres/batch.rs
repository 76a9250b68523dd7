//! A batch of appends as the arrays that `log_append` takes, and its verdicts.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use domain::shared::EventId;
use sqlx::PgConnection;
use uuid::Uuid;

use super::one::commit_one;
use super::read::earlier;
use crate::append::Append;
use crate::error::Error;
use crate::stream::{Position, Revision, StreamId};
use crate::verdict::{Committed, Verdict};

/// Commits a batch in one round trip, or a single append that something stands against in two; if it
/// `rings`, the doorbell with it.
///
/// An error says nothing about whether it committed, unless it comes from the database itself.
pub(super) async fn commit(
    connection: &mut PgConnection,
    batch: &[&Append],
    rings: bool,
) -> Result<Vec<Result<Verdict, Error>>, sqlx::Error> {
    if let [append] = batch
        && let Some(committed) = commit_one(connection, append, rings).await?
    {
        return Ok(vec![Ok(Verdict::Committed(committed))]);
    }
    let mut arrays = Arrays::default();
    for append in batch {
        arrays.add(append);
    }
    let a = &arrays;
    let rows: Vec<VerdictRow> = sqlx::query_as(
        "SELECT * FROM log_append(
            $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11,
            $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23
        )",
    )
    .bind(&a.tenant_ids)
    .bind(&a.command_tenants)
    .bind(&a.command_ids)
    .bind(&a.fingerprints)
    .bind(&a.stream_tenants)
    .bind(&a.stream_names)
    .bind(&a.expected_commands)
    .bind(&a.expected_streams)
    .bind(&a.expected_revisions)
    .bind(&a.expected_events)
    .bind(&a.event_commands)
    .bind(&a.event_streams)
    .bind(&a.event_revisions)
    .bind(&a.event_ids)
    .bind(&a.event_types)
    .bind(&a.event_versions)
    .bind(&a.event_payloads)
    .bind(&a.event_metadata)
    .bind(&a.event_dates)
    .bind(&a.event_occurred)
    .bind(&a.event_recorded)
    .bind(&a.event_hashes)
    .bind(rings)
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| row.verdict(&arrays.streams)).collect())
}

#[derive(sqlx::FromRow)]
struct VerdictRow {
    verdict: i16,
    first_position: Option<i64>,
    event_count: Option<i32>,
    fingerprint: Option<Vec<u8>>,
    conflict_stream: Option<i32>,
    actual_revision: Option<i64>,
}

impl VerdictRow {
    fn verdict(self, streams: &[&StreamId]) -> Result<Verdict, Error> {
        let stream = self.conflict_stream.and_then(|no| usize::try_from(no - 1).ok());
        match (self.verdict, self.first_position, self.event_count, self.fingerprint) {
            (0, Some(first), Some(count), _) => Ok(Verdict::Committed(Committed {
                first: Position::from_i64(first),
                count: count.cast_unsigned(),
            })),
            (1, Some(first), Some(count), Some(fingerprint)) => {
                earlier(&fingerprint, first, count).map(Verdict::Duplicate)
            }
            (2, ..) if let (Some(stream), Some(actual)) = (stream, self.actual_revision) => {
                Ok(Verdict::Conflict {
                    stream: streams[stream].clone(),
                    actual: Revision::from_i64(actual),
                })
            }
            (other, ..) => Err(Error::Corrupt { reason: format!("verdict {other} of log_append") }),
        }
    }
}

/// The arguments of `log_append`; numbers count from 1 as SQL arrays do.
#[derive(Default)]
struct Arrays<'a> {
    tenant_ids: Vec<Uuid>,
    tenant_numbers: HashMap<Uuid, i32>,
    streams: Vec<&'a StreamId>,
    stream_numbers: HashMap<&'a StreamId, i32>,
    command_tenants: Vec<i32>,
    command_ids: Vec<Uuid>,
    fingerprints: Vec<&'a [u8]>,
    stream_tenants: Vec<i32>,
    stream_names: Vec<&'a str>,
    expected_commands: Vec<i32>,
    expected_streams: Vec<i32>,
    expected_revisions: Vec<i64>,
    expected_events: Vec<Option<Uuid>>,
    event_commands: Vec<i32>,
    event_streams: Vec<i32>,
    event_revisions: Vec<i64>,
    event_ids: Vec<Uuid>,
    event_types: Vec<&'static str>,
    event_versions: Vec<i16>,
    event_payloads: Vec<&'a [u8]>,
    event_metadata: Vec<&'a [u8]>,
    event_dates: Vec<Option<NaiveDate>>,
    event_occurred: Vec<DateTime<Utc>>,
    event_recorded: Vec<DateTime<Utc>>,
    event_hashes: Vec<&'a [u8]>,
}

/// The number of the last element; a batch is far smaller than an `i32` can count.
fn number<T>(elements: &[T]) -> i32 {
    i32::try_from(elements.len()).expect("a batch has few elements")
}

impl<'a> Arrays<'a> {
    fn add(&mut self, append: &'a Append) {
        let tenant = self.tenant(append.tenant().uuid());
        self.command_tenants.push(tenant);
        self.command_ids.push(append.command().uuid());
        self.fingerprints.push(append.fingerprint());
        let command = number(&self.command_ids);
        for expected in append.expected() {
            let stream = self.stream(&expected.stream, tenant);
            self.expected_commands.push(command);
            self.expected_streams.push(stream);
            self.expected_revisions.push(expected.revision.to_i64());
            self.expected_events.push(expected.last_event.map(EventId::uuid));
        }
        for (event, encoded) in append.events().iter().zip(append.encoded()) {
            let stream = self.stream(&event.stream, tenant);
            self.event_commands.push(command);
            self.event_streams.push(stream);
            self.event_revisions.push(event.revision.to_i64());
            self.event_ids.push(event.id.uuid());
            self.event_types.push(event.event_type.name);
            self.event_versions.push(event.event_type.version.cast_signed());
            self.event_payloads.push(&event.payload);
            self.event_metadata.push(&encoded.metadata);
            self.event_dates.push(event.business_date);
            self.event_occurred.push(event.occurred_at);
            self.event_recorded.push(event.recorded_at);
            self.event_hashes.push(&encoded.content_hash);
        }
    }

    fn tenant(&mut self, id: Uuid) -> i32 {
        *self.tenant_numbers.entry(id).or_insert_with(|| {
            self.tenant_ids.push(id);
            number(&self.tenant_ids)
        })
    }

    fn stream(&mut self, stream: &'a StreamId, tenant: i32) -> i32 {
        *self.stream_numbers.entry(stream).or_insert_with(|| {
            self.streams.push(stream);
            self.stream_tenants.push(tenant);
            self.stream_names.push(stream.name());
            number(&self.streams)
        })
    }
}
