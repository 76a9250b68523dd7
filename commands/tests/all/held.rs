//! A log whose verdicts come when the test says so, and as it says.

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
    /// Answers at once until [`Held::hold`].
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

    /// How many appends were accepted so far.
    pub(crate) fn accepted(&self) -> usize {
        self.accepted.lock().unwrap().len()
    }

    /// An older copy takes the place of the log: it has the first so many of its appends.
    pub(crate) async fn goes_back_to(&self, n_appends: usize) {
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

    async fn judged(&self, append: Append) -> Result<Verdict, Error> {
        let verdict = self.log().append(append.clone()).await;
        if matches!(verdict, Ok(Verdict::Committed(_))) {
            self.accepted.lock().unwrap().push(append);
        }
        verdict
    }

    /// From here on appends wait.
    pub(crate) fn hold(&self) {
        *self.holding.lock().unwrap() = true;
    }

    /// Waits until so many more appends have come.
    pub(crate) async fn holds(&self, appends: u32) {
        self.arrived.acquire_many(appends).await.unwrap().forget();
    }

    /// Judges the first of them.
    pub(crate) async fn judge(&self) {
        let (append, reply) = self.first();
        let _gone = reply.send(self.judged(append).await);
    }

    /// Judges the last of them, as if it came from a node that is quicker.
    pub(crate) async fn judge_last(&self) {
        let (append, reply) = self.waiting().pop_back().expect("an append waits");
        let _gone = reply.send(self.judged(append).await);
    }

    /// The first of them never reaches the log.
    pub(crate) fn lose(&self) {
        let (_, reply) = self.first();
        let _gone = reply.send(Err(Error::Unavailable { reason: "the test".to_owned() }));
    }

    /// The first of them is judged, but nobody hears how.
    pub(crate) async fn judge_in_silence(&self) {
        let (append, reply) = self.first();
        self.judged(append).await.unwrap();
        let _gone = reply.send(Err(Error::OutcomeUnknown));
    }

    /// How often streams were read so far.
    pub(crate) fn reads(&self) -> usize {
        self.reads.load(Ordering::Relaxed)
    }

    /// How many events that were.
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
            // A log in memory has judged when the call returns.
            let verdict = self.judged(append).now_or_never();
            return ready(verdict.expect("it judges at once")).boxed();
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
