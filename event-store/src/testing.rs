//! Helpers for tests of the log and of its users.

pub mod appends;
#[cfg(feature = "postgres")]
mod database;
mod figures;
#[cfg(feature = "postgres")]
pub mod later;

#[cfg(feature = "postgres")]
pub use database::Database;
pub use figures::{assert_took, figure, is_campaign, rounds};
