//! The log in memory, for tests.

use std::collections::HashMap;
use std::iter;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use domain::shared::{CommandId, EventId, IncarnationId, TenantId};
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, ready};

use crate::append::Append;
use crate::error::Error;
use crate::event::RecordedEvent;
use crate::hash::Chain;
use crate::snapshot::Snapshot;
use crate::store::{EventStore, Head};
use crate::stream::{Position, Revision, StreamId};
use crate::verdict::{Committed, Earlier, Verdict};

/// A log that lives as long as the process.
#[derive(Debug)]
pub struct MemoryStore {
    incarnation: IncarnationId,
    numbers: Numbers,
    log: Mutex<Log>,
}

/// Which numbers events have as positions.
#[derive(Debug, Clone, Copy)]
enum Numbers {
    EveryOne,
    WithGaps,
}

impl Numbers {
    /// The position of the event after `last`.
    const fn next(self, last: Position) -> Position {
        match self {
            Self::EveryOne => last.plus(1),
            // One to five more, from one event to the next in no even steps.
            Self::WithGaps => last.plus(1 + last.get() * 7 % 5),
        }
    }
}

#[derive(Debug, Default)]
struct Log {
    events: Vec<RecordedEvent>,
    ends: HashMap<StreamId, (Revision, EventId)>,
    chains: HashMap<TenantId, Chain>,
    commands: HashMap<(TenantId, CommandId), Earlier>,
    snapshots: HashMap<StreamId, Snapshot>,
}

impl MemoryStore {
    /// An empty log.
    pub fn new(incarnation: IncarnationId) -> Self {
        Self { incarnation, numbers: Numbers::EveryOne, log: Mutex::default() }
    }

    /// An empty log that leaves numbers out between its positions, as the port allows.
    pub fn with_gaps(incarnation: IncarnationId) -> Self {
        Self { numbers: Numbers::WithGaps, ..Self::new(incarnation) }
    }

    fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Log {
    fn head(&self) -> Position {
        self.events.last().map_or(Position::START, |event| event.position)
    }

    fn append(&mut self, append: Append, numbers: Numbers) -> Verdict {
        let key = (append.tenant(), append.command());
        if let Some(earlier) = self.commands.get(&key) {
            return Verdict::Duplicate(*earlier);
        }
        for expected in append.expected() {
            let end = self.ends.get(&expected.stream);
            let actual = end.map(|(revision, _)| *revision).unwrap_or_default();
            let is_other = |wanted| end.is_some_and(|(_, last)| *last != wanted);
            if actual != expected.revision || expected.last_event.is_some_and(is_other) {
                return Verdict::Conflict { stream: expected.stream.clone(), actual };
            }
        }
        let count = u32::try_from(append.events().len()).expect("a command has few events");
        let next = |last: &Position| Some(numbers.next(*last));
        let positions = iter::successors(next(&self.head()), next).take(count as usize);
        let committed = match (positions.clone().next(), positions.clone().last()) {
            (Some(first), Some(last)) => Committed { first, last, count },
            _ => Committed::nothing_at(self.head()),
        };
        self.commands.insert(key, Earlier { fingerprint: *append.fingerprint(), committed });
        let chain = self.chains.entry(append.tenant()).or_insert(Chain::START);
        for event in append.recorded(positions, chain) {
            self.ends.insert(event.stream.clone(), (event.revision, event.id));
            self.events.push(event);
        }
        Verdict::Committed(committed)
    }
}

#[async_trait]
impl EventStore for MemoryStore {
    fn append(&self, append: Append) -> BoxFuture<'static, Result<Verdict, Error>> {
        ready(Ok(self.log().append(append, self.numbers))).boxed()
    }

    async fn read_streams(
        &self,
        tenant: TenantId,
        tails: &[(StreamId, Revision)],
    ) -> Result<Vec<Vec<RecordedEvent>>, Error> {
        let log = self.log();
        let tail = |(stream, after): &(StreamId, Revision)| {
            log.events
                .iter()
                .filter(|event| event.stream.tenant() == tenant)
                .filter(|event| event.stream == *stream && event.revision > *after)
                .cloned()
                .collect()
        };
        Ok(tails.iter().map(tail).collect())
    }

    async fn read_all(&self, after: Position, limit: u32) -> Result<Vec<RecordedEvent>, Error> {
        let log = self.log();
        let rest = log.events.iter().filter(|event| event.position > after);
        Ok(rest.take(limit as usize).cloned().collect())
    }

    async fn commands(
        &self,
        tenant: TenantId,
        ids: &[CommandId],
    ) -> Result<Vec<Option<Earlier>>, Error> {
        let log = self.log();
        Ok(ids.iter().map(|id| log.commands.get(&(tenant, *id)).copied()).collect())
    }

    async fn events_of(
        &self,
        tenant: TenantId,
        command: CommandId,
    ) -> Result<Vec<RecordedEvent>, Error> {
        let log = self.log();
        let Some(Earlier { committed, .. }) = log.commands.get(&(tenant, command)) else {
            return Ok(Vec::new());
        };
        let first = log.events.partition_point(|event| event.position < committed.first);
        Ok(log.events.iter().skip(first).take(committed.count as usize).cloned().collect())
    }

    async fn events_at(
        &self,
        tenant: TenantId,
        positions: &[Position],
    ) -> Result<Vec<RecordedEvent>, Error> {
        let log = self.log();
        let events = log.events.iter().filter(|event| event.stream.tenant() == tenant);
        Ok(events.filter(|event| positions.contains(&event.position)).cloned().collect())
    }

    async fn snapshots(
        &self,
        tenant: TenantId,
        streams: &[StreamId],
    ) -> Result<Vec<Option<Snapshot>>, Error> {
        let log = self.log();
        let kept = |stream: &StreamId| {
            let kept = log.snapshots.get(stream).filter(|kept| kept.stream.tenant() == tenant);
            kept.cloned()
        };
        Ok(streams.iter().map(kept).collect())
    }

    async fn keep_snapshot(&self, snapshot: Snapshot) -> Result<(), Error> {
        let mut log = self.log();
        let later = |kept: &Snapshot| kept.revision > snapshot.revision;
        if !log.snapshots.get(&snapshot.stream).is_some_and(later) {
            log.snapshots.insert(snapshot.stream.clone(), snapshot);
        }
        Ok(())
    }

    async fn head(&self) -> Result<Head, Error> {
        Ok(Head { incarnation: self.incarnation, position: self.log().head() })
    }
}
