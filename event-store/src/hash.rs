//! What makes the log tamper-evident: a hash of every event, chained per tenant.
//!
//! `content hash = SHA-256` over the stored columns of an event, each preceded by its length as eight
//! bytes big-endian, in the order of [`content_hash`]; position, tenant sequence and link are not among
//! them, since they are given by the log. `link = SHA-256(previous link ‖ tenant sequence as eight bytes
//! big-endian ‖ content hash)`; the link before the first event is 32 zero bytes.

use chrono::{DateTime, NaiveDate, Utc};
use domain::shared::{EventId, TenantId};
use sha2::{Digest, Sha256};

use crate::stream::Revision;

/// The columns of an event as they are stored.
#[derive(Debug, Clone, Copy)]
pub struct Content<'a> {
    /// Whose event it is.
    pub tenant: TenantId,
    /// The stream's name.
    pub stream: &'a str,
    /// Its revision in the stream.
    pub revision: Revision,
    /// Its id.
    pub id: EventId,
    /// Its stored name.
    pub event_type: &'a str,
    /// The version of its payload.
    pub schema_version: u16,
    /// The payload's bytes.
    pub payload: &'a [u8],
    /// The metadata's bytes.
    pub metadata: &'a [u8],
    /// The day it counts for.
    pub business_date: Option<NaiveDate>,
    /// When it happened.
    pub occurred_at: DateTime<Utc>,
    /// When the server received it.
    pub recorded_at: DateTime<Utc>,
}

/// The content hash of an event. Times count as microseconds since 1970, a missing date as no bytes.
pub fn content_hash(content: &Content<'_>) -> [u8; 32] {
    let date = content.business_date.map(|date| date.to_string()).unwrap_or_default();
    let (tenant, id) = (content.tenant.uuid(), content.id.uuid());
    let columns: [&[u8]; 11] = [
        tenant.as_bytes(),
        content.stream.as_bytes(),
        &content.revision.get().to_be_bytes(),
        id.as_bytes(),
        content.event_type.as_bytes(),
        &content.schema_version.to_be_bytes(),
        content.payload,
        content.metadata,
        date.as_bytes(),
        &content.occurred_at.timestamp_micros().to_be_bytes(),
        &content.recorded_at.timestamp_micros().to_be_bytes(),
    ];
    let mut hasher = Sha256::new();
    for column in columns {
        hasher.update((column.len() as u64).to_be_bytes());
        hasher.update(column);
    }
    hasher.finalize().into()
}

/// Where a tenant's chain ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Chain {
    /// How many events it has.
    pub(crate) tenant_seq: u64,
    /// The link of the last one.
    pub(crate) link: [u8; 32],
}

impl Chain {
    /// Before a tenant's first event.
    pub(crate) const START: Self = Self { tenant_seq: 0, link: [0; 32] };

    /// Goes on by an event.
    pub(crate) fn add(&mut self, content_hash: &[u8; 32]) {
        self.tenant_seq += 1;
        self.link = link(&self.link, self.tenant_seq, content_hash);
    }
}

/// The next link of a tenant's chain.
pub fn link(previous: &[u8; 32], tenant_seq: u64, content_hash: &[u8; 32]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update(previous);
    hasher.update(tenant_seq.to_be_bytes());
    hasher.update(content_hash);
    hasher.finalize().into()
}
