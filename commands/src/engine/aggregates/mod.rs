//! Aggregates in memory: committed states that follow the log, and pending ones that the log has yet to
//! accept.
//!
//! - A **committed** state was read from the log or accepted by it.
//!   [`MemoryFollower`](crate::engine::follower) applies what every node commits; while it is up to date,
//!   committed states are used as they are, otherwise their later events are read first.
//! - A **pending** state is the result of a command that waits for its verdict. The next command on the
//!   stream is decided on it and expects exactly its last event, so that both commit or neither does, usually
//!   in one batch or the next.
//!
//! No state in memory is authoritative: the append checks every stream that the decision depends on, by
//! revision and by last event, and a refusal is derived from the log itself before it is returned.

mod memory;
mod snapshots;
mod staged;

use std::any::Any;
use std::sync::Arc;

use domain::Decider;
use domain::shared::{EventId, TenantId};
use event_store::{EventStore, RecordedEvent, Revision, StreamId};

pub(crate) use memory::{Change, Memory, Overtaken, Seen, Trust};

use crate::engine::error::World;
pub(crate) use snapshots::{due, keep};

use memory::Look;

/// A state of any aggregate. Its type follows from its stream's category.
pub(crate) type AnyState = Arc<dyn Any + Send + Sync>;

/// A stream's state after one of its events.
#[derive(Clone)]
pub(crate) struct Folded {
    pub(crate) revision: Revision,
    /// The event at that revision; none before the first.
    pub(crate) last_event: Option<EventId>,
    pub(crate) state: AnyState,
}

impl Folded {
    /// The revision after which a stream is read to continue from here: its last event is returned once more,
    /// which shows that the log has it.
    const fn before(&self) -> Revision {
        Revision::new(self.revision.get().saturating_sub(1))
    }

    /// The state after the events after [`Folded::before`]; none if they lack its last one.
    fn continued_in<'e>(&self, events: &'e [RecordedEvent]) -> Option<&'e [RecordedEvent]> {
        if self.revision == Revision::START {
            return Some(events);
        }
        let (last, rest) = events.split_first()?;
        let is_it = last.revision == self.revision && self.last_event == Some(last.id);
        is_it.then_some(rest)
    }
}

impl std::fmt::Debug for Folded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "at {}", self.revision)
    }
}

/// The kind of aggregate of a stream: its initial state and how events change it.
#[derive(Clone, Copy)]
pub(crate) struct Kind {
    initial: fn() -> AnyState,
    fold: fn(&AnyState, &[RecordedEvent]) -> Result<AnyState, World>,
    snapshot: Option<snapshots::Format>,
}

impl std::fmt::Debug for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Kind")
    }
}

impl Kind {
    fn of<D: Decider>() -> Self {
        Self {
            initial: || Arc::new(D::State::default()),
            fold: |state, events| {
                let mut folded = state_of::<D>(state).clone();
                for event in events {
                    folded = D::evolve(folded, event.decode()?);
                }
                Ok(Arc::new(folded))
            },
            snapshot: snapshots::Format::of::<D>(),
        }
    }

    /// Before the first event.
    pub(crate) fn start(self) -> Folded {
        Folded { revision: Revision::START, last_event: None, state: (self.initial)() }
    }

    fn folded(self, before: &Folded, events: &[RecordedEvent]) -> Result<Folded, World> {
        let Some(last) = events.last() else { return Ok(before.clone()) };
        let state = (self.fold)(&before.state, events)?;
        Ok(Folded { revision: last.revision, last_event: Some(last.id), state })
    }
}

/// A stream to be read.
#[derive(Debug, Clone)]
pub struct Wanted {
    pub(crate) stream: StreamId,
    pub(crate) kind: Kind,
}

impl Wanted {
    /// The aggregate with this id.
    pub fn of<D: Decider>(tenant: TenantId, id: &D::Id) -> Self {
        Self { stream: StreamId::of::<D>(tenant, id), kind: Kind::of::<D>() }
    }
}

/// The state behind a stream of `D`.
pub(crate) fn state_of<D: Decider>(state: &AnyState) -> &D::State {
    state.downcast_ref().expect("a category has one type of state")
}

/// The newest state of each wanted stream, all of one tenant: from memory as far as `trust` allows, the rest
/// in one round trip, or two if a long stream is read for the first time.
///
/// Where the log lacks the last event of a state, because an older copy has replaced the log, the state is
/// dropped and the stream is read from its beginning.
pub(crate) async fn read(
    memory: &Memory,
    store: &dyn EventStore,
    tenant: TenantId,
    wanted: &[Wanted],
    trust: Trust,
) -> Result<Vec<Seen>, World> {
    let mut looks = memory.look(tenant, wanted, trust);
    snapshots::ahead(store, tenant, wanted, &mut looks).await?;
    loop {
        if let Some(seen) = read_on(memory, store, tenant, wanted, looks).await? {
            return Ok(seen);
        }
        looks = memory.look(tenant, wanted, trust);
    }
}

/// Reads the later events of these states; none if the log lacks the last event of a state.
async fn read_on(
    memory: &Memory,
    store: &dyn EventStore,
    tenant: TenantId,
    wanted: &[Wanted],
    looks: Vec<Look>,
) -> Result<Option<Vec<Seen>>, World> {
    let tails: Vec<(StreamId, Revision)> = wanted
        .iter()
        .zip(&looks)
        .filter_map(|(wanted, look)| match look {
            Look::Seen(_) => None,
            Look::Behind { head_start, .. } => Some((wanted.stream.clone(), head_start.before())),
        })
        .collect();
    let tails =
        if tails.is_empty() { Vec::new() } else { store.read_streams(tenant, &tails).await? };
    let mut tails = tails.into_iter();
    let mut seen = Vec::with_capacity(wanted.len());
    let mut goes_on = true;
    for (wanted, look) in wanted.iter().zip(looks) {
        match look {
            Look::Seen(known) => seen.push(known),
            Look::Behind { head_start, stamp } => {
                let tail = tails.next().unwrap_or_default();
                if let Some(rest) = head_start.continued_in(&tail) {
                    let folded = wanted.kind.folded(&head_start, rest)?;
                    memory.learn(wanted, folded.clone(), stamp);
                    seen.push(Seen::committed(folded));
                } else {
                    tracing::warn!(stream = %wanted.stream, "the log lacks the event that a state in \
                        memory ends with: the state is dropped and the stream read from its beginning");
                    memory.forget_stream(&wanted.stream, head_start.last_event);
                    goes_on = false;
                }
            }
        }
    }
    Ok(goes_on.then_some(seen))
}
