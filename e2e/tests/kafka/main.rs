//! The relay and consumers as processes on a real Kafka; they are killed. Tests named `f21_…` prove
//! the rows of `docs/promises.md`.
#![expect(clippy::unwrap_used, reason = "the helpers are part of the tests")]

mod absent;
mod broker;
mod document;
mod killed;
mod later;
mod slow;
mod standby;
mod topic;
