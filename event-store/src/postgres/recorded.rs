//! Events as the database gives them back.

use chrono::{DateTime, NaiveDate, Utc};
use domain::shared::{EventId, TenantId};
use sqlx::FromRow;
use uuid::Uuid;

use crate::error::Error;
use crate::event::{Decided, RecordedEvent};
use crate::lane;
use crate::stream::{Position, Revision, StreamId};

pub(super) fn corrupt(what: &str, position: i64) -> Error {
    Error::Corrupt { reason: format!("{what} at position {position}") }
}

pub(super) fn hash(bytes: &[u8], what: &str, position: i64) -> Result<[u8; 32], Error> {
    bytes.try_into().map_err(|_| corrupt(what, position))
}

/// A row of `recorded_event` of the schema.
#[derive(FromRow)]
pub(super) struct Row {
    /// Which of several requests it answers.
    pub(super) place: i64,
    pub(super) position: i64,
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
        let (at, tenant) = (row.position, TenantId::from_uuid(row.tenant_id));
        Ok(Self {
            position: Position::from_i64(at),
            tenant_seq: row.tenant_seq.cast_unsigned(),
            lane: lane::of(tenant),
            stream: StreamId::stored(tenant, row.stream),
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
