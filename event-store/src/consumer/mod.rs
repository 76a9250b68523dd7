//! Named readers of the log with checkpoints: the one loop that every read model, relay and process runs in.
//!
//! A consumer gets pages of events in the order of the log and writes what follows from them in the
//! transaction that moves its checkpoints. So each event takes effect exactly once, whatever is killed when.
//! Checkpoints are kept per consumer and lane; a tenant's events are all in one lane.
//!
//! An event that cannot be applied is parked together with the later ones of its [key](Consumer::key);
//! everything else goes on, and an operator decides about parked events.
//!
//! - [`run`](run()): the loop; [`keep_running`] restarts it when it dies, [`keep_running_alone`] in one
//!   process at a time
//! - [`first_events`]: what a consumer may read from the log while it applies a page
//! - [`Parking`]: the decisions of operators about parked events
//! - [`rebuild`]: rebuilds read models while the live ones are in use
//! - [`Board`]: the state of all consumers of a process, for `/readyz` and `/metrics`
//! - [`Tail`]: recently committed events, read once per process; [`CommitSignal`] wakes its reader
//! - [`WorkPermits`]: limit the concurrent background work of a process, consumers included

pub(crate) mod board;
pub(crate) mod checkpoint;
mod commit_signal;
mod looking_back;
mod operator;
mod parked;
mod parking;
mod projection;
pub mod rebuild;
pub(crate) mod run;
mod sift;
mod standby;
mod tail;
mod upgraded;
pub(crate) mod watchdog;
mod work_permits;
pub(crate) mod writer;

use std::borrow::Cow;

use async_trait::async_trait;
use domain::event::DecodeError;
use domain::shared::IncarnationId;
use sqlx::PgConnection;

pub use board::{Board, Parked, State, Status};
pub use commit_signal::CommitSignal;
pub use looking_back::first_events;
pub use operator::Parking;
pub use parked::{
    Decision, Discard, ParkedEvent, ParkedFilter, ParkedKey, ParkingError, Replay, Resolved,
};
pub use projection::Projection;
pub use run::{Feed, run};
pub use standby::{keep_running_alone, stand_by, while_held};
pub use tail::Tail;
pub use watchdog::{SILENCE_MAX, count_parked, keep_running};
pub use work_permits::WorkPermits;

use crate::error::Error;
use crate::event::RecordedEvent;
use crate::stream::Position;

/// A named reader of the log.
///
/// It never looks at the clock, makes no ids and reads no other consumer's tables: replaying the log
/// into empty tables gives the same rows.
#[async_trait]
pub trait Consumer: Send + Sync + 'static {
    /// The name its checkpoints are kept under, the same for ever.
    fn name(&self) -> &'static str;

    /// Whether the consumer needs the event; others are skipped.
    ///
    /// Every event of a stream that it reads and that this release does not
    /// [support](RecordedEvent::is_known) is needed: a later release may change rows by it. It is parked, so
    /// that its key is not shown as if it had not happened.
    fn wants(&self, event: &RecordedEvent) -> bool;

    /// Whether a wanted event changes rows by itself. Others are only delivered to save the consumer a lookup
    /// when they are in a page with one that does, and may be skipped.
    fn acts_on(&self, event: &RecordedEvent) -> bool {
        self.wants(event)
    }

    /// The key of the rows that an event changes: while an event of a key is parked, the later ones of that
    /// key wait and all others go on. The key belongs to the event's tenant.
    fn key<'e>(&self, event: &'e RecordedEvent) -> Cow<'e, str> {
        Cow::Borrowed(event.stream.name())
    }

    /// Writes what follows from some wanted events, in the order of the log and of any tenants.
    ///
    /// Everything goes through `tx`, which is committed together with the checkpoints.
    async fn apply(
        &self,
        tx: &mut PgConnection,
        events: &[&RecordedEvent],
    ) -> Result<(), ConsumerError>;
}

/// Why a page could not be applied. It is retried with growing pauses, and shown on the [`Board`].
#[derive(Debug, thiserror::Error)]
pub enum ConsumerError {
    /// The database could not be reached or refused a statement.
    #[error("the database refused")]
    Database(#[from] sqlx::Error),
    /// The log could not be read.
    #[error("the log could not be read")]
    Log(#[from] Error),
    /// An event is not what its type promises.
    #[error("an event could not be read")]
    Unreadable(#[from] DecodeError),
    /// The event contradicts what came before it.
    #[error("the event at {position} does not fit: {reason}")]
    Misfit {
        /// Where the event is.
        position: Position,
        /// What is wrong with it.
        reason: String,
    },
    /// A system outside of the database, on which the consumer works, failed.
    #[error("{0}")]
    Outside(String),
    /// The consumer has a defect that these events trigger.
    #[error("it panicked: {0}")]
    Panicked(String),
}

impl ConsumerError {
    /// Whether a retry may succeed without intervention.
    pub const fn is_transient(&self) -> bool {
        match self {
            Self::Log(error) => error.is_transient(),
            Self::Database(error) => !matches!(
                error,
                sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) | sqlx::Error::Encode(_)
            ),
            Self::Outside(_) => true,
            Self::Unreadable(_) | Self::Misfit { .. } | Self::Panicked(_) => false,
        }
    }

    /// Whether it failed by an event that this release does not support, and a later one may.
    const fn is_unknown(&self) -> bool {
        matches!(self, Self::Unreadable(error) if error.is_of_a_later_release())
    }

    /// Whether the events are the cause: a retry changes nothing, and other events may succeed.
    fn blames_events(&self) -> bool {
        match self {
            Self::Unreadable(_) | Self::Misfit { .. } | Self::Panicked(_) => true,
            Self::Log(_) | Self::Outside(_) => false,
            Self::Database(sqlx::Error::Database(refusal)) => {
                // The input of a statement: rows twice, data, constraints, sizes. Everything else is the
                // state of the database or of its schema.
                let classes = ["21", "22", "23", "54"];
                let code = refusal.code().unwrap_or_default();
                classes.iter().any(|class| code.starts_with(class))
            }
            Self::Database(error) => matches!(
                error,
                sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) | sqlx::Error::Encode(_)
            ),
        }
    }
}

/// An error with everything that caused it.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// Why a consumer ended for good. All its writes are settled, and a retry would not help.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Stopped {
    /// Another process claimed the lanes after this one.
    #[error("another run took over in epoch {epoch}")]
    Superseded {
        /// The epoch of the other run.
        epoch: i64,
    },
    /// The checkpoints belong to another incarnation of the log, for example to one before a restore.
    #[error(
        "the checkpoints are of log {checkpoints}, but this is log {log}: rebuild the consumer"
    )]
    AnotherLog {
        /// The incarnation that the checkpoints name.
        checkpoints: IncarnationId,
        /// The incarnation of the log.
        log: IncarnationId,
    },
    /// A system outside of the database is not as the consumer requires.
    #[error("{reason}")]
    Unfit {
        /// What is wrong, and what an operator can do about it.
        reason: String,
    },
    /// The log ends before the checkpoint: it has lost events that this consumer has seen.
    #[error("the checkpoint {checkpoint} lies beyond the end of the log at {head}")]
    AheadOfLog {
        /// The position of the consumer.
        checkpoint: Position,
        /// Where the log ends.
        head: Position,
    },
}
