//! From a message to the event.

use std::str::FromStr;

use domain::shared::{
    BranchId, CommandId, CorrelationId, DeviceId, EventId, IncarnationId, TenantId, UserId,
};
use uuid::Uuid;

use super::{Place, TYPE_PREFIX, header};
use crate::event::{Actor, Decided, Metadata, RecordedEvent};
use crate::stream::{Position, Revision, StreamId};

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

/// The event in a message of the partition `lane` with these headers, names and values, and where it
/// stands in that partition.
pub fn decode<'m>(
    headers: impl IntoIterator<Item = (&'m str, Option<&'m [u8]>)>,
    lane: u16,
    payload: &[u8],
) -> Result<(RecordedEvent, Place), Malformed> {
    let said = Said(headers.into_iter().collect());
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
struct Said<'m>(Vec<(&'m str, Option<&'m [u8]>)>);

impl<'m> Said<'m> {
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
