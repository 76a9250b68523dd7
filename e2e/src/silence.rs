//! A log that holds its answers back: what a process sees that crashes after its commit, or that takes
//! its time before it.

use std::sync::Arc;

use async_trait::async_trait;
use domain::shared::{CommandId, TenantId};
use event_store::{
    Append, Committed, Earlier, Error, EventStore, Head, Position, RecordedEvent, Revision,
    StreamId, Verdict,
};
use tokio::sync::Semaphore;

/// How a process's log answers appends.
#[derive(Debug, Clone, Default)]
pub enum Silence {
    /// At once.
    #[default]
    None,
    /// Never; each commit adds a permit to the semaphore.
    AfterCommit(Arc<Semaphore>),
    /// Each append shows itself, then waits until it is let through.
    BeforeCommit(Gate),
}

/// Where appends wait.
#[derive(Debug, Clone)]
pub struct Gate {
    arrived: Arc<Semaphore>,
    open: Arc<Semaphore>,
}

impl Default for Gate {
    fn default() -> Self {
        let closed = || Arc::new(Semaphore::new(0));
        Self { arrived: closed(), open: closed() }
    }
}

impl Gate {
    /// Waits until so many appends have come to the gate.
    pub async fn holds(&self, appends: u32) {
        let arrived = self.arrived.acquire_many(appends).await;
        arrived.expect("the gate is never taken down").forget();
    }

    /// Lets everybody through from now on.
    pub fn open(&self) {
        self.open.add_permits(Semaphore::MAX_PERMITS / 2);
    }
}

impl Silence {
    /// The same log, silent in this way.
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

#[async_trait]
impl EventStore for Silenced {
    async fn append(&self, append: Append) -> Result<Verdict, Error> {
        if let Silence::BeforeCommit(gate) = &self.silence {
            gate.arrived.add_permits(1);
            gate.open.acquire().await.expect("the gate is never taken down").forget();
        }
        let verdict = self.log.append(append).await;
        if let (Silence::AfterCommit(committed), Ok(Verdict::Committed(_))) =
            (&self.silence, &verdict)
        {
            committed.add_permits(1);
            std::future::pending::<()>().await;
        }
        verdict
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
        committed: Committed,
    ) -> Result<Vec<RecordedEvent>, Error> {
        self.log.events_of(tenant, committed).await
    }

    async fn head(&self) -> Result<Head, Error> {
        self.log.head().await
    }
}
