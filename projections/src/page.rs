//! Pages: of events as folds want them, decoded and keyed, and of rows as lists give them.

use domain::Decider;
use event_store::RecordedEvent;
use event_store::consumer::ConsumerError;
use uuid::Uuid;

/// Some rows of a list, and where the next ones begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T, C> {
    /// The rows, in the order of the list.
    pub rows: Vec<T>,
    /// What to ask for to get the rows after them; none when these are the last.
    pub next: Option<C>,
}

impl<T, C> Page<T, C> {
    /// Makes a page of at most `limit` rows out of rows of which one more was asked for.
    pub(crate) fn of(mut rows: Vec<T>, limit: u32, cursor: impl FnOnce(&T) -> C) -> Self {
        let limit = limit as usize;
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = rows.last().filter(|_| more).map(cursor);
        Self { rows, next }
    }
}

/// How many rows to query to find out whether there are more than `limit`.
pub(crate) fn one_more_than(limit: u32) -> i64 {
    i64::from(limit) + 1
}

/// The key of a thing among all others of its kind, over all tenants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, sqlx::FromRow)]
pub(crate) struct Key {
    pub(crate) tenant_id: Uuid,
    pub(crate) id: Uuid,
}

impl Key {
    /// What an event happened to, whose stream is named after it.
    pub(crate) fn of(recorded: &RecordedEvent) -> Result<Self, ConsumerError> {
        let id = recorded.stream.id().parse();
        let id = id.map_err(|_| misfit(recorded, "the stream is not named after a UUID"))?;
        Ok(Self { tenant_id: recorded.stream.tenant().uuid(), id })
    }
}

/// An event of `D`, with where it happened.
#[derive(Debug)]
pub(crate) struct Happened<'a, D: Decider> {
    pub(crate) recorded: &'a RecordedEvent,
    pub(crate) key: Key,
    pub(crate) event: D::Event,
}

impl<'a, D: Decider> Happened<'a, D> {
    /// Reads an event.
    pub(crate) fn decode(recorded: &'a RecordedEvent) -> Result<Self, ConsumerError> {
        Ok(Self { recorded, key: Key::of(recorded)?, event: recorded.decode()? })
    }

    /// The error about an event that contradicts earlier ones.
    pub(crate) fn misfit(&self, reason: &str) -> ConsumerError {
        misfit(self.recorded, reason)
    }
}

/// The events of `D` among these, in order. Fails at one that this release does not support.
pub(crate) fn decoded<'a, D: Decider>(
    events: &[&'a RecordedEvent],
) -> Result<Vec<Happened<'a, D>>, ConsumerError> {
    let of_kind = events.iter().filter(|event| event.stream.is_of::<D>());
    of_kind.map(|event| Happened::decode(event)).collect()
}

/// The error about an event that contradicts earlier ones.
pub(crate) fn misfit(recorded: &RecordedEvent, reason: &str) -> ConsumerError {
    let stream = &recorded.stream;
    let reason = format!("{} of {stream}: {reason}", recorded.event_type);
    ConsumerError::Misfit { position: recorded.position, reason }
}
