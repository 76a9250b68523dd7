//! The event log: one port, its adapters, and the loop that every consumer runs in.
//!
//! One call of [`EventStore::append`] takes the events of one command for any number of streams, with the
//! expected revision of each stream, under the command's id. It is written once and as a whole, or not at
//! all. The log has one total order, [`Position`], in which no reader can skip an event.
//!
//! - [`stream`]: names of streams, revisions and positions
//! - [`event`]: what is written and what is read back
//! - [`envelope`]: an event as it is published
//! - [`append`](mod@append): what a command asks of the log
//! - [`verdict`]: what the log answers
//! - [`snapshot`]: stored states, a cache
//! - [`store`]: the port
//! - [`memory`] and [`postgres`]: its adapters
//! - `conformance`: what every adapter must do (feature `testing`)
//! - [`consumer`]: named readers with checkpoints
//! - [`database`]: the database of read models, checkpoints and timers
//! - [`deciders`]: which node decides for a tenant
//! - [`kafka`]: the log on a topic, and consumers that read it there
//! - [`lane`]: what is consumed in order, tenant by tenant
//! - [`lease`]: which process does what only one may do at a time
//! - [`right_of_way`]: live commands before an import that appends to the same streams
//! - [`timers`]: commands that follow from events and are sent when they are due
//!
//! Without features it contains the port, the log in memory and the published form: enough to read what
//! FastOps publishes with any client. `postgres` adds the adapter and everything that stores checkpoints in a
//! database; `kafka` adds the topic and the C library that accesses it.

pub mod append;
#[cfg(feature = "testing")]
pub mod conformance;
#[cfg(feature = "postgres")]
pub mod consumer;
#[cfg(feature = "postgres")]
pub mod database;
#[cfg(feature = "postgres")]
pub mod deciders;
pub mod envelope;
pub mod error;
pub mod event;
pub mod hash;
#[cfg(feature = "kafka")]
pub mod kafka;
pub mod lane;
#[cfg(feature = "postgres")]
pub mod lease;
pub mod memory;
#[cfg(feature = "postgres")]
pub mod postgres;
pub mod right_of_way;
pub mod snapshot;
pub mod store;
pub mod stream;
#[cfg(feature = "testing")]
pub mod testing;
#[cfg(feature = "postgres")]
pub mod timers;
pub mod verdict;

pub use append::{Append, Expected, Fingerprint};
pub use error::Error;
pub use event::{Actor, Decided, Metadata, NewEvent, RecordedEvent};
pub use snapshot::Snapshot;
pub use store::{EventStore, Head};
pub use stream::{Position, Revision, StreamId, StreamMap};
pub use verdict::{Committed, Earlier, Verdict};
