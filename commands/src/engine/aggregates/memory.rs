//! The states in memory, and for how long they are used without reading the log.

use std::fmt;
use std::hash::{BuildHasher, Hash};
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use domain::shared::{EventId, TenantId};
use event_store::{RecordedEvent, Revision, StreamId, StreamMap, Verdict};
use foldhash::fast::FixedState;
use futures_util::future::BoxFuture;
use lru::LruCache;
use tokio::sync::watch;

use super::staged::Staged;
use super::{Folded, Kind, Wanted};

/// How many committed streams each shard keeps; the least used are dropped first.
const STREAMS_MAX: NonZeroUsize = NonZeroUsize::new(4_000).expect("it is not zero");

/// How many shards the memory has, each with its own lock. A tenant is in one of them.
const SHARDS: u64 = 16;

/// How many groups of streams have separate counters of changes, which detect a change while a stream is
/// being read.
const STAMPS: u64 = 256;

/// For how long after the follower last read the end of the log states are used without reading.
const FRESH_FOR: Duration = Duration::from_secs(2);

/// Which states a command may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trust {
    /// Pending states, and committed ones while the follower is up to date.
    Memory,
    /// Committed states while the follower is up to date.
    Committed,
    /// Only what the log returns at this moment.
    Log,
}

/// A state on which a unit of work decides.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) folded: Folded,
    /// Whether it was just read from the log.
    pub(crate) from_log: bool,
    /// Closed when the command that produces the state has its verdict; none for committed states.
    pub(crate) pending: Option<watch::Receiver<()>>,
}

impl Seen {
    pub(super) const fn committed(folded: Folded) -> Self {
        Self { folded, from_log: true, pending: None }
    }
}

/// The state of a wanted stream in memory.
pub(super) enum Look {
    /// It can be used.
    Seen(Seen),
    /// Its later events have to be read.
    Behind { head_start: Folded, stamp: u64 },
}

/// A stream that a command has changed.
#[derive(Debug)]
pub(crate) struct Change {
    pub(crate) wanted: Wanted,
    /// The revision before the change.
    pub(crate) was: Revision,
    pub(crate) folded: Folded,
}

#[derive(Debug, Clone)]
struct Known {
    kind: Kind,
    folded: Folded,
    /// Whether every later event has been applied.
    is_followed: bool,
}

#[derive(Debug)]
struct Pending {
    folded: Folded,
    /// Distinguishes a chain of pending states from a later one on the same stream.
    chain: u64,
    settled: watch::Receiver<()>,
}

struct Shard {
    known: LruCache<StreamId, Known>,
    pending: StreamMap<Pending>,
    /// Incremented when a stream of the group changes.
    stamps: Vec<u64>,
    chains: u64,
}

impl Shard {
    /// Keeps the newer of two states; of one revision, the one that is followed.
    fn keep(&mut self, stream: StreamId, known: Known) {
        let rank = |known: &Known| (known.folded.revision, known.is_followed);
        if self.known.peek(&stream).is_none_or(|kept| rank(kept) < rank(&known)) {
            self.known.put(stream, known);
        }
    }
}

/// The committed and pending states in memory.
pub(crate) struct Memory {
    shards: Vec<Mutex<Shard>>,
    begun: Instant,
    /// In milliseconds after `begun`; 0 before the follower has read the end of the log.
    fresh_until: AtomicU64,
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memory").field("is_fresh", &self.is_fresh()).finish_non_exhaustive()
    }
}

/// A stream of the command has changed in memory since it was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Overtaken {
    /// The revision that was read.
    pub(crate) read: Revision,
}

impl Memory {
    pub(crate) fn new() -> Self {
        let stamps = vec![0; usize::try_from(STAMPS).expect("it is small")];
        let shard = || Shard {
            known: LruCache::new(STREAMS_MAX),
            pending: StreamMap::default(),
            stamps: stamps.clone(),
            chains: 0,
        };
        Self {
            shards: (0..SHARDS).map(|_| Mutex::new(shard())).collect(),
            begun: Instant::now(),
            fresh_until: AtomicU64::new(0),
        }
    }

    /// The states of these streams of one tenant in memory.
    pub(super) fn look(&self, tenant: TenantId, wanted: &[Wanted], trust: Trust) -> Vec<Look> {
        let is_fresh = trust != Trust::Log && self.is_fresh();
        let mut shard = self.shard(tenant);
        let look = |wanted: &Wanted| {
            if trust == Trust::Memory
                && let Some(pending) = shard.pending.get(&wanted.stream)
            {
                return Look::Seen(Seen {
                    folded: pending.folded.clone(),
                    from_log: false,
                    pending: Some(pending.settled.clone()),
                });
            }
            let known = shard.known.get(&wanted.stream);
            let (folded, is_followed) = match known {
                Some(known) => (known.folded.clone(), known.is_followed),
                None => (wanted.kind.start(), false),
            };
            if is_fresh && is_followed {
                return Look::Seen(Seen { folded, from_log: false, pending: None });
            }
            Look::Behind { head_start: folded, stamp: shard.stamps[group(&wanted.stream)] }
        };
        wanted.iter().map(look).collect()
    }

    /// The state of a stream in memory, however old it is.
    pub(crate) fn remembered(&self, stream: &StreamId) -> Option<Folded> {
        let mut shard = self.shard(stream.tenant());
        let pending = shard.pending.get(stream).map(|pending| pending.folded.clone());
        pending.or_else(|| shard.known.get(stream).map(|known| known.folded.clone()))
    }

    /// Stores what was read. If the stream changed while it was being read, the state still has to be
    /// followed.
    pub(super) fn learn(&self, wanted: &Wanted, folded: Folded, stamp: u64) {
        let mut shard = self.shard(wanted.stream.tenant());
        let is_followed = shard.stamps[group(&wanted.stream)] == stamp;
        shard.keep(wanted.stream.clone(), Known { kind: wanted.kind, folded, is_followed });
    }

    /// Enqueues an append in the log and stores the pending states, unless one of its streams has changed in
    /// memory. The lock covers both, so the order of pending states is the order in which the log judges.
    pub(crate) fn stage(
        self: &Arc<Self>,
        tenant: TenantId,
        rests_on: &[(StreamId, Revision)],
        changes: Vec<Change>,
        append: impl FnOnce() -> BoxFuture<'static, Result<Verdict, event_store::Error>>,
    ) -> Result<Staged, Overtaken> {
        let mut shard = self.shard(tenant);
        for (stream, revision) in rests_on {
            let pending = shard.pending.get(stream).map(|pending| pending.folded.revision);
            let now = pending.or_else(|| shard.known.get(stream).map(|it| it.folded.revision));
            if now.is_some_and(|now| now != *revision) {
                return Err(Overtaken { read: *revision });
            }
        }
        let verdict = append();
        let (settles, settled) = watch::channel(());
        let mut chained = Vec::with_capacity(changes.len());
        for change in changes {
            let begins = shard.chains + 1;
            let stream = change.wanted.stream.clone();
            let chain = shard.pending.get(&stream).map_or(begins, |pending| pending.chain);
            let folded = change.folded.clone();
            shard.pending.insert(stream, Pending { folded, chain, settled: settled.clone() });
            shard.chains = begins;
            chained.push((change, chain));
        }
        drop(shard);
        Ok(Staged::new(Arc::clone(self), chained, verdict, settles))
    }

    /// Records that the log has accepted a change.
    pub(super) fn accept(&self, change: Change, chain: u64) {
        let Change { wanted, folded, .. } = change;
        let mut shard = self.shard(wanted.stream.tenant());
        let is_last = shard.pending.get(&wanted.stream).is_some_and(|pending| {
            pending.chain == chain && pending.folded.revision == folded.revision
        });
        if is_last {
            shard.pending.remove(&wanted.stream);
        }
        shard.stamps[group(&wanted.stream)] += 1;
        let is_followed = true;
        shard.keep(wanted.stream, Known { kind: wanted.kind, folded, is_followed });
    }

    /// Records that a change did not happen, or may not have: the pending states on top of it are dropped
    /// too.
    pub(super) fn reject(&self, change: &Change, chain: u64) {
        let stream = &change.wanted.stream;
        let mut shard = self.shard(stream.tenant());
        if shard.pending.get(stream).is_some_and(|pending| pending.chain == chain) {
            shard.pending.remove(stream);
        }
    }

    /// Records the revision of a stream as the log reports it, or only that the expected one was wrong. A
    /// state that the log does not have is dropped; any other is read again before it is used.
    pub(crate) fn doubt(&self, stream: &StreamId, actual: Option<Revision>) {
        let mut shard = self.shard(stream.tenant());
        let Some(known) = shard.known.peek_mut(stream) else { return };
        known.is_followed = false;
        if actual.is_some_and(|actual| actual < known.folded.revision) {
            shard.known.pop(stream);
        }
    }

    /// Records that the log lacks the event that a state ends with.
    pub(super) fn forget_stream(&self, stream: &StreamId, last_event: Option<EventId>) {
        let mut shard = self.shard(stream.tenant());
        shard.stamps[group(stream)] += 1;
        if shard.known.peek(stream).is_some_and(|known| known.folded.last_event == last_event) {
            shard.known.pop(stream);
        }
    }

    /// Applies an event that some node has committed.
    pub(crate) fn follow(&self, event: &RecordedEvent) {
        let mut shard = self.shard(event.stream.tenant());
        shard.stamps[group(&event.stream)] += 1;
        let Some(known) = shard.known.peek_mut(&event.stream) else { return };
        if event.revision <= known.folded.revision {
            return;
        }
        let is_next = event.revision == known.folded.revision.plus(1);
        match is_next.then(|| known.kind.folded(&known.folded, std::slice::from_ref(event))) {
            Some(Ok(next)) => known.folded = next,
            // A gap, or an event that this release cannot read: the next command on the stream gets the
            // error.
            Some(Err(_)) | None => known.is_followed = false,
        }
    }

    /// Records that everything is applied that was in the log at `then`.
    pub(crate) fn is_up_to_date(&self, then: Instant) {
        let until = (then + FRESH_FOR).duration_since(self.begun).as_millis();
        self.fresh_until.store(u64::try_from(until).unwrap_or(u64::MAX), Ordering::Release);
    }

    /// Drops everything: the log has another incarnation, or has lost events.
    pub(crate) fn forget(&self) {
        self.fresh_until.store(0, Ordering::Release);
        for shard in &self.shards {
            let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
            shard.known.clear();
            // A read in progress may continue from a dropped state.
            shard.stamps.iter_mut().for_each(|stamp| *stamp += 1);
        }
    }

    fn is_fresh(&self) -> bool {
        let now = self.begun.elapsed().as_millis();
        now < u128::from(self.fresh_until.load(Ordering::Acquire))
    }

    fn shard(&self, tenant: TenantId) -> MutexGuard<'_, Shard> {
        let shard = usize::try_from(hash(&tenant) % SHARDS).expect("it is below SHARDS");
        self.shards[shard].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn group(stream: &StreamId) -> usize {
    usize::try_from(hash(stream) % STAMPS).expect("it is below STAMPS")
}

fn hash(value: &impl Hash) -> u64 {
    FixedState::default().hash_one(value)
}
