//! The log on a topic of Kafka, and consumers that read it there.
//!
//! [`Relay`] is a consumer of the log that publishes every event, each in the partition with the number of
//! its tenant's lane, at least once and in order: all earlier events of a lane precede an event in its
//! partition. [`keep_running`] feeds a consumer from the topic instead of from the log, with the same
//! checkpoints; each event takes effect exactly once. The format of a message is in
//! [`envelope`](crate::envelope).
//!
//! - [`topic`]: the address and configuration of the topic
//! - [`relay`]: from the log to the topic
//! - [`feed`]: from the topic to a consumer

pub mod feed;
mod message;
mod quiet;
pub mod relay;
mod session;
mod sieve;
pub mod topic;

pub use feed::keep_running;
pub use relay::{RELAY, Relay, rewind};
pub use topic::{Topic, TopicError};
