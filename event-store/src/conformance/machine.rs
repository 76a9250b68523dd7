//! Does to a log and to its model the same, and compares.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use domain::shared::EventId;
use futures_util::future::BoxFuture;
use proptest::test_runner::{Config, TestRunner};
use proptest_state_machine::ReferenceStateMachine;
use uuid::Uuid;

use super::model::{Event, Judged, Model, Step};
use crate::error::Error;
use crate::event::RecordedEvent;
use crate::snapshot::Snapshot;
use crate::store::EventStore;
use crate::stream::{Position, Revision, StreamId};
use crate::testing::appends::{ANA, LUIS, append, command, stream};
use crate::testing::rounds;
use crate::verdict::{Committed, Verdict};

const TENANTS: [domain::shared::TenantId; super::model::TENANTS] = [ANA, LUIS];
const KEYS: [&str; super::model::STREAMS] = ["arepa", "buñuelo", "café"];
/// How much is asked of one log.
const STEPS_MAX: usize = 80;

/// Whatever is asked of a log in whatever order, it answers as its model does.
pub fn behaves_as_its_model<F: Future<Output = Arc<dyn EventStore>>>(store: impl Fn() -> F) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let config = Config { cases: rounds(12), failure_persistence: None, ..Config::default() };
    let stories = Model::sequential_strategy(1..STEPS_MAX);
    let outcome = TestRunner::new(config).run(&stories, |(mut model, steps, seen)| {
        runtime.block_on(async {
            let mut machine =
                Machine { store: store().await, calls: Vec::new(), committed: HashMap::new() };
            for step in &steps {
                if let Some(seen) = &seen {
                    seen.fetch_add(1, Ordering::SeqCst);
                }
                machine.take(step, &mut model).await;
            }
            machine.reads_the_whole_log(&model, 1_000).await;
        });
        Ok(())
    });
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
}

type Answer = BoxFuture<'static, Result<Verdict, Error>>;

struct Machine {
    store: Arc<dyn EventStore>,
    /// By whom and with which id something was appended, what it should be answered, and its answer.
    calls: Vec<(usize, u128, Judged, Answer)>,
    committed: HashMap<(usize, u128), Committed>,
}

fn name(tenant: usize, no: usize) -> StreamId {
    stream(TENANTS[tenant], KEYS[no])
}

fn fingerprint(id: u128) -> [u8; 32] {
    *append(ANA, id, &[]).fingerprint()
}

impl Machine {
    async fn take(&mut self, step: &Step, model: &mut Model) {
        match step {
            Step::Append { tenant, id, streams } => {
                let parts = streams.iter().map(|(no, revision, n)| (KEYS[*no], *revision, *n));
                let answer =
                    self.store.append(append(TENANTS[*tenant], *id, &parts.collect::<Vec<_>>()));
                self.calls.push((*tenant, *id, model.append(*tenant, *id, streams), answer));
            }
            Step::Settle => self.settle().await,
            Step::ReadStreams { tenant, tails } => {
                self.settle().await;
                self.reads_streams(model, *tenant, tails).await;
            }
            Step::ReadAll { limit } => {
                self.settle().await;
                self.reads_the_whole_log(model, *limit).await;
            }
            Step::Commands { tenant, ids } => {
                self.settle().await;
                self.knows_commands(*tenant, ids).await;
            }
            Step::KeepSnapshot { tenant, stream, revision, version } => {
                self.keeps_snapshots(model, (*tenant, *stream), *revision, *version).await;
            }
        }
    }

    /// Awaits the answers from the last to the first, and looks at them from the first to the last.
    async fn settle(&mut self) {
        let mut answers = Vec::new();
        while let Some((tenant, id, judged, answer)) = self.calls.pop() {
            answers.push((tenant, id, judged, answer.await.expect("a verdict")));
        }
        for (tenant, id, judged, verdict) in answers.into_iter().rev() {
            match (&judged, &verdict) {
                (Judged::Committed { count }, Verdict::Committed(committed)) => {
                    assert_eq!(u64::from(committed.count), *count);
                    self.committed.insert((tenant, id), *committed);
                }
                (Judged::Duplicate, Verdict::Duplicate(earlier)) => {
                    assert_eq!(earlier.committed, self.committed[&(tenant, id)]);
                    assert_eq!(earlier.fingerprint, fingerprint(id));
                }
                (
                    Judged::Conflict { stream, actual },
                    Verdict::Conflict { stream: of, actual: at },
                ) => {
                    assert_eq!((of, at.get()), (&name(tenant, *stream), *actual));
                }
                _ => panic!("{judged:?} was expected of command {id}, not {verdict:?}"),
            }
        }
    }

    async fn reads_streams(&self, model: &Model, tenant: usize, tails: &[(usize, u64)]) {
        let asked: Vec<_> =
            tails.iter().map(|(no, after)| (name(tenant, *no), Revision::new(*after))).collect();
        let read = self.store.read_streams(TENANTS[tenant], &asked).await.expect("an answer");
        assert_eq!(read.len(), tails.len());
        for ((no, after), read) in tails.iter().zip(read) {
            let events = model.events[tenant].iter();
            let wanted = events.filter(|(stream, revision, _)| stream == no && revision > after);
            assert_eq!(known(&read), wanted.copied().collect::<Vec<_>>());
        }
    }

    async fn reads_the_whole_log(&mut self, model: &Model, limit: u32) {
        self.settle().await;
        let mut log: Vec<RecordedEvent> = Vec::new();
        loop {
            let after = log.last().map_or(Position::START, |event| event.position);
            let page = self.store.read_all(after, limit).await.expect("a page");
            assert!(page.len() <= limit as usize);
            if page.is_empty() {
                break;
            }
            log.extend(page);
        }
        assert!(log.is_sorted_by(|one, other| one.position < other.position));
        assert_eq!(
            self.store.head().await.expect("a head").position,
            log.last().map_or(Position::START, |event| event.position)
        );
        for (tenant, events) in TENANTS.iter().zip(&model.events) {
            let (own, _): (Vec<_>, Vec<_>) =
                log.iter().cloned().partition(|event| event.stream.tenant() == *tenant);
            assert_eq!(known(&own), *events);
            assert!(own.iter().zip(1..).all(|(event, seq)| event.tenant_seq == seq));
        }
        for ((tenant, id), committed) in &self.committed {
            let events = self.store.events_of(TENANTS[*tenant], command(*id)).await;
            let events = events.expect("an answer");
            if let (Some(first), Some(last)) = (events.first(), events.last()) {
                assert_eq!((committed.first, committed.last), (first.position, last.position));
            }
            let events = known(&events);
            let of_command = model.events[*tenant].iter().filter(|(.., of)| of == id);
            assert_eq!(events, of_command.copied().collect::<Vec<_>>());
        }
    }

    async fn knows_commands(&self, tenant: usize, ids: &[u128]) {
        let asked: Vec<_> = ids.iter().map(|id| command(*id)).collect();
        let known = self.store.commands(TENANTS[tenant], &asked).await.expect("an answer");
        let known: Vec<_> =
            known.iter().map(|earlier| earlier.map(|known| known.committed)).collect();
        let wanted = ids.iter().map(|id| self.committed.get(&(tenant, *id)).copied());
        assert_eq!(known, wanted.collect::<Vec<_>>());
    }

    async fn keeps_snapshots(
        &self,
        model: &mut Model,
        of: (usize, usize),
        revision: u64,
        version: u16,
    ) {
        let snapshot = |(tenant, no): (usize, usize), (revision, version): (u64, u16)| Snapshot {
            stream: name(tenant, no),
            revision: Revision::new(revision),
            last_event: EventId::from_uuid(Uuid::from_u128(revision.into())),
            version,
            state: format!("{revision} in version {version}").into_bytes(),
        };
        let kept = self.store.keep_snapshot(snapshot(of, (revision, version))).await;
        kept.expect("it is kept");
        model.keep(of, revision, version);
        for (tenant, id) in TENANTS.iter().enumerate() {
            let asked: Vec<_> = (0..KEYS.len()).map(|no| name(tenant, no)).collect();
            let kept = self.store.snapshots(*id, &asked).await.expect("an answer");
            let wanted = (0..KEYS.len()).map(|no| {
                let of = (tenant, no);
                model.snapshots.get(&of).map(|kept| snapshot(of, *kept))
            });
            assert_eq!(kept, wanted.collect::<Vec<_>>());
        }
    }
}

fn known(events: &[RecordedEvent]) -> Vec<Event> {
    let known = |event: &RecordedEvent| {
        let is_of = |no: &usize| stream(event.stream.tenant(), KEYS[*no]) == event.stream;
        let no = (0..KEYS.len()).find(is_of).expect("a stream of the suite");
        (no, event.revision.get(), event.metadata.command.uuid().as_u128())
    };
    events.iter().map(known).collect()
}
