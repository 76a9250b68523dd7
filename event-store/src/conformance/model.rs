//! What a log is, as a table that fits in the head.

use std::collections::{BTreeMap, BTreeSet};

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest_state_machine::ReferenceStateMachine;

/// How many tenants there are; tenants and streams are distinguished by number.
pub(super) const TENANTS: usize = 2;
/// The streams of each.
pub(super) const STREAMS: usize = 3;

/// Something that is asked of a log.
#[derive(Debug, Clone)]
pub(super) enum Step {
    /// Appends so many events to each stream at a revision, and does not wait for the verdict.
    Append { tenant: usize, id: u128, streams: Vec<(usize, u64, u64)> },
    /// Waits for all verdicts.
    Settle,
    /// Reads streams, each after a revision.
    ReadStreams { tenant: usize, tails: Vec<(usize, u64)> },
    /// Reads the whole log in pages.
    ReadAll { limit: u32 },
    /// Asks what is known of commands.
    Commands { tenant: usize, ids: Vec<u128> },
    /// Keeps a snapshot.
    KeepSnapshot { tenant: usize, stream: usize, revision: u64, version: u16 },
}

/// What an append is answered, positions apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Judged {
    Committed { count: u64 },
    Duplicate,
    Conflict { stream: usize, actual: u64 },
}

/// An event by its stream, its revision and its command.
pub(super) type Event = (usize, u64, u128);

#[derive(Debug, Clone, Default)]
pub(super) struct Model {
    /// The events of each tenant, in order.
    pub(super) events: [Vec<Event>; TENANTS],
    /// Who was accepted.
    pub(super) commands: BTreeSet<(usize, u128)>,
    /// Revision and version of what is kept.
    pub(super) snapshots: BTreeMap<(usize, usize), (u64, u16)>,
}

impl Model {
    pub(super) fn revision(&self, tenant: usize, stream: usize) -> u64 {
        self.events[tenant].iter().filter(|(of, ..)| *of == stream).count() as u64
    }

    /// Judges an append and writes what is accepted.
    pub(super) fn append(
        &mut self,
        tenant: usize,
        id: u128,
        streams: &[(usize, u64, u64)],
    ) -> Judged {
        if self.commands.contains(&(tenant, id)) {
            return Judged::Duplicate;
        }
        for (stream, expected, _) in streams {
            let actual = self.revision(tenant, *stream);
            if actual != *expected {
                return Judged::Conflict { stream: *stream, actual };
            }
        }
        for (stream, expected, n_events) in streams {
            let revisions = expected + 1..=expected + n_events;
            self.events[tenant].extend(revisions.map(|revision| (*stream, revision, id)));
        }
        self.commands.insert((tenant, id));
        Judged::Committed { count: streams.iter().map(|(.., n_events)| n_events).sum() }
    }

    pub(super) fn keep(&mut self, of: (usize, usize), revision: u64, version: u16) {
        let kept = self.snapshots.entry(of).or_insert((revision, version));
        if kept.0 <= revision {
            *kept = (revision, version);
        }
    }
}

impl ReferenceStateMachine for Model {
    type State = Self;
    type Transition = Step;

    fn init_state() -> BoxedStrategy<Self> {
        Just(Self::default()).boxed()
    }

    /// Mostly appends, mostly at the right revisions, under ids that are mostly used for the first time.
    fn transitions(model: &Self) -> BoxedStrategy<Step> {
        let (model, n_known) = (model.clone(), model.commands.len() as u128);
        let tenant = 0..TENANTS;
        let id = prop_oneof![8 => n_known + 1..n_known + 4, 1 => 1..n_known + 2];
        let some_streams = subsequence((0..STREAMS).collect::<Vec<_>>(), 1..=STREAMS);
        let streams = some_streams.prop_flat_map(|streams| {
            let n = streams.len();
            let skews = vec(prop_oneof![12 => Just(0_i64), 1 => select(vec![-1, 1])], n);
            (Just(streams), skews, vec(0..4_u64, n))
        });
        let append = (tenant.clone(), id, streams).prop_map(move |(tenant, id, parts)| {
            let (streams, skews, counts) = parts;
            let parts = streams.into_iter().zip(skews).zip(counts);
            let streams = parts.map(|((stream, skew), n_events)| {
                let revision = model.revision(tenant, stream).saturating_add_signed(skew);
                (stream, revision, n_events)
            });
            Step::Append { tenant, id, streams: streams.collect() }
        });
        let tails = vec((0..STREAMS, 0..6_u64), 0..4);
        prop_oneof![
            12 => append,
            2 => Just(Step::Settle),
            1 => (tenant.clone(), tails)
                .prop_map(|(tenant, tails)| Step::ReadStreams { tenant, tails }),
            1 => (1..9_u32).prop_map(|limit| Step::ReadAll { limit }),
            1 => (tenant.clone(), vec(1..n_known + 3, 0..4))
                .prop_map(|(tenant, ids)| Step::Commands { tenant, ids }),
            3 => (tenant, 0..STREAMS, 1..4_u64, 1..3_u16).prop_map(
                |(tenant, stream, revision, version)| Step::KeepSnapshot {
                    tenant,
                    stream,
                    revision,
                    version,
                },
            ),
        ]
        .boxed()
    }

    fn apply(mut model: Self, step: &Step) -> Self {
        match step {
            Step::Append { tenant, id, streams } => {
                model.append(*tenant, *id, streams);
            }
            Step::KeepSnapshot { tenant, stream, revision, version } => {
                model.keep((*tenant, *stream), *revision, *version);
            }
            Step::Settle
            | Step::ReadStreams { .. }
            | Step::ReadAll { .. }
            | Step::Commands { .. } => {}
        }
        model
    }
}
