//! An event as a Kafka message: an event of CloudEvents in binary mode.
//!
//! The value is the payload's bytes as they were written; everything else is in headers, so that a
//! reader gets the event back whole. The partition is the tenant's lane and the key its stream, so
//! whoever reads a partition reads each tenant in order.

use std::str::FromStr;

use chrono::{DateTime, SecondsFormat, Utc};
use domain::shared::{
    BranchId, CommandId, CorrelationId, DeviceId, EventId, IncarnationId, TenantId, UserId,
};
use rdkafka::Message;
use rdkafka::message::{BorrowedMessage, Header, Headers, OwnedHeaders};
use uuid::Uuid;

use crate::event::{Actor, Decided, Metadata, RecordedEvent};
use crate::stream::{Position, Revision, StreamId};

/// The names of the headers. Those of CloudEvents come first, then those that FastOps adds; optional ones
/// are absent where there is nothing to say.
pub mod header {
    /// Always [`SPEC_VERSION_1_0`](super::SPEC_VERSION_1_0).
    pub const SPEC_VERSION: &str = "ce_specversion";
    /// The event's id, a UUID.
    pub const ID: &str = "ce_id";
    /// Whose log it comes from: `/fastops/{tenant id}`.
    pub const SOURCE: &str = "ce_source";
    /// The stored name and version: `co.fastops.order.placed.v1`.
    pub const TYPE: &str = "ce_type";
    /// The stream: `order-{id}`.
    pub const SUBJECT: &str = "ce_subject";
    /// When it happened, as the client says; RFC 3339, UTC, microseconds.
    pub const TIME: &str = "ce_time";
    /// What the value is: [`JSON`](super::JSON).
    pub const CONTENT_TYPE: &str = "content-type";
    /// Whose event it is, a UUID.
    pub const TENANT_ID: &str = "ce_tenantid";
    /// Which life of the log it is of, a UUID; a restore begins another.
    pub const INCARNATION: &str = "ce_incarnation";
    /// Its place in the log, decimal. Together with the incarnation it tells a repetition.
    pub const POSITION: &str = "ce_position";
    /// The place of the event before it in its partition, decimal; 0 before the first one.
    pub const PREVIOUS: &str = "ce_previous";
    /// Its place among the events of its tenant, decimal, from 1 without gaps.
    pub const SEQUENCE: &str = "ce_sequence";
    /// Its place in its stream, decimal, from 1 without gaps.
    pub const REVISION: &str = "ce_revision";
    /// When the server heard of it; RFC 3339, UTC, microseconds.
    pub const RECORDED_TIME: &str = "ce_recordedtime";
    /// The day it counts for, `YYYY-MM-DD`. Optional.
    pub const BUSINESS_DATE: &str = "ce_businessdate";
    /// Who caused it: `user:{id}` or `system:{reason}`.
    pub const ACTOR: &str = "ce_actor";
    /// The branch it happened in, a UUID. Optional.
    pub const BRANCH_ID: &str = "ce_branchid";
    /// The till or tablet it came from, a UUID. Optional.
    pub const DEVICE_ID: &str = "ce_deviceid";
    /// The command that decided it, a UUID.
    pub const COMMAND_ID: &str = "ce_commandid";
    /// The request that everything belongs to, a UUID.
    pub const CORRELATION_ID: &str = "ce_correlationid";
    /// The event that made FastOps send the command, a UUID. Optional.
    pub const CAUSATION_ID: &str = "ce_causationid";
    /// The W3C trace context of the request. Optional.
    pub const TRACEPARENT: &str = "ce_traceparent";
    /// SHA-256 over what was written, in hexadecimal digits.
    pub const CONTENT_HASH: &str = "ce_contenthash";
    /// The tenant's chain up to this event, in hexadecimal digits.
    pub const LINK: &str = "ce_link";
}

/// The version of CloudEvents.
pub const SPEC_VERSION_1_0: &str = "1.0";

/// What every value is.
pub const JSON: &str = "application/json";

/// What the types of FastOps begin with.
pub const TYPE_PREFIX: &str = "co.fastops.";

/// What sources begin with; the tenant's id follows.
pub const SOURCE_PREFIX: &str = "/fastops/";

/// Where a message stands among those of its partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// Which life of the log.
    pub(super) incarnation: IncarnationId,
    /// No event of this lane lies between this position and the event's.
    pub(super) previous: Position,
}

/// Why a message is not an event of FastOps.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// A header that is always there is not.
    #[error("the header {0} is missing")]
    Missing(&'static str),
    /// A header does not say what it should.
    #[error("the header {0} cannot be read")]
    Unreadable(&'static str),
}

/// The key of an event's message: `{tenant id}:{stream}`.
pub fn key(event: &RecordedEvent) -> String {
    format!("{}:{}", event.stream.tenant(), event.stream.name())
}

/// The type of an event for the world: `co.fastops.order.placed.v1`.
pub fn cloud_type(event_type: &str, schema_version: u16) -> String {
    format!("{TYPE_PREFIX}{event_type}.v{schema_version}")
}

/// The headers of an event's message.
pub(super) fn headers(event: &RecordedEvent, place: Place) -> OwnedHeaders {
    let metadata = &event.metadata;
    let tenant = event.stream.tenant();
    let with = |headers: OwnedHeaders, key, value: &str| {
        headers.insert(Header { key, value: Some(value) })
    };
    let said = [
        (header::SPEC_VERSION, SPEC_VERSION_1_0.to_owned()),
        (header::ID, event.id.to_string()),
        (header::SOURCE, format!("{SOURCE_PREFIX}{tenant}")),
        (header::TYPE, cloud_type(&event.event_type, event.schema_version)),
        (header::SUBJECT, event.stream.name().to_owned()),
        (header::TIME, time(event.occurred_at)),
        (header::CONTENT_TYPE, JSON.to_owned()),
        (header::TENANT_ID, tenant.to_string()),
        (header::INCARNATION, place.incarnation.to_string()),
        (header::POSITION, event.position.to_string()),
        (header::PREVIOUS, place.previous.to_string()),
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
    let n_headers = said.len() + optional.len();
    let headers =
        said.iter().fold(OwnedHeaders::new_with_capacity(n_headers), |all, (key, value)| {
            with(all, key, value)
        });
    let there = optional.iter().filter_map(|(key, value)| Some((key, value.as_deref()?)));
    there.fold(headers, |all, (key, value)| with(all, key, value))
}

/// The event in a message, and where it stands in its partition.
pub(super) fn decode(message: &BorrowedMessage<'_>) -> Result<(RecordedEvent, Place), Malformed> {
    let lane = u16::try_from(message.partition()).unwrap_or_default();
    let payload = message.payload().unwrap_or_default();
    decode_parts(message.headers(), lane, payload)
}

fn decode_parts(
    headers: Option<&impl Headers>,
    lane: u16,
    payload: &[u8],
) -> Result<(RecordedEvent, Place), Malformed> {
    let said = Said(headers.into_iter().flat_map(Headers::iter).collect());
    let tenant = TenantId::from_uuid(said.read(header::TENANT_ID)?);
    let (event_type, schema_version) =
        stored_type(said.text(header::TYPE)?).ok_or(Malformed::Unreadable(header::TYPE))?;
    let event = RecordedEvent {
        position: Position::new(said.read(header::POSITION)?),
        tenant_seq: said.read(header::SEQUENCE)?,
        lane,
        stream: StreamId::stored(tenant, said.text(header::SUBJECT)?.to_owned()),
        revision: Revision::new(said.read(header::REVISION)?),
        id: EventId::from_uuid(said.read(header::ID)?),
        event_type,
        schema_version,
        payload: payload.to_vec(),
        decided: Decided::default(),
        metadata: Metadata {
            actor: said.parse(header::ACTOR, stored_actor)?,
            branch: said.optional(header::BRANCH_ID)?.map(BranchId::from_uuid),
            device: said.optional(header::DEVICE_ID)?.map(DeviceId::from_uuid),
            command: CommandId::from_uuid(said.read(header::COMMAND_ID)?),
            correlation: CorrelationId::from_uuid(said.read(header::CORRELATION_ID)?),
            causation: said.optional(header::CAUSATION_ID)?.map(EventId::from_uuid),
            traceparent: said.optional(header::TRACEPARENT)?,
        },
        business_date: said.optional(header::BUSINESS_DATE)?,
        occurred_at: said.read(header::TIME)?,
        recorded_at: said.read(header::RECORDED_TIME)?,
        content_hash: said.parse(header::CONTENT_HASH, bytes)?,
        link: said.parse(header::LINK, bytes)?,
    };
    let place = Place {
        incarnation: IncarnationId::from_uuid(said.read(header::INCARNATION)?),
        previous: Position::new(said.read(header::PREVIOUS)?),
    };
    Ok((event, place))
}

/// What the headers of a message say, by name.
struct Said<'m>(Vec<Header<'m, &'m [u8]>>);

impl<'m> Said<'m> {
    fn find(&self, key: &'static str) -> Result<Option<&'m str>, Malformed> {
        let found = self.0.iter().find(|header| header.key == key);
        let Some(value) = found.and_then(|header| header.value) else { return Ok(None) };
        str::from_utf8(value).map(Some).map_err(|_| Malformed::Unreadable(key))
    }

    fn text(&self, key: &'static str) -> Result<&'m str, Malformed> {
        self.find(key)?.ok_or(Malformed::Missing(key))
    }

    fn parse<T>(
        &self,
        key: &'static str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, Malformed> {
        parse(self.text(key)?).ok_or(Malformed::Unreadable(key))
    }

    fn read<T: FromStr>(&self, key: &'static str) -> Result<T, Malformed> {
        self.parse(key, |text| text.parse().ok())
    }

    fn optional<T: FromStr>(&self, key: &'static str) -> Result<Option<T>, Malformed> {
        let read = |text: &str| text.parse().map_err(|_| Malformed::Unreadable(key));
        self.find(key)?.map(read).transpose()
    }
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

fn stored_actor(text: &str) -> Option<Actor> {
    match text.split_once(':')? {
        ("user", id) => Some(Actor::User(UserId::from_uuid(Uuid::parse_str(id).ok()?))),
        ("system", reason) => Some(Actor::System(reason.to_owned())),
        _ => None,
    }
}

/// `order.placed` and 1 of `co.fastops.order.placed.v1`.
fn stored_type(text: &str) -> Option<(String, u16)> {
    let (name, version) = text.strip_prefix(TYPE_PREFIX)?.rsplit_once(".v")?;
    Some((name.to_owned(), version.parse().ok()?))
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn bytes(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if text.len() != 2 * bytes.len() || !text.is_ascii() {
        return None;
    }
    for (idx, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * idx..2 * idx + 2)?, 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests;
