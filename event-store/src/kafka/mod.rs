//! The log on a topic of Kafka, and consumers that read it there.
//!
//! [`Relay`] is a consumer of the log that publishes every event, each in the partition that has the
//! number of its tenant's lane, at least once and in order: whatever a partition holds, all earlier
//! events of its lane came before it. [`keep_running`] feeds a consumer from the topic instead of from
//! the log, with the same checkpoints; each event takes effect exactly once. What a message says is in
//! [`envelope`](crate::envelope).
//!
//! - [`topic`]: where it is and how it has to be
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
