//! A unit of work: the states one command has read, and the events it has decided.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use domain::Decider;
use domain::event::StoredEvent;
use domain::shared::business_day::BusinessMoment;
use domain::shared::{BranchId, BusinessDay, EventId, TenantId};
use event_store::{
    Append, EventStore, Expected, Fingerprint, Metadata, NewEvent, Revision, StreamId,
};

use crate::aggregates::{Aggregates, Snapshot, Wanted, state_of};
use crate::error::{Failure, World};
use crate::scope::{Request, Scope};
use crate::sources::IdGenerator;

/// What an [`Intent`](crate::Intent) works with. Streams are read before they are used, several in one
/// round trip; what is decided is seen by later decisions of the same unit.
pub struct UnitOfWork<'a> {
    scope: &'a Scope,
    request: Request,
    recorded_at: DateTime<Utc>,
    store: &'a dyn EventStore,
    aggregates: &'a Aggregates,
    ids: &'a dyn IdGenerator,
    streams: HashMap<StreamId, InWork>,
    events: Vec<NewEvent>,
    branch: Option<BranchId>,
    business_date: Option<NaiveDate>,
}

struct InWork {
    read: Revision,
    snapshot: Snapshot,
    asserted: bool,
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
        store: &'a dyn EventStore,
        aggregates: &'a Aggregates,
        ids: &'a dyn IdGenerator,
    ) -> Self {
        Self {
            scope,
            request,
            recorded_at,
            store,
            aggregates,
            ids,
            streams: HashMap::new(),
            events: Vec::new(),
            branch: None,
            business_date: None,
        }
    }

    /// Whose work it is.
    pub const fn tenant(&self) -> TenantId {
        self.scope.tenant
    }

    /// What [`UnitOfWork::read`] takes, for an aggregate of this tenant.
    pub fn wanted<D: Decider>(&self, id: &D::Id) -> Wanted {
        Wanted::of::<D>(self.tenant(), id)
    }

    /// Reads aggregates in one round trip; what was read before stays as it is.
    pub async fn read(&mut self, wanted: Vec<Wanted>) -> Result<(), World> {
        let mut named = HashSet::new();
        let missing: Vec<Wanted> = wanted
            .into_iter()
            .filter(|wanted| !self.streams.contains_key(&wanted.stream))
            .filter(|wanted| named.insert(wanted.stream.clone()))
            .collect();
        if missing.is_empty() {
            return Ok(());
        }
        let snapshots = self.aggregates.read(self.store, self.tenant(), &missing).await?;
        for (wanted, snapshot) in missing.into_iter().zip(snapshots) {
            let in_work = InWork { read: snapshot.revision, snapshot, asserted: false };
            self.streams.insert(wanted.stream, in_work);
        }
        Ok(())
    }

    /// What an aggregate was like when it was last seen here. It may have changed since: good for
    /// guessing what to read together with it, and for nothing else.
    pub fn remembered<D: Decider>(&self, id: &D::Id) -> Option<D::State> {
        let stream = StreamId::of::<D>(self.tenant(), id);
        self.aggregates.remembered(&stream).map(|seen| state_of::<D>(&seen.state).clone())
    }

    /// The state of an aggregate that was read, after what this unit has decided.
    pub fn state<D: Decider>(&self, id: &D::Id) -> &D::State {
        state_of::<D>(&self.in_work::<D>(id).snapshot.state)
    }

    /// The revision at which an aggregate was read.
    pub fn revision<D: Decider>(&self, id: &D::Id) -> Revision {
        self.in_work::<D>(id).read
    }

    /// Goes on only if the aggregate stands where the caller has seen it; without a revision the
    /// caller does not care.
    pub fn expect<D: Decider, R>(
        &self,
        id: &D::Id,
        seen: Option<Revision>,
    ) -> Result<(), Failure<R>> {
        let actual = self.revision::<D>(id);
        match seen {
            Some(seen) if seen != actual => Err(Failure::Stale { actual }),
            _ => Ok(()),
        }
    }

    /// Decides a command on an aggregate that was read. The append will assert its revision, also
    /// when nothing happens.
    pub fn decide<D: Decider>(
        &mut self,
        id: &D::Id,
        command: D::Command,
    ) -> Result<Vec<D::Event>, D::Error> {
        let stream = StreamId::of::<D>(self.tenant(), id);
        let decided = D::decide(state_of::<D>(&self.in_work::<D>(id).snapshot.state), command)?;
        let metadata = self.metadata();
        let in_work = self.streams.get_mut(&stream).expect("in_work has found it");
        in_work.asserted = true;
        let mut state = state_of::<D>(&in_work.snapshot.state).clone();
        for event in &decided {
            in_work.snapshot.revision = in_work.snapshot.revision.plus(1);
            state = D::evolve(state, event.clone());
            self.events.push(NewEvent {
                stream: stream.clone(),
                revision: in_work.snapshot.revision,
                id: EventId::from_uuid(self.ids.uuid()),
                event_type: event.event_type(),
                payload: event.encode(),
                metadata: metadata.clone(),
                business_date: self.business_date,
                occurred_at: self.request.occurred_at.unwrap_or(self.recorded_at),
                recorded_at: self.recorded_at,
            });
        }
        if !decided.is_empty() {
            in_work.snapshot.state = Arc::new(state);
        }
        Ok(decided)
    }

    /// Places the command in the life of a branch: its events get the branch and its business date.
    pub fn at_branch(&mut self, branch: BranchId, day: BusinessDay) -> BusinessMoment {
        let occurred_at = self.request.occurred_at.unwrap_or(self.recorded_at);
        let moment = day.at(self.scope.business_instant(occurred_at, self.recorded_at));
        self.branch = Some(branch);
        self.business_date = Some(moment.date);
        moment
    }

    /// What the log is asked for.
    pub(crate) fn append(&self, fingerprint: Fingerprint) -> Result<Append, World> {
        let expected = self
            .streams
            .iter()
            .filter(|(_, in_work)| in_work.asserted)
            .map(|(stream, in_work)| Expected { stream: stream.clone(), revision: in_work.read })
            .collect();
        let events = self.events.clone();
        Ok(Append::try_new(self.tenant(), self.request.command, fingerprint, expected, events)?)
    }

    /// What was decided.
    pub(crate) fn events(&self) -> &[NewEvent] {
        &self.events
    }

    /// Hands the states over that the log has accepted.
    pub(crate) fn remember(self) {
        for (stream, in_work) in self.streams {
            if in_work.snapshot.revision > in_work.read {
                self.aggregates.put(stream, in_work.snapshot);
            }
        }
    }

    fn in_work<D: Decider>(&self, id: &D::Id) -> &InWork {
        let stream = StreamId::of::<D>(self.tenant(), id);
        self.streams.get(&stream).expect("an aggregate is read before it is used")
    }

    fn metadata(&self) -> Metadata {
        Metadata {
            actor: self.scope.actor.clone(),
            branch: self.branch,
            device: self.scope.device,
            command: self.request.command,
            correlation: self.scope.correlation,
            causation: self.scope.causation,
            traceparent: self.scope.traceparent.clone(),
        }
    }
}
