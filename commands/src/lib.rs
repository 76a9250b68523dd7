//! Commands: load, decide, append once.
//!
//! Each command is an [`Intent`]: a plain struct that names what it needs and what is to be decided.
//! [`Commands::execute`] runs any intent: in its own task, on the newest state, in one append, repeated after
//! a conflict, and with the first answer after a retry.
//!
//! - [`engine`]: runs intents
//! - [`identity`], [`catalog`], [`inventory`], [`orders`]: the intents, by context
//! - `claims`: uniqueness in a company, for the intents of several contexts
//! - [`names`]: the claims of names that an earlier release gave
//! - [`processes`]: commands that follow from events

pub mod catalog;
mod claims;
pub mod engine;
pub mod identity;
pub mod inventory;
pub mod names;
pub mod orders;
pub mod processes;

pub use engine::error::{CommandError, World};
pub use engine::execute::Commands;
pub use engine::intent::Intent;
pub use engine::receipt::Receipt;
pub use engine::scope::{Correlation, Request, Scope};
pub use engine::sources::{Clock, IdGenerator};
pub use engine::unit_of_work::UnitOfWork;
pub use event_store::deciders;
pub use event_store::{Error as LogError, Position, Revision};
