//! A unit of work: the states one command has read, and the events it has decided.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use domain::Decider;
use domain::event::StoredEvent;
use domain::identity::roles::BranchAccess;
use domain::shared::{BranchId, EventId, TenantId};
use event_store::{
    Actor, Append, Decided, EventStore, Expected, Fingerprint, Metadata, NewEvent, Revision,
    StreamId,
};
use foldhash::fast::RandomState;

use crate::engine::aggregates::{self, Change, Folded, Memory, Seen, Trust, Wanted, state_of};
use crate::engine::error::{CommandError, World};
use crate::engine::receipt::Caused;
use crate::engine::scope::{Request, Scope};
use crate::engine::sources::IdGenerator;

/// The workspace of an [`Intent`](crate::Intent). Streams are read before they are used, several in one round
/// trip; later decisions of the same unit see the events of earlier ones.
pub struct UnitOfWork<'a> {
    pub(super) scope: &'a Scope,
    pub(super) request: Request,
    pub(super) recorded_at: DateTime<Utc>,
    sources: Sources<'a>,
    trust: Trust,
    streams: Vec<InWork>,
    /// The index of a stream among them, by its name.
    places: HashMap<Arc<str>, usize, RandomState>,
    events: Vec<NewEvent>,
    /// The same events, for the answer.
    receipt: Vec<Caused>,
    pub(super) branch: Option<BranchId>,
    pub(super) business_date: Option<NaiveDate>,
}

/// The sources of states and ids.
#[derive(Clone, Copy)]
pub(crate) struct Sources<'a> {
    pub(crate) memory: &'a Memory,
    pub(crate) store: &'a dyn EventStore,
    pub(crate) ids: &'a dyn IdGenerator,
}

struct InWork {
    wanted: Wanted,
    seen: Seen,
    now: Folded,
    is_asserted: bool,
}

impl InWork {
    fn new(wanted: Wanted, seen: Seen) -> Self {
        let now = seen.folded.clone();
        // A pending state is valid only if it is committed.
        let is_asserted = seen.pending.is_some();
        Self { wanted, seen, now, is_asserted }
    }
}

impl std::fmt::Debug for UnitOfWork<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("UnitOfWork").field("events", &self.events).finish_non_exhaustive()
    }
}

impl<'a> UnitOfWork<'a> {
    pub(crate) fn new(
        scope: &'a Scope,
        request: Request,
        recorded_at: DateTime<Utc>,
        sources: Sources<'a>,
        trust: Trust,
    ) -> Self {
        Self {
            scope,
            request,
            recorded_at,
            sources,
            trust,
            streams: Vec::new(),
            places: HashMap::default(),
            events: Vec::new(),
            receipt: Vec::new(),
            branch: None,
            business_date: None,
        }
    }

    /// The tenant.
    pub const fn tenant(&self) -> TenantId {
        self.scope.tenant
    }

    /// The time at which the command is recorded, by the server's clock.
    pub(crate) const fn recorded_at(&self) -> DateTime<Utc> {
        self.recorded_at
    }

    /// The actor.
    pub const fn actor(&self) -> &Actor {
        &self.scope.actor
    }

    /// The branches of the actor's sign-in.
    pub(crate) const fn branches(&self) -> &BranchAccess {
        &self.scope.branches
    }

    /// What [`UnitOfWork::read`] takes, for an aggregate of this tenant.
    pub fn wanted<D: Decider>(&self, id: &D::Id) -> Wanted {
        Wanted::of::<D>(self.tenant(), id)
    }

    /// Reads aggregates in one round trip; what was read before stays as it is.
    pub async fn read(&mut self, wanted: Vec<Wanted>) -> Result<(), World> {
        let mut named = HashSet::with_capacity_and_hasher(wanted.len(), RandomState::default());
        let missing: Vec<Wanted> = wanted
            .into_iter()
            .filter(|wanted| !self.places.contains_key(wanted.stream.name()))
            .filter(|wanted| named.insert(wanted.stream.shared_name()))
            .collect();
        if missing.is_empty() {
            return Ok(());
        }
        let Sources { memory, store, .. } = self.sources;
        let seen = aggregates::read(memory, store, self.tenant(), &missing, self.trust).await?;
        self.streams.reserve(missing.len());
        self.places.reserve(missing.len());
        for (wanted, seen) in missing.into_iter().zip(seen) {
            self.take_up(wanted, seen);
        }
        Ok(())
    }

    fn take_up(&mut self, wanted: Wanted, seen: Seen) {
        self.places.insert(wanted.stream.shared_name(), self.streams.len());
        self.streams.push(InWork::new(wanted, seen));
    }

    /// Begins an aggregate whose id was made for this very command: there is nothing to read. The append
    /// asserts that.
    pub async fn begin<D: Decider>(&mut self, id: &D::Id) -> Result<(), World> {
        let wanted = self.wanted::<D>(id);
        if self.trust == Trust::Log {
            return self.read(vec![wanted]).await;
        }
        let seen = Seen { folded: wanted.kind.start(), from_log: false, pending: None };
        self.take_up(wanted, seen);
        Ok(())
    }

    /// The state of an aggregate when it was last read here. It may be outdated: use it only to guess which
    /// streams to read together with the aggregate.
    pub fn remembered<D: Decider>(&self, id: &D::Id) -> Option<D::State> {
        let stream = StreamId::of::<D>(self.tenant(), id);
        let remembered = self.sources.memory.remembered(&stream);
        remembered.map(|folded| state_of::<D>(&folded.state).clone())
    }

    /// The state of an aggregate that was read, after what this unit has decided.
    pub fn state<D: Decider>(&self, id: &D::Id) -> &D::State {
        state_of::<D>(&self.in_work::<D>(id).now.state)
    }

    /// The revision of an aggregate when it was read.
    pub fn revision<D: Decider>(&self, id: &D::Id) -> Revision {
        self.in_work::<D>(id).seen.folded.revision
    }

    /// The event that an aggregate ended with when it was read; none for one that has not begun.
    pub(crate) fn last_event<D: Decider>(&self, id: &D::Id) -> Option<EventId> {
        self.in_work::<D>(id).seen.folded.last_event
    }

    /// Fails unless the aggregate has the revision that the caller has seen; without a revision every one is
    /// accepted.
    pub fn expect<D: Decider, R>(
        &self,
        id: &D::Id,
        seen: Option<Revision>,
    ) -> Result<(), CommandError<R>> {
        let actual = self.revision::<D>(id);
        match seen {
            Some(seen) if seen != actual => Err(CommandError::Stale { actual }),
            _ => Ok(()),
        }
    }

    /// Has the append assert the revision of an aggregate that was read, because a decision on another
    /// aggregate depends on its state.
    pub fn rest_on<D: Decider>(&mut self, id: &D::Id) {
        let place = self.place::<D>(id);
        self.streams[place].is_asserted = true;
    }

    /// Decides a command on an aggregate that was read. What the aggregate refuses, the intent refuses. The
    /// append will assert its revision, also when nothing happens.
    pub fn decide<D, R>(
        &mut self,
        id: &D::Id,
        command: D::Command,
    ) -> Result<Vec<D::Event>, CommandError<R>>
    where
        D: Decider,
        R: From<D::Error>,
    {
        self.try_decide::<D>(id, command).map_err(CommandError::refused)
    }

    /// The same with the aggregate's refusal, for an intent that maps it to another one.
    pub fn try_decide<D: Decider>(
        &mut self,
        id: &D::Id,
        command: D::Command,
    ) -> Result<Vec<D::Event>, D::Error> {
        let place = self.place::<D>(id);
        let decided = D::decide(state_of::<D>(&self.streams[place].now.state), command)?;
        let metadata = self.metadata();
        let in_work = &mut self.streams[place];
        let stream = in_work.wanted.stream.clone();
        in_work.is_asserted = true;
        if decided.is_empty() {
            return Ok(decided);
        }
        let mut state = state_of::<D>(&in_work.now.state).clone();
        for event in &decided {
            let id = EventId::from_uuid(self.sources.ids.uuid());
            in_work.now.revision = in_work.now.revision.plus(1);
            in_work.now.last_event = Some(id);
            state = D::evolve(state, event.clone());
            let revision = in_work.now.revision;
            let shared = Decided::new(Arc::new(event.clone()));
            self.receipt.push(Caused::decided(stream.clone(), revision, shared.clone()));
            self.events.push(NewEvent {
                stream: stream.clone(),
                revision,
                id,
                event_type: event.event_type(),
                payload: event.encode(),
                decided: shared,
                metadata: metadata.clone(),
                business_date: self.business_date,
                occurred_at: self.request.occurred_at.unwrap_or(self.recorded_at),
                recorded_at: self.recorded_at,
            });
        }
        in_work.now.state = Arc::new(state);
        Ok(decided)
    }

    /// Whether everything was read from the log itself, and nothing is cached or pending.
    pub(crate) fn is_certain(&self) -> bool {
        self.streams.iter().all(|in_work| in_work.seen.from_log)
    }

    /// Waits until everything that was pending when it was read is settled.
    pub(crate) async fn settled(self) {
        for in_work in self.streams {
            if let Some(mut pending) = in_work.seen.pending {
                // The value never changes; the channel closes.
                let _closed = pending.changed().await;
            }
        }
    }

    /// The append, and the states after it.
    pub(crate) fn finish(self, fingerprint: Fingerprint) -> Result<Finished, event_store::Error> {
        let tenant = self.tenant();
        let asserted = || self.streams.iter().filter(|in_work| in_work.is_asserted);
        let expected = asserted().map(|InWork { wanted, seen, .. }| Expected {
            stream: wanted.stream.clone(),
            revision: seen.folded.revision,
            last_event: seen.folded.last_event,
        });
        let rests_on = asserted()
            .map(|InWork { wanted, seen, .. }| (wanted.stream.clone(), seen.folded.revision))
            .collect();
        let expected = expected.collect();
        let append =
            Append::try_new(tenant, self.request.command, fingerprint, expected, self.events)?;
        let has_changed = |it: &InWork| it.now.revision > it.seen.folded.revision;
        let changes = self.streams.into_iter().filter(has_changed);
        let changes = changes
            .map(|InWork { wanted, seen, now, .. }| {
                let was = seen.folded.revision;
                Change { wanted, was, folded: now }
            })
            .collect();
        Ok(Finished { append, rests_on, changes, receipt: self.receipt })
    }

    fn in_work<D: Decider>(&self, id: &D::Id) -> &InWork {
        &self.streams[self.place::<D>(id)]
    }

    fn place<D: Decider>(&self, id: &D::Id) -> usize {
        let place = self.places.get(StreamId::name_of::<D>(id).as_str());
        *place.expect("an aggregate is read before it is used")
    }

    fn metadata(&self) -> Metadata {
        Metadata {
            actor: self.scope.actor.clone(),
            branch: self.branch,
            device: self.scope.device,
            command: self.request.command,
            correlation: self.scope.correlation.id,
            causation: self.scope.causation,
            traceparent: self.scope.correlation.traceparent.as_deref().map(str::to_owned),
        }
    }
}

/// A unit of work that has decided everything.
pub(crate) struct Finished {
    pub(crate) append: Append,
    /// The expected revisions of the streams that the decision depends on.
    pub(crate) rests_on: Vec<(StreamId, Revision)>,
    pub(crate) changes: Vec<Change>,
    pub(crate) receipt: Vec<Caused>,
}
