//! Runs intents: loads what they need, has them decide, and appends once.
//!
//! - [`intent`]: the trait of intents
//! - [`scope`]: tenant, branches, actor and id of a command
//! - [`sources`]: clock and ids as parameters
//! - [`execute`]: the one loop that runs intents
//! - [`unit_of_work`]: the workspace of an intent, and `guards`, conditions of its decision
//! - [`aggregates`]: states in memory, committed and pending; `follower` applies the commits of all nodes to
//!   them
//! - `idempotency`: requests with one command id run one after another
//! - [`receipt`]: the answer to an accepted command
//! - [`error`]: the two kinds of failures

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
