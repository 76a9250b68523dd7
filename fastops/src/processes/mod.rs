//! What the processes of an installation run.
//!
//! - [`server`]: the service over HTTP
//! - [`consumers`]: the consumers of the log, which keep read models and plan commands
//! - [`relay`]: publishes the log on the topic
//! - [`mailer`]: sends the e-mails that wait in the outbox
//! - [`peers`]: the connections between processes that take commands
//! - [`event_source`]: whether consumers read the log or the topic
//! - [`name_upgrade`]: claims of names that an earlier release gave
//! - [`seed_upgrade`]: seeded roles brought to those of this release
//! - [`background`]: threads for what no request waits for
//! - [`ops`]: health and metrics of a process

pub mod background;
pub mod consumers;
pub mod event_source;
pub mod mailer;
pub mod name_upgrade;
pub mod ops;
pub mod peers;
pub mod relay;
pub mod seed_upgrade;
pub mod server;
