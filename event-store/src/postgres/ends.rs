//! What the writer knows of the end of the log: where that is, and how the streams and tenants stand
//! that it wrote to lately.
//!
//! While the log ends there, nobody else has written, so all of it holds, and a batch that rests on
//! nothing else need not be judged by the database. A cache: without it every batch is.

use std::collections::HashSet;
use std::num::NonZeroUsize;

use chrono::{DateTime, Utc};
use domain::shared::{CommandId, EventId, TenantId};
use foldhash::fast::RandomState;
use lru::LruCache;

use crate::append::{Append, Expected};
use crate::hash::Chain;
use crate::stream::{Position, Revision, StreamId};
use crate::verdict::{Committed, Verdict};

/// How many streams and tenants are kept; the least used leave first.
const STREAMS_MAX: NonZeroUsize = NonZeroUsize::new(16_000).expect("it is not zero");
const TENANTS_MAX: NonZeroUsize = NonZeroUsize::new(4_000).expect("it is not zero");
/// How many accepted commands are kept before they are forgotten together.
const COMMANDS_MAX: usize = 16_000;

/// The last event of a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct End {
    pub(super) revision: Revision,
    pub(super) event: EventId,
    pub(super) position: Position,
}

impl End {
    /// Whether a stream that ends here stands where it is expected.
    pub(super) fn is_expected(self, expected: &Expected) -> bool {
        let Expected { revision, last_event, .. } = expected;
        *revision == self.revision && last_event.is_none_or(|event| event == self.event)
    }
}

/// What became of an append.
#[derive(Debug)]
pub(super) struct Judged {
    pub(super) verdict: Verdict,
    /// The tenant's chain before its events, if it was committed with any.
    pub(super) chain: Option<Chain>,
}

/// An append that was answered.
#[derive(Debug)]
pub(super) struct Answered {
    pub(super) append: Append,
    /// Where it was committed, if it was.
    pub(super) committed: Option<Committed>,
    /// The tenant's chain before its events.
    pub(super) chain: Option<Chain>,
}

/// See the module.
#[derive(Debug)]
pub(super) struct Ends {
    head: Position,
    chains: LruCache<TenantId, Chain>,
    streams: LruCache<StreamId, End>,
    accepted: Accepted,
    /// Whether somebody else was found to write too, and not yet found to have paused.
    is_shared: bool,
}

impl Ends {
    fn at(head: Position) -> Self {
        Self {
            head,
            chains: LruCache::new(TENANTS_MAX),
            streams: LruCache::new(STREAMS_MAX),
            accepted: Accepted::default(),
            is_shared: false,
        }
    }

    /// Whether a command was evidently not accepted before: mostly it need not be looked for then. One
    /// that was accepted all the same cannot be written down again.
    pub(super) fn seems_new(&self, append: &Append) -> bool {
        self.accepted.lacks(append)
    }

    /// Where the log ended.
    pub(super) const fn head(&self) -> Position {
        self.head
    }

    /// Whether it is worth trying that it still does.
    pub(super) const fn may_hold(&self) -> bool {
        !self.is_shared
    }

    /// It does not, or so it seems.
    pub(super) const fn doubt(&mut self) {
        self.is_shared = true;
    }

    /// Where a tenant's chain ends, if that is known.
    pub(super) fn chain(&mut self, tenant: TenantId) -> Option<Chain> {
        self.chains.get(&tenant).copied()
    }

    /// Where a stream ends, if that is known.
    pub(super) fn stream(&mut self, stream: &StreamId) -> Option<End> {
        self.streams.get(stream).copied()
    }

    /// What is known once the log has said what became of a batch; nothing where that does not say
    /// where the log ends.
    pub(super) fn after(before: Option<Self>, batch: &[Answered]) -> Option<Self> {
        let began_at = match batch.iter().find_map(|answered| answered.committed)? {
            Committed { first, count: 0 } => first,
            Committed { first, .. } => Position::new(first.get() - 1),
        };
        let mut ends = match before {
            Some(ends) if ends.head == began_at => Self { is_shared: false, ..ends },
            before => Self { is_shared: before.is_some(), ..Self::at(began_at) },
        };
        for Answered { append, committed, chain } in batch {
            if let Some(committed) = committed {
                ends.head = committed.last();
                ends.accepted.add(append);
                ends.add(append, committed.first, *chain);
            }
        }
        Some(ends)
    }

    fn add(&mut self, append: &Append, first: Position, chain: Option<Chain>) {
        let Some(mut chain) = chain else { return };
        for ((event, encoded), place) in append.events().iter().zip(append.encoded()).zip(0..) {
            chain.add(&encoded.content_hash);
            let position = first.plus(place);
            let end = End { revision: event.revision, event: event.id, position };
            self.streams.put(event.stream.clone(), end);
        }
        self.chains.put(append.tenant(), chain);
    }
}

/// The commands that were accepted since some moment.
#[derive(Debug, Default)]
struct Accepted {
    since: Option<DateTime<Utc>>,
    commands: HashSet<(TenantId, CommandId), RandomState>,
}

impl Accepted {
    fn add(&mut self, append: &Append) {
        let Some(now) = append.events().last().map(|event| event.recorded_at) else { return };
        if self.since.is_none() || self.commands.len() >= COMMANDS_MAX {
            self.commands.clear();
            self.since = Some(now);
        }
        self.commands.insert((append.tenant(), append.command()));
    }

    /// Whether the command's id was made after that moment, as far as its client's clock can be believed,
    /// and is none of them. Only ids of version 7 say when they were made.
    fn lacks(&self, append: &Append) -> bool {
        let Some(since) = self.since.and_then(|since| u64::try_from(since.timestamp()).ok()) else {
            return false;
        };
        let made_at = append.command().uuid().get_timestamp().map(|at| at.to_unix().0);
        made_at.is_some_and(|made_at| made_at > since)
            && !self.commands.contains(&(append.tenant(), append.command()))
    }
}
