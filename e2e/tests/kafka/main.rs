//! The relay and consumers on the topic, with a real Kafka, as processes that are killed. Tests named
//! `f21_…` prove the rows of `docs/promises.md`.
#![expect(clippy::unwrap_used, reason = "the helpers are part of the tests")]

mod absent;
mod broker;
mod document;
mod killed;
mod later;
mod slow;
mod standby;
mod topic;
