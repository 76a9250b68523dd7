//! What runs intents: loads what they need, has them decide, and appends once.
//!
//! - [`intent`]: what an intent is
//! - [`scope`]: for whom, where, by whom, under which id
//! - [`sources`]: clock and ids as parameters
//! - [`execute`]: the one loop that runs intents
//! - [`unit_of_work`]: what an intent works with, and `guards`, which stand before its decision
//! - [`aggregates`]: states in memory, committed and pending; `follower` applies to them what any node commits
//! - `idempotency`: requests with one command id run one after another
//! - [`receipt`]: what an accepted command has caused
//! - [`error`]: the two kinds of no

pub mod aggregates;
pub mod error;
pub mod execute;
mod follower;
mod guards;
mod idempotency;
pub mod intent;
pub mod receipt;
pub mod scope;
pub mod sources;
pub mod unit_of_work;
