//! The port.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use domain::shared::{CommandId, IncarnationId, TenantId};
use futures_util::future::BoxFuture;

use crate::append::Append;
use crate::error::Error;
use crate::event::RecordedEvent;
use crate::right_of_way::RightOfWay;
use crate::snapshot::Snapshot;
use crate::stream::{Position, Revision, StreamId};
use crate::verdict::{Earlier, Verdict};

/// The end of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// Which life of the log this is; a restore from a backup begins another.
    pub incarnation: IncarnationId,
    /// The position of the last event.
    pub position: Position,
}

/// How long a call waits for the log before it returns an error.
pub const ANSWER_TIMEOUT: Duration = Duration::from_secs(3);

/// An append-only log of events in streams.
///
/// Every adapter passes the suite in `conformance`. A new adapter implements this trait and calls that suite;
/// no caller depends on the adapter.
///
/// Every call is answered within about [`ANSWER_TIMEOUT`], whatever happens to the log meanwhile.
#[async_trait]
pub trait EventStore: Send + Sync + 'static {
    /// Appends the outcome of a command.
    ///
    /// First the command id is compared: one that the tenant used before is answered with
    /// [`Verdict::Duplicate`], whatever else the append contains. Then revisions are compared; then
    /// everything is written. When the call answers [`Verdict::Committed`], the events survive a crash. An
    /// adapter that repeats an append because its answer was lost may find that the first try wrote it, and
    /// answers [`Verdict::Duplicate`] for it too.
    ///
    /// The append enters the queue when this is called, not when the future is polled, and it is judged even
    /// if the future is dropped. Appends of one tenant are judged in the order of the calls: an append may
    /// expect the revision that an earlier one without a verdict will produce, and then it succeeds or fails
    /// with that one.
    ///
    /// An append that could not be sent within [`ANSWER_TIMEOUT`] is never sent, and is answered with
    /// [`Error::Unavailable`]; one that was sent and not answered by then, with [`Error::OutcomeUnknown`].
    fn append(&self, append: Append) -> BoxFuture<'static, Result<Verdict, Error>>;

    /// Reads the events of several streams of one tenant, each after a revision, each in order.
    ///
    /// The answer has one entry per entry of `tails`, in that order.
    async fn read_streams(
        &self,
        tenant: TenantId,
        tails: &[(StreamId, Revision)],
    ) -> Result<Vec<Vec<RecordedEvent>>, Error>;

    /// Reads at most `limit` events of all tenants after a position, in order.
    ///
    /// An empty answer means that `after` is the head. No event ever appears at or before a position
    /// that a reader has seen.
    async fn read_all(&self, after: Position, limit: u32) -> Result<Vec<RecordedEvent>, Error>;

    /// The events right after a position in the log with this head, at most `limit`, in order, as far as this
    /// process has them in memory because it appended them lately. An empty answer does not mean that the log
    /// has none.
    fn recent(&self, _log: Head, _after: Position, _limit: u32) -> Vec<Arc<RecordedEvent>> {
        Vec::new()
    }

    /// The log's record of each of these commands of a tenant, in the same order.
    async fn commands(
        &self,
        tenant: TenantId,
        ids: &[CommandId],
    ) -> Result<Vec<Option<Earlier>>, Error>;

    /// The events of a tenant's command, in order; none of one that was never accepted.
    async fn events_of(
        &self,
        tenant: TenantId,
        command: CommandId,
    ) -> Result<Vec<RecordedEvent>, Error>;

    /// The events of a tenant at these positions, in order. Where none of its events is, there is
    /// nothing.
    async fn events_at(
        &self,
        tenant: TenantId,
        positions: &[Position],
    ) -> Result<Vec<RecordedEvent>, Error>;

    /// The snapshots that are kept of streams of one tenant, in the same order.
    async fn snapshots(
        &self,
        tenant: TenantId,
        streams: &[StreamId],
    ) -> Result<Vec<Option<Snapshot>>, Error>;

    /// Keeps a snapshot instead of an earlier one of its stream; one of a later revision stays.
    async fn keep_snapshot(&self, snapshot: Snapshot) -> Result<(), Error>;

    /// The end of the log.
    async fn head(&self) -> Result<Head, Error>;

    /// Keeps imports from appending to the streams of a tenant until the answer is dropped. A turn of an import
    /// that has begun ends first. If that takes too long, or the adapter has no such turns, the answer has no
    /// effect.
    async fn right_of_way(&self, _tenant: TenantId) -> RightOfWay {
        RightOfWay::default()
    }
}
