//! An event as a message of the published stream: an event of CloudEvents in binary mode.
//!
//! The value is the payload's bytes as they were written; everything else is in headers, so that a reader
//! gets the complete event back. The partition is the tenant's lane and the key its stream, so a reader of a
//! partition reads each tenant in order. This module needs no client of Kafka.

mod decode;
pub mod header;

use chrono::{DateTime, SecondsFormat, Utc};
use domain::shared::IncarnationId;

pub use decode::{Malformed, decode};

use crate::event::{Actor, RecordedEvent};
use crate::stream::Position;

/// The version of CloudEvents.
pub const SPEC_VERSION_1_0: &str = "1.0";

/// What every value is.
pub const JSON: &str = "application/json";

/// What the types of FastOps begin with.
pub const TYPE_PREFIX: &str = "co.fastops.";

/// What sources begin with; the tenant's id follows.
pub const SOURCE_PREFIX: &str = "/fastops/";

/// Connects a message to the preceding one of its partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LaneLink {
    /// Which life of the log.
    pub incarnation: IncarnationId,
    /// No event of this lane lies between this position and the event's.
    pub previous: Position,
}

/// The key of an event's message: `{tenant id}:{stream}`.
pub fn key(event: &RecordedEvent) -> String {
    format!("{}:{}", event.stream.tenant(), event.stream.name())
}

/// The type of an event for the world: `co.fastops.order.placed.v1`.
pub fn cloud_type(event_type: &str, schema_version: u16) -> String {
    format!("{TYPE_PREFIX}{event_type}.v{schema_version}")
}

/// The headers of an event's message, names and values.
pub fn headers(event: &RecordedEvent, link: LaneLink) -> Vec<(&'static str, String)> {
    let metadata = &event.metadata;
    let tenant = event.stream.tenant();
    let values = [
        (header::SPEC_VERSION, SPEC_VERSION_1_0.to_owned()),
        (header::ID, event.id.to_string()),
        (header::SOURCE, format!("{SOURCE_PREFIX}{tenant}")),
        (header::TYPE, cloud_type(&event.event_type, event.schema_version)),
        (header::SUBJECT, event.stream.name().to_owned()),
        (header::TIME, time(event.occurred_at)),
        (header::CONTENT_TYPE, JSON.to_owned()),
        (header::TENANT_ID, tenant.to_string()),
        (header::INCARNATION, link.incarnation.to_string()),
        (header::POSITION, event.position.to_string()),
        (header::PREVIOUS, link.previous.to_string()),
        (header::SEQUENCE, event.tenant_seq.to_string()),
        (header::REVISION, event.revision.to_string()),
        (header::RECORDED_TIME, time(event.recorded_at)),
        (header::ACTOR, actor(&metadata.actor)),
        (header::COMMAND_ID, metadata.command.to_string()),
        (header::CORRELATION_ID, metadata.correlation.to_string()),
        (header::CONTENT_HASH, hex(&event.content_hash)),
        (header::LINK, hex(&event.link)),
    ];
    let optional = [
        (header::BUSINESS_DATE, event.business_date.map(|date| date.to_string())),
        (header::BRANCH_ID, metadata.branch.map(|id| id.to_string())),
        (header::DEVICE_ID, metadata.device.map(|id| id.to_string())),
        (header::CAUSATION_ID, metadata.causation.map(|id| id.to_string())),
        (header::TRACEPARENT, metadata.traceparent.clone()),
    ];
    let there = optional.into_iter().filter_map(|(name, value)| Some((name, value?)));
    values.into_iter().chain(there).collect()
}

fn time(moment: DateTime<Utc>) -> String {
    moment.to_rfc3339_opts(SecondsFormat::Micros, true)
}

fn actor(actor: &Actor) -> String {
    match actor {
        Actor::User(user) => format!("user:{user}"),
        Actor::System(reason) => format!("system:{reason}"),
    }
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests;
