//! Test fixtures for the whole system: a database, servers on real ports, and HTTP clients.
//!
//! - [`system`]: a system with a company in it; [`node`]: one server process that can crash;
//!   [`site`]: what its processes share
//! - [`client`]: HTTP requests; [`raw`]: raw bytes over TCP
//! - [`menu`]: a branch with products to sell
//! - [`emails`]: the e-mails that were sent; [`smtp_server`]: an SMTP server that accepts, rejects
//!   or hangs
//! - [`staff`]: users who were invited, joined and signed in
//! - [`log`]: the events in the log
//! - [`rig`]: the program and PostgreSQL as real processes that fail under load, built from
//!   [`process`] and [`cluster`]
//! - [`broker`]: a Kafka broker; [`worker`]: processes that keep read models and publish;
//!   [`companies`]: companies that place orders meanwhile
//! - [`clock`], [`silence`], [`postgres_proxy`]: injected time, crashes and outages
//! - [`rounds`] and [`figure`]: how often a fault is injected, and the measured result;
//!   [`assert_took`]: upper limits for durations, asserted only where durations are measured

pub mod broker;
pub mod client;
pub mod clock;
pub mod cluster;
pub mod companies;
pub mod emails;
pub mod log;
pub mod menu;
pub mod node;
pub mod postgres_proxy;
pub mod process;
pub mod raw;
pub mod rig;
pub mod silence;
pub mod site;
pub mod smtp_server;
pub mod staff;
pub mod system;
pub mod worker;

pub use client::{Answer, Call, Client};
pub use event_store::testing::{assert_took, figure, is_campaign, rounds};
pub use menu::Menu;
pub use system::{Company, System};

use commands::IdGenerator;
use commands::engine::sources::RandomIds;
use uuid::Uuid;

/// A UUID that is not in use: the key of a command, or the id of something that does not exist.
pub fn fresh() -> Uuid {
    RandomIds.uuid()
}
