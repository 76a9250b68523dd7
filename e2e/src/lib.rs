//! The whole system in a test: a database, a server on a real port, and clients that talk HTTP to it.
//!
//! - [`system`]: a system with a company in it; [`node`]: one server process that can crash;
//!   [`site`]: what its processes share
//! - [`client`]: somebody who talks HTTP; [`raw`]: somebody who talks bytes
//! - [`menu`]: a branch with something to sell
//! - [`emails`]: what people were sent
//! - [`staff`]: people who were invited, joined and signed in
//! - [`log`]: what the log holds in the end
//! - [`rig`]: the program and PostgreSQL as real processes that fail under load, from [`process`] and
//!   [`cluster`]
//! - [`broker`]: a Kafka; [`worker`]: processes that keep read models and publish; [`companies`]: companies
//!   that order meanwhile
//! - [`clock`], [`silence`], [`postgres_proxy`]: time, crashes and outages at will
//! - [`rounds`] and [`figure`]: how often a fault is made to happen, and what came out of it;
//!   [`assert_took`]: how long something may take, where that is measured

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

/// A UUID that nobody has used: a command's key, or the id of nothing.
pub fn fresh() -> Uuid {
    RandomIds.uuid()
}
