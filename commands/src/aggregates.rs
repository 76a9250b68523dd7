//! Aggregates in memory: the states of streams as they were last read or committed here.
//!
//! A cached state is a head start and never an authority: a unit of work reads the tail after its
//! revision before it decides, and the append checks the revision again.

use std::any::Any;
use std::sync::Arc;

use domain::Decider;
use domain::shared::TenantId;
use event_store::{EventStore, RecordedEvent, Revision, StreamId};
use moka::sync::Cache;

use crate::error::World;

/// How many streams are kept; the least used leave first.
const STREAMS_MAX: u64 = 50_000;

/// A state of any aggregate. Its type follows from its stream's category.
pub(crate) type AnyState = Arc<dyn Any + Send + Sync>;

/// A stream's state at a revision.
#[derive(Clone)]
pub(crate) struct Snapshot {
    pub(crate) revision: Revision,
    pub(crate) state: AnyState,
}

/// A stream to be read, and how its events are folded.
#[derive(Clone)]
pub struct Wanted {
    pub(crate) stream: StreamId,
    initial: fn() -> AnyState,
    fold: fn(&AnyState, &[RecordedEvent]) -> Result<AnyState, World>,
}

impl Wanted {
    /// The aggregate with this id.
    pub fn of<D: Decider>(tenant: TenantId, id: &D::Id) -> Self {
        Self {
            stream: StreamId::of::<D>(tenant, id),
            initial: || Arc::new(D::State::default()),
            fold: |state, events| {
                let mut folded = state_of::<D>(state).clone();
                for event in events {
                    folded = D::evolve(folded, event.decode()?);
                }
                Ok(Arc::new(folded))
            },
        }
    }
}

impl std::fmt::Debug for Wanted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.stream)
    }
}

/// The state behind a stream of `D`.
pub(crate) fn state_of<D: Decider>(state: &AnyState) -> &D::State {
    state.downcast_ref().expect("a category has one type of state")
}

/// See the module.
#[derive(Debug)]
pub(crate) struct Aggregates {
    cache: Cache<StreamId, Snapshot>,
}

impl std::fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "at {}", self.revision)
    }
}

impl Aggregates {
    pub(crate) fn new() -> Self {
        Self { cache: Cache::new(STREAMS_MAX) }
    }

    /// The newest state of each wanted stream, in one round trip.
    pub(crate) async fn read(
        &self,
        store: &dyn EventStore,
        tenant: TenantId,
        wanted: &[Wanted],
    ) -> Result<Vec<Snapshot>, World> {
        let known: Vec<Snapshot> = wanted.iter().map(|wanted| self.known(wanted)).collect();
        let tails: Vec<(StreamId, Revision)> = wanted
            .iter()
            .zip(&known)
            .map(|(wanted, known)| (wanted.stream.clone(), known.revision))
            .collect();
        let events = store.read_streams(tenant, &tails).await?;
        let mut newest = Vec::with_capacity(wanted.len());
        for ((wanted, known), events) in wanted.iter().zip(known).zip(events) {
            let snapshot = match events.last() {
                None => known,
                Some(last) => {
                    let state = (wanted.fold)(&known.state, &events)?;
                    let snapshot = Snapshot { revision: last.revision, state };
                    self.put(wanted.stream.clone(), snapshot.clone());
                    snapshot
                }
            };
            newest.push(snapshot);
        }
        Ok(newest)
    }

    /// Remembers a state that the log has accepted.
    pub(crate) fn put(&self, stream: StreamId, snapshot: Snapshot) {
        self.cache.insert(stream, snapshot);
    }

    /// What was read or committed here last, however old it is.
    pub(crate) fn remembered(&self, stream: &StreamId) -> Option<Snapshot> {
        self.cache.get(stream)
    }

    fn known(&self, wanted: &Wanted) -> Snapshot {
        self.remembered(&wanted.stream)
            .unwrap_or_else(|| Snapshot { revision: Revision::START, state: (wanted.initial)() })
    }
}
