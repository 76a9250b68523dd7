//! A cache of the end of the log, and of the revisions and chains of the streams and tenants that the writer
//! wrote or asserted lately.
//!
//! While the log ends at the cached position, no other process has written, so all of the cache is valid, and
//! a batch that depends on nothing else need not be judged by the database. Without the cache every batch is.

use std::collections::HashSet;
use std::mem;
use std::num::NonZeroUsize;

use chrono::{DateTime, Utc};
use domain::shared::{CommandId, EventId, TenantId};
use foldhash::fast::RandomState;
use lru::LruCache;

use super::committed_range::{end_before, positions};
use crate::append::{Append, Expected};
use crate::hash::Chain;
use crate::stream::{Position, Revision, StreamId};
use crate::verdict::{Committed, Verdict};

/// How many streams and tenants are cached; the least used are dropped first.
const STREAMS_MAX: NonZeroUsize = NonZeroUsize::new(16_000).expect("it is not zero");
const TENANTS_MAX: NonZeroUsize = NonZeroUsize::new(4_000).expect("it is not zero");
/// How many accepted commands are kept before as many earlier ones are dropped together.
const COMMANDS_MAX: usize = 16_000;

/// Where a stream ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct End {
    pub(super) revision: Revision,
    /// Its last event; none if that is unknown, or if it has none.
    pub(super) event: Option<EventId>,
    /// The position of its last event, the start of the log if it has none; none if that is unknown.
    pub(super) position: Option<Position>,
}

impl End {
    /// What an append says of a stream that it expects and does not write to, once it was committed.
    fn asserted(expected: &Expected) -> Self {
        let Expected { revision, last_event, .. } = *expected;
        let position = (revision == Revision::START).then_some(Position::START);
        Self { revision, event: last_event, position }
    }

    /// Whether a stream that ends here is at the expected revision.
    pub(super) fn is_expected(self, expected: &Expected) -> bool {
        let Expected { revision, last_event, .. } = expected;
        *revision == self.revision && last_event.is_none_or(|event| Some(event) == self.event)
    }
}

/// The outcome of an append.
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
    /// Its positions, if it was committed.
    pub(super) committed: Option<Committed>,
    /// The tenant's chain before its events.
    pub(super) chain: Option<Chain>,
}

/// The cached end of the log.
#[derive(Debug)]
pub(super) struct Ends {
    head: Position,
    chains: LruCache<TenantId, Chain>,
    streams: LruCache<StreamId, End>,
    accepted: Accepted,
    /// Whether another process was found to write too, and not yet found to have paused.
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

    /// Whether a command was evidently not accepted before, so that it need not be looked up. A command that
    /// was accepted all the same cannot be written twice: its id is unique.
    pub(super) fn seems_new(&self, append: &Append) -> bool {
        self.accepted.lacks(append)
    }

    /// The cached end of the log.
    pub(super) const fn head(&self) -> Position {
        self.head
    }

    /// Whether the cache may be valid.
    pub(super) const fn may_hold(&self) -> bool {
        !self.is_shared
    }

    /// Marks the cache as doubtful.
    pub(super) const fn doubt(&mut self) {
        self.is_shared = true;
    }

    /// The cached end of a tenant's chain.
    pub(super) fn chain(&mut self, tenant: TenantId) -> Option<Chain> {
        self.chains.get(&tenant).copied()
    }

    /// The cached end of a stream.
    pub(super) fn stream(&mut self, stream: &StreamId) -> Option<End> {
        self.streams.get(stream).copied()
    }

    /// The cache after the log has answered a batch; none where the answer does not contain the end of the
    /// log.
    pub(super) fn after(before: Option<Self>, batch: &[Answered]) -> Option<Self> {
        let began_at = end_before(batch.iter().find_map(|answered| answered.committed)?);
        let mut ends = match before {
            Some(ends) if ends.head == began_at => Self { is_shared: false, ..ends },
            before => Self { is_shared: before.is_some(), ..Self::at(began_at) },
        };
        for Answered { append, committed, chain } in batch {
            if let Some(committed) = committed {
                ends.head = committed.last;
                ends.accepted.add(append);
                ends.add(append, *committed, *chain);
            }
        }
        Some(ends)
    }

    fn add(&mut self, append: &Append, committed: Committed, chain: Option<Chain>) {
        for expected in append.expected() {
            let is_written = append.events().iter().any(|event| event.stream == expected.stream);
            if !is_written && !self.streams.contains(&expected.stream) {
                self.streams.put(expected.stream.clone(), End::asserted(expected));
            }
        }
        let Some(mut chain) = chain else { return };
        let events = append.events().iter().zip(append.encoded());
        for ((event, encoded), position) in events.zip(positions(committed)) {
            chain.add(&encoded.content_hash);
            let end =
                End { revision: event.revision, event: Some(event.id), position: Some(position) };
            self.streams.put(event.stream.clone(), end);
        }
        self.chains.put(append.tenant(), chain);
    }
}

/// The commands that were accepted since some moment: the latest, and as many before them.
#[derive(Debug, Default)]
struct Accepted {
    before: Commands,
    latest: Commands,
}

#[derive(Debug, Default)]
struct Commands {
    /// When the first of them was recorded.
    since: Option<DateTime<Utc>>,
    ids: HashSet<(TenantId, CommandId), RandomState>,
}

impl Accepted {
    fn add(&mut self, append: &Append) {
        let Some(now) = append.events().last().map(|event| event.recorded_at) else { return };
        if self.latest.ids.len() >= COMMANDS_MAX {
            self.before = mem::take(&mut self.latest);
        }
        self.latest.since.get_or_insert(now);
        self.latest.ids.insert((append.tenant(), append.command()));
    }

    /// Whether the command's id was made after that moment, as far as its client's clock can be trusted, and
    /// is none of them. Only ids of version 7 contain their time.
    fn lacks(&self, append: &Append) -> bool {
        let since = self.before.since.or(self.latest.since);
        let Some(since) = since.and_then(|since| u64::try_from(since.timestamp()).ok()) else {
            return false;
        };
        let id = (append.tenant(), append.command());
        let made_at = append.command().uuid().get_timestamp().map(|at| at.to_unix().0);
        made_at.is_some_and(|made_at| made_at > since)
            && ![&self.before, &self.latest].iter().any(|commands| commands.ids.contains(&id))
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::testing::appends::{ANA, event, stream};

    /// An append under an id that was made a while after all of them were recorded.
    fn numbered(n: usize) -> Append {
        let (made_at_ms, n) = (1_773_500_010_000, n as u128);
        under(Uuid::from_u128(made_at_ms << 80 | 0x7 << 76 | 0x8 << 60 | n))
    }

    fn under(id: Uuid) -> Append {
        let stream = stream(ANA, "arepa");
        let events = vec![event(&stream, 1, 1, 1)];
        let expected = vec![Expected { stream, revision: Revision::START, last_event: None }];
        let id = CommandId::from_uuid(id);
        Append::try_new(ANA, id, [0; 32], expected, events).expect("an append")
    }

    #[test]
    fn what_an_append_asserts_without_writing_to_it_is_cached() {
        let (absent, read) = (stream(ANA, "panela"), stream(ANA, "queso"));
        let written = stream(ANA, "arepa");
        let revision = Revision::START.plus(1);
        let expected = vec![
            Expected { stream: written.clone(), revision: Revision::START, last_event: None },
            Expected { stream: absent.clone(), revision: Revision::START, last_event: None },
            Expected { stream: read.clone(), revision, last_event: None },
        ];
        let events = vec![event(&written, 1, 1, 1)];
        let append =
            Append::try_new(ANA, CommandId::from_uuid(Uuid::nil()), [0; 32], expected, events);
        let mut ends = Ends::at(Position::START);

        let committed =
            Committed { first: Position::START.plus(1), last: Position::START.plus(1), count: 1 };
        ends.add(&append.expect("an append"), committed, Some(Chain::START));

        let begun = End { revision: Revision::START, event: None, position: Some(Position::START) };
        assert_eq!(ends.stream(&absent), Some(begun));
        assert_eq!(ends.stream(&read), Some(End { revision, event: None, position: None }));
        assert_eq!(
            ends.stream(&written).map(|end| end.position),
            Some(Some(Position::START.plus(1)))
        );
    }

    #[test]
    fn a_command_seems_new_unless_it_is_among_those_accepted_lately() {
        let mut accepted = Accepted::default();
        assert!(!accepted.lacks(&numbered(0)), "nothing is known");
        for n in 0..=2 * COMMANDS_MAX {
            accepted.add(&numbered(n));
            assert!(!accepted.lacks(&numbered(n)), "{n}");
            assert!(accepted.lacks(&numbered(n + 1)), "{n} was the last one");
        }
        for n in COMMANDS_MAX..=2 * COMMANDS_MAX {
            assert!(!accepted.lacks(&numbered(n)), "{n}");
        }
        for made_before in [Uuid::from_u128(0x7 << 76 | 0x8 << 60), Uuid::from_u128(4)] {
            assert!(!accepted.lacks(&under(made_before)), "{made_before}");
        }
    }
}
