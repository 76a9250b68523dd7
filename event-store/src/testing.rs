//! What tests of the log, and of what stands on it, are made of.

pub mod appends;
#[cfg(feature = "postgres")]
mod database;
mod figures;
#[cfg(feature = "postgres")]
pub mod later;

#[cfg(feature = "postgres")]
pub use database::Database;
pub use figures::{assert_took, figure, is_campaign, rounds};
