//! An event store that holds appends until the test decides about them.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use async_trait::async_trait;
use domain::shared::{CommandId, IncarnationId, TenantId};
use event_store::memory::MemoryStore;
use event_store::{
    Append, Earlier, Error, EventStore, Head, Position, RecordedEvent, Revision, Snapshot,
    StreamId, Verdict,
};
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, ready};
use tokio::sync::{Semaphore, oneshot};

use crate::support::id;

type Waiting = (Append, oneshot::Sender<Result<Verdict, Error>>);

pub(crate) struct Held {
    log: Mutex<Arc<MemoryStore>>,
    empty: fn(IncarnationId) -> MemoryStore,
    accepted: Mutex<Vec<Append>>,
    holding: Mutex<bool>,
    waiting: Mutex<VecDeque<Waiting>>,
    arrived: Semaphore,
    reads: AtomicUsize,
    events_read: AtomicUsize,
}

impl Held {
    /// Answers at once until [`Held::hold`] is called.
    pub(crate) fn new() -> Arc<Self> {
        Self::on(MemoryStore::new)
    }

    /// The same on a log that leaves numbers out between its positions.
    pub(crate) fn with_gaps() -> Arc<Self> {
        Self::on(MemoryStore::with_gaps)
    }

    /// One of each.
    pub(crate) fn all() -> [Arc<Self>; 2] {
        [Self::new(), Self::with_gaps()]
    }

    fn on(empty: fn(IncarnationId) -> MemoryStore) -> Arc<Self> {
        Arc::new(Self {
            log: Mutex::new(Arc::new(empty(incarnation()))),
            empty,
            accepted: Mutex::default(),
            holding: Mutex::new(false),
            waiting: Mutex::default(),
            arrived: Semaphore::new(0),
            reads: AtomicUsize::new(0),
            events_read: AtomicUsize::new(0),
        })
    }

    /// The number of accepted appends.
    pub(crate) fn accepted(&self) -> usize {
        self.accepted.lock().unwrap().len()
    }

    /// Replaces the log by an older copy that has the first `n_appends` appends.
    pub(crate) async fn rewind_to(&self, n_appends: usize) {
        let copy = Arc::new((self.empty)(incarnation()));
        let kept = {
            let mut accepted = self.accepted.lock().unwrap();
            accepted.truncate(n_appends);
            accepted.clone()
        };
        for append in kept {
            copy.append(append).await.unwrap();
        }
        *self.log.lock().unwrap() = copy;
    }

    fn log(&self) -> Arc<MemoryStore> {
        Arc::clone(&self.log.lock().unwrap())
    }

    async fn decide_append(&self, append: Append) -> Result<Verdict, Error> {
        let verdict = self.log().append(append.clone()).await;
        if matches!(verdict, Ok(Verdict::Committed(_))) {
            self.accepted.lock().unwrap().push(append);
        }
        verdict
    }

    /// Holds all later appends.
    pub(crate) fn hold(&self) {
        *self.holding.lock().unwrap() = true;
    }

    /// Waits until `appends` more appends have arrived.
    pub(crate) async fn holds(&self, appends: u32) {
        self.arrived.acquire_many(appends).await.unwrap().forget();
    }

    /// Decides the first held append.
    pub(crate) async fn decide(&self) {
        let (append, reply) = self.first();
        let _gone = reply.send(self.decide_append(append).await);
    }

    /// Decides the last held append, as if it came from a faster node.
    pub(crate) async fn decide_last(&self) {
        let (append, reply) = self.waiting().pop_back().expect("an append waits");
        let _gone = reply.send(self.decide_append(append).await);
    }

    /// Fails the first held append without passing it on.
    pub(crate) fn lose(&self) {
        let (_, reply) = self.first();
        let _gone = reply.send(Err(Error::Unavailable { reason: "the test".to_owned() }));
    }

    /// Decides the first held append without answering it.
    pub(crate) async fn decide_without_answer(&self) {
        let (append, reply) = self.first();
        self.decide_append(append).await.unwrap();
        let _gone = reply.send(Err(Error::OutcomeUnknown));
    }

    /// The number of reads of streams.
    pub(crate) fn reads(&self) -> usize {
        self.reads.load(Ordering::Relaxed)
    }

    /// The number of events that those reads returned.
    pub(crate) fn events_read(&self) -> usize {
        self.events_read.load(Ordering::Relaxed)
    }

    fn first(&self) -> Waiting {
        self.waiting().pop_front().expect("an append waits")
    }

    fn waiting(&self) -> MutexGuard<'_, VecDeque<Waiting>> {
        self.waiting.lock().unwrap()
    }
}

fn incarnation() -> IncarnationId {
    IncarnationId::from_uuid(id(1))
}

#[async_trait]
impl EventStore for Held {
    fn append(&self, append: Append) -> BoxFuture<'static, Result<Verdict, Error>> {
        if !*self.holding.lock().unwrap() {
            // A log in memory has decided when the call returns.
            let verdict = self.decide_append(append).now_or_never();
            return ready(verdict.expect("it decides at once")).boxed();
        }
        let (reply, answer) = oneshot::channel();
        self.waiting().push_back((append, reply));
        self.arrived.add_permits(1);
        answer.map(|answer| answer.unwrap_or(Err(Error::OutcomeUnknown))).boxed()
    }

    async fn read_streams(
        &self,
        tenant: TenantId,
        tails: &[(StreamId, Revision)],
    ) -> Result<Vec<Vec<RecordedEvent>>, Error> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        let read = self.log().read_streams(tenant, tails).await?;
        self.events_read.fetch_add(read.iter().map(Vec::len).sum(), Ordering::Relaxed);
        Ok(read)
    }

    async fn read_all(&self, after: Position, limit: u32) -> Result<Vec<RecordedEvent>, Error> {
        self.log().read_all(after, limit).await
    }

    async fn commands(
        &self,
        tenant: TenantId,
        ids: &[CommandId],
    ) -> Result<Vec<Option<Earlier>>, Error> {
        self.log().commands(tenant, ids).await
    }

    async fn events_of(
        &self,
        tenant: TenantId,
        command: CommandId,
    ) -> Result<Vec<RecordedEvent>, Error> {
        self.log().events_of(tenant, command).await
    }

    async fn events_at(
        &self,
        tenant: TenantId,
        positions: &[Position],
    ) -> Result<Vec<RecordedEvent>, Error> {
        self.log().events_at(tenant, positions).await
    }

    async fn snapshots(
        &self,
        tenant: TenantId,
        streams: &[StreamId],
    ) -> Result<Vec<Option<Snapshot>>, Error> {
        self.log().snapshots(tenant, streams).await
    }

    async fn keep_snapshot(&self, snapshot: Snapshot) -> Result<(), Error> {
        self.log().keep_snapshot(snapshot).await
    }

    async fn head(&self) -> Result<Head, Error> {
        self.log().head().await
    }
}
