//! What people may ask: load, decide, append once.
//!
//! Each thing that can be asked is an [`Intent`]: a plain struct that says what it needs and what is to
//! be decided. [`Commands::execute`] runs any intent: in a task of its own, on the newest state, in one
//! append, again after a conflict, and with the first answer after a retry.
//!
//! - [`scope`]: for whom, where, by whom
//! - [`sources`]: clock and ids as parameters
//! - [`intent`] and [`unit_of_work`]: what an intent is and what it works with
//! - [`execute`]: the one loop that runs them
//! - [`error`]: the two kinds of no
//! - [`identity`], [`catalog`], [`inventory`], [`orders`]: the intents, by context
//! - [`processes`]: commands that follow from events

pub mod aggregates;
pub mod catalog;
pub mod error;
pub mod execute;
mod follower;
pub mod identity;
pub mod intent;
pub mod inventory;
mod once;
pub mod orders;
pub mod processes;
pub mod receipt;
pub mod scope;
pub mod sources;
pub mod unit_of_work;

pub use error::{CommandError, Failure, World};
pub use event_store::deciders;
pub use event_store::{Error as LogError, Position, Revision};
pub use execute::Commands;
pub use intent::Intent;
pub use receipt::Receipt;
pub use scope::{Correlation, Request, Scope};
pub use sources::{Clock, IdGenerator};
pub use unit_of_work::UnitOfWork;
