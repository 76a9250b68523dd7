//! An event store that withholds answers to appends: the view of a process that crashes after its
//! commit, or whose commit is slow.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use domain::shared::{CommandId, TenantId};
use event_store::{
    Append, Earlier, Error, EventStore, Head, Position, RecordedEvent, Revision, Snapshot,
    StreamId, Verdict,
};
use futures_util::future::BoxFuture;
use tokio::sync::{Semaphore, oneshot};

/// How a process's event store answers appends.
#[derive(Debug, Clone, Default)]
pub enum Silence {
    /// Immediately.
    #[default]
    None,
    /// Never; each commit adds a permit to the semaphore.
    AfterCommit(Arc<Semaphore>),
    /// Each append waits at the gate until it is opened.
    BeforeCommit(Gate),
}

/// Holds appends in the order of the calls.
#[derive(Clone)]
pub struct Gate {
    arrived: Arc<Semaphore>,
    state: Arc<Mutex<GateState>>,
}

type Answer = BoxFuture<'static, Result<Verdict, Error>>;

enum GateState {
    Closed(Vec<Waiting>),
    Open,
}

struct Waiting {
    log: Arc<dyn EventStore>,
    append: Append,
    let_through: oneshot::Sender<Answer>,
}

impl fmt::Debug for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gate").field("arrived", &self.arrived).finish_non_exhaustive()
    }
}

impl Default for Gate {
    fn default() -> Self {
        Self {
            arrived: Arc::new(Semaphore::new(0)),
            state: Arc::new(Mutex::new(GateState::Closed(Vec::new()))),
        }
    }
}

impl Gate {
    /// Waits until `appends` appends have arrived at the gate.
    pub async fn holds(&self, appends: u32) {
        let arrived = self.arrived.acquire_many(appends).await;
        arrived.expect("the semaphore is never closed").forget();
    }

    /// Passes all waiting and all later appends on.
    pub fn open(&self) {
        let mut state = self.state();
        if let GateState::Closed(waiting) = std::mem::replace(&mut *state, GateState::Open) {
            for Waiting { log, append, let_through } in waiting {
                // The caller may have gone away; its append is passed on all the same.
                let _ = let_through.send(log.append(append));
            }
        }
    }

    fn append(&self, log: &Arc<dyn EventStore>, append: Append) -> Answer {
        self.arrived.add_permits(1);
        match &mut *self.state() {
            GateState::Open => log.append(append),
            GateState::Closed(waiting) => {
                let (let_through, answer) = oneshot::channel();
                waiting.push(Waiting { log: Arc::clone(log), append, let_through });
                Box::pin(async {
                    answer.await.expect("the sender is kept until the gate opens").await
                })
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, GateState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Silence {
    /// Wraps an event store so that it answers in this way.
    pub fn over(&self, log: Arc<dyn EventStore>) -> Arc<dyn EventStore> {
        match self {
            Self::None => log,
            silence => Arc::new(Silenced { log, silence: silence.clone() }),
        }
    }
}

struct Silenced {
    log: Arc<dyn EventStore>,
    silence: Silence,
}

/// Ids of commands of processes are UUIDs of version 8, which clients may not use.
fn is_of_a_process(append: &Append) -> bool {
    append.command().uuid().get_version_num() == 8
}

#[async_trait]
impl EventStore for Silenced {
    fn append(&self, append: Append) -> Answer {
        // What processes append by themselves is not what a test waits for.
        if is_of_a_process(&append) {
            return self.log.append(append);
        }
        match &self.silence {
            Silence::None => self.log.append(append),
            Silence::BeforeCommit(gate) => gate.append(&self.log, append),
            Silence::AfterCommit(committed) => {
                let (answer, committed) = (self.log.append(append), Arc::clone(committed));
                Box::pin(async move {
                    let verdict = answer.await;
                    if let Ok(Verdict::Committed(_)) = &verdict {
                        committed.add_permits(1);
                        std::future::pending::<()>().await;
                    }
                    verdict
                })
            }
        }
    }

    async fn read_streams(
        &self,
        tenant: TenantId,
        tails: &[(StreamId, Revision)],
    ) -> Result<Vec<Vec<RecordedEvent>>, Error> {
        self.log.read_streams(tenant, tails).await
    }

    async fn read_all(&self, after: Position, limit: u32) -> Result<Vec<RecordedEvent>, Error> {
        self.log.read_all(after, limit).await
    }

    async fn commands(
        &self,
        tenant: TenantId,
        ids: &[CommandId],
    ) -> Result<Vec<Option<Earlier>>, Error> {
        self.log.commands(tenant, ids).await
    }

    async fn events_of(
        &self,
        tenant: TenantId,
        command: CommandId,
    ) -> Result<Vec<RecordedEvent>, Error> {
        self.log.events_of(tenant, command).await
    }

    async fn events_at(
        &self,
        tenant: TenantId,
        positions: &[Position],
    ) -> Result<Vec<RecordedEvent>, Error> {
        self.log.events_at(tenant, positions).await
    }

    async fn snapshots(
        &self,
        tenant: TenantId,
        streams: &[StreamId],
    ) -> Result<Vec<Option<Snapshot>>, Error> {
        self.log.snapshots(tenant, streams).await
    }

    async fn keep_snapshot(&self, snapshot: Snapshot) -> Result<(), Error> {
        self.log.keep_snapshot(snapshot).await
    }

    async fn head(&self) -> Result<Head, Error> {
        self.log.head().await
    }
}
