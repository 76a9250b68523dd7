//! A batch of appends as the arrays that `log_append` takes, and its verdicts.

use std::collections::HashMap;

use domain::shared::EventId;
use sqlx::PgConnection;
use uuid::Uuid;

use super::columns::{EventColumns, number};
use super::committed_range::committed;
use super::ends::Judged;
use super::read::earlier;
use crate::append::Append;
use crate::error::Error;
use crate::hash::Chain;
use crate::stream::{Position, Revision, StreamId};
use crate::verdict::Verdict;

/// Has the database judge a batch and commit what may be written, in one round trip; `notifies` readers in
/// the same transaction, if set.
///
/// An error does not tell whether it committed, unless it comes from the database itself.
pub(super) async fn commit(
    connection: &mut PgConnection,
    batch: &[&Append],
    notifies: bool,
) -> Result<Vec<Result<Judged, Error>>, sqlx::Error> {
    let mut arrays = Arrays::default();
    for append in batch {
        arrays.add(append);
    }
    let a = &arrays;
    let query = sqlx::query_as(
        "SELECT * FROM log_append(
            $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11,
            $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24
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
    .bind(&a.event_commands);
    let query = a.events.bind_to(query).bind(notifies);
    let rows: Vec<VerdictRow> = query.fetch_all(connection).await?;
    Ok(rows.into_iter().map(|row| row.judged(&arrays.streams)).collect())
}

#[derive(sqlx::FromRow)]
struct VerdictRow {
    verdict: i16,
    first_position: Option<i64>,
    event_count: Option<i32>,
    fingerprint: Option<Vec<u8>>,
    conflict_stream: Option<i32>,
    actual_revision: Option<i64>,
    seq_before: Option<i64>,
    link_before: Option<Vec<u8>>,
}

impl VerdictRow {
    fn judged(self, streams: &[&StreamId]) -> Result<Judged, Error> {
        Ok(Judged { chain: self.chain()?, verdict: self.verdict(streams)? })
    }

    fn chain(&self) -> Result<Option<Chain>, Error> {
        let (Some(seq), Some(link)) = (self.seq_before, &self.link_before) else {
            return Ok(None);
        };
        let corrupt = |_| Error::Corrupt { reason: "a link of another length".to_owned() };
        let link = <[u8; 32]>::try_from(link.as_slice()).map_err(corrupt)?;
        Ok(Some(Chain { tenant_seq: seq.cast_unsigned(), link }))
    }

    fn verdict(self, streams: &[&StreamId]) -> Result<Verdict, Error> {
        let stream = self.conflict_stream.and_then(|no| usize::try_from(no - 1).ok());
        match (self.verdict, self.first_position, self.event_count, self.fingerprint) {
            (0, Some(first), Some(count), _) => {
                let committed = committed(Position::from_i64(first), count.cast_unsigned());
                Ok(Verdict::Committed(committed))
            }
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
    events: EventColumns<'a>,
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
            self.events.push(stream, event, encoded);
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
