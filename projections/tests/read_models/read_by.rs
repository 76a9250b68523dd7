//! A log whose reads a test can change.

use std::sync::Arc;

use async_trait::async_trait;
use domain::shared::{CommandId, TenantId};
use event_store::{
    Append, Earlier, Error, EventStore, Head, Position, RecordedEvent, Revision, Snapshot,
    StreamId, Verdict,
};
use futures_util::future::BoxFuture;

/// How the log is read; by default unchanged.
#[async_trait]
pub(crate) trait Reading: Send + Sync + 'static {
    /// A page of the log.
    async fn read_all(
        &self,
        log: &dyn EventStore,
        after: Position,
        limit: u32,
    ) -> Result<Vec<RecordedEvent>, Error>;

    /// The head of the log.
    async fn head(&self, log: &dyn EventStore) -> Result<Head, Error> {
        log.head().await
    }
}

/// A log and how it is read.
pub(crate) struct ReadBy<R> {
    inner: Arc<dyn EventStore>,
    pub(crate) reading: R,
}

impl<R> ReadBy<R> {
    pub(crate) fn new(log: &Arc<dyn EventStore>, reading: R) -> Arc<Self> {
        Arc::new(Self { inner: Arc::clone(log), reading })
    }
}

#[async_trait]
impl<R: Reading> EventStore for ReadBy<R> {
    fn append(&self, append: Append) -> BoxFuture<'static, Result<Verdict, Error>> {
        self.inner.append(append)
    }

    async fn read_streams(
        &self,
        tenant: TenantId,
        tails: &[(StreamId, Revision)],
    ) -> Result<Vec<Vec<RecordedEvent>>, Error> {
        self.inner.read_streams(tenant, tails).await
    }

    async fn read_all(&self, after: Position, limit: u32) -> Result<Vec<RecordedEvent>, Error> {
        self.reading.read_all(&*self.inner, after, limit).await
    }

    async fn commands(
        &self,
        tenant: TenantId,
        ids: &[CommandId],
    ) -> Result<Vec<Option<Earlier>>, Error> {
        self.inner.commands(tenant, ids).await
    }

    async fn events_of(
        &self,
        tenant: TenantId,
        command: CommandId,
    ) -> Result<Vec<RecordedEvent>, Error> {
        self.inner.events_of(tenant, command).await
    }

    async fn events_at(
        &self,
        tenant: TenantId,
        positions: &[Position],
    ) -> Result<Vec<RecordedEvent>, Error> {
        self.inner.events_at(tenant, positions).await
    }

    async fn snapshots(
        &self,
        tenant: TenantId,
        streams: &[StreamId],
    ) -> Result<Vec<Option<Snapshot>>, Error> {
        self.inner.snapshots(tenant, streams).await
    }

    async fn keep_snapshot(&self, snapshot: Snapshot) -> Result<(), Error> {
        self.inner.keep_snapshot(snapshot).await
    }

    async fn head(&self) -> Result<Head, Error> {
        self.reading.head(&*self.inner).await
    }
}
