//! The port.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use domain::shared::{CommandId, IncarnationId, TenantId};
use futures_util::future::BoxFuture;

use crate::append::Append;
use crate::error::Error;
use crate::event::RecordedEvent;
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

/// How long a call waits for the log before it is answered without it.
pub const PATIENCE: Duration = Duration::from_secs(3);

/// An append-only log of events in streams.
///
/// Every adapter passes the suite in `conformance`. A new adapter implements this trait and
/// calls that suite; nothing else knows which one it has.
///
/// Every call is answered within about [`PATIENCE`], whatever happens to the log meanwhile.
#[async_trait]
pub trait EventStore: Send + Sync + 'static {
    /// Appends the outcome of a command.
    ///
    /// A command id that the tenant used before answers [`Verdict::Duplicate`], whatever the rest
    /// says; then revisions are compared; then everything is written. When the call answers
    /// [`Verdict::Committed`], the events survive a crash. An adapter that sends an append again because
    /// its answer was lost may find that it was written the first time, and answers
    /// [`Verdict::Duplicate`] for it too.
    ///
    /// The append takes its place when this is called, not when the answer is awaited, and it is
    /// judged also when nobody awaits it. Appends of one tenant are judged in the order of the calls:
    /// an append may expect what an earlier one, whose verdict is not known yet, will leave, and then
    /// it succeeds or fails with it.
    ///
    /// An append that could not be sent within [`PATIENCE`] never is, and is answered with
    /// [`Error::Unavailable`]; for one that was sent and not answered by then,
    /// [`Error::OutcomeUnknown`].
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

    /// The events right after a position in the log with this head, at most `limit`, in order, as far as
    /// they are at hand because this very process has appended them lately. That there are none says
    /// nothing.
    fn recent(&self, _log: Head, _after: Position, _limit: u32) -> Vec<Arc<RecordedEvent>> {
        Vec::new()
    }

    /// What the log remembers of each of these commands of a tenant, in the same order.
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
}
