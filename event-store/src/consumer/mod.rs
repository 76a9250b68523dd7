//! Named readers of the log with checkpoints: the one loop that every read model, relay and process
//! runs in.
//!
//! A consumer gets pages of events in the order of the log and writes what follows from them in the
//! same transaction that moves its checkpoints. So each event takes effect exactly once, whatever is
//! killed when. Checkpoints are kept per consumer and lane; a tenant's events are all in one lane.
//!
//! - [`run`](run()): the loop
//! - [`Board`]: how all consumers of a process are doing, for `/readyz` and `/metrics`
//! - [`Doorbell`]: wakes the loops when something was committed

mod board;
mod checkpoint;
mod doorbell;
mod run;

use async_trait::async_trait;
use domain::event::DecodeError;
use domain::shared::IncarnationId;
use sqlx::PgConnection;

pub use board::{Board, State, Status};
pub use doorbell::Doorbell;
pub use run::{Feed, run};

use crate::error::Error;
use crate::event::RecordedEvent;
use crate::stream::Position;

/// How many lanes there are; every tenant has one of them, from 0.
pub const LANES: u16 = 12;

/// A named reader of the log.
///
/// It never looks at the clock, makes no ids and reads no other consumer's tables: replaying the log
/// into empty tables gives the same rows.
#[async_trait]
pub trait Consumer: Send + Sync + 'static {
    /// The name its checkpoints are kept under, the same for ever.
    fn name(&self) -> &'static str;

    /// Whether events of this stored type matter to it; the others are passed over.
    fn wants(&self, event_type: &str) -> bool;

    /// Writes what follows from some wanted events, in the order of the log and of any tenants.
    ///
    /// Everything goes through `tx`, which is committed together with the checkpoints.
    async fn apply(
        &self,
        tx: &mut PgConnection,
        events: &[&RecordedEvent],
    ) -> Result<(), ConsumerError>;
}

/// Why a page could not be worked off. It is tried again, later and later, and shown on the [`Board`].
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
}

/// Why a consumer ended for good. Nothing it did is in doubt, and trying again would not help.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Stopped {
    /// Another process claimed the lanes after this one.
    #[error("another run took over in epoch {epoch}")]
    Superseded {
        /// The epoch of the other run.
        epoch: i64,
    },
    /// The checkpoints belong to another life of the log, for example to one before a restore.
    #[error(
        "the checkpoints are of log {checkpoints}, but this is log {log}: rebuild the consumer"
    )]
    AnotherLog {
        /// The incarnation that the checkpoints name.
        checkpoints: IncarnationId,
        /// The incarnation of the log.
        log: IncarnationId,
    },
    /// The log ends before the checkpoint: it has lost events that this consumer has seen.
    #[error("the checkpoint {checkpoint} lies beyond the end of the log at {head}")]
    AheadOfLog {
        /// Where the consumer stands.
        checkpoint: Position,
        /// Where the log ends.
        head: Position,
    },
}
