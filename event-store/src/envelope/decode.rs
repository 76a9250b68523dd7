//! From a message to the event.

use std::str::FromStr;

use domain::shared::{
    BranchId, CommandId, CorrelationId, DeviceId, EventId, IncarnationId, TenantId, UserId,
};
use uuid::Uuid;

use super::{LaneLink, TYPE_PREFIX, header};
use crate::event::{Actor, Decided, Metadata, RecordedEvent};
use crate::stream::{Position, Revision, StreamId};

/// Why a message is not an event of FastOps.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// A header that is always there is not.
    #[error("the header {0} is missing")]
    Missing(&'static str),
    /// A header has a value that it must not have.
    #[error("the header {0} cannot be read")]
    Unreadable(&'static str),
}

/// The event in a message of the partition `lane` with these headers, names and values, and its link to the
/// one before it.
pub fn decode<'m>(
    headers: impl IntoIterator<Item = (&'m str, Option<&'m [u8]>)>,
    lane: u16,
    payload: &[u8],
) -> Result<(RecordedEvent, LaneLink), Malformed> {
    let headers = Headers(headers.into_iter().collect());
    let tenant = TenantId::from_uuid(headers.read(header::TENANT_ID)?);
    let (event_type, schema_version) =
        stored_type(headers.text(header::TYPE)?).ok_or(Malformed::Unreadable(header::TYPE))?;
    let event = RecordedEvent {
        position: Position::new(headers.read(header::POSITION)?),
        tenant_seq: headers.read(header::SEQUENCE)?,
        lane,
        stream: StreamId::stored(tenant, headers.text(header::SUBJECT)?.to_owned()),
        revision: Revision::new(headers.read(header::REVISION)?),
        id: EventId::from_uuid(headers.read(header::ID)?),
        event_type,
        schema_version,
        payload: payload.to_vec(),
        decided: Decided::default(),
        metadata: Metadata {
            actor: headers.parse(header::ACTOR, stored_actor)?,
            branch: headers.optional(header::BRANCH_ID)?.map(BranchId::from_uuid),
            device: headers.optional(header::DEVICE_ID)?.map(DeviceId::from_uuid),
            command: CommandId::from_uuid(headers.read(header::COMMAND_ID)?),
            correlation: CorrelationId::from_uuid(headers.read(header::CORRELATION_ID)?),
            causation: headers.optional(header::CAUSATION_ID)?.map(EventId::from_uuid),
            traceparent: headers.optional(header::TRACEPARENT)?,
        },
        business_date: headers.optional(header::BUSINESS_DATE)?,
        occurred_at: headers.read(header::TIME)?,
        recorded_at: headers.read(header::RECORDED_TIME)?,
        content_hash: headers.parse(header::CONTENT_HASH, bytes)?,
        link: headers.parse(header::LINK, bytes)?,
    };
    let link = LaneLink {
        incarnation: IncarnationId::from_uuid(headers.read(header::INCARNATION)?),
        previous: Position::new(headers.read(header::PREVIOUS)?),
    };
    Ok((event, link))
}

/// The values of a message's headers, by name.
struct Headers<'m>(Vec<(&'m str, Option<&'m [u8]>)>);

impl<'m> Headers<'m> {
    fn find(&self, key: &'static str) -> Result<Option<&'m str>, Malformed> {
        let found = self.0.iter().find(|(name, _)| *name == key);
        let Some(value) = found.and_then(|(_, value)| *value) else { return Ok(None) };
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
