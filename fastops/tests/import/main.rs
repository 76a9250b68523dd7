//! The import: exact, repeatable, not to be broken by killing it, and silent about no bad row.
//!
//! Runs on files that a seeded generator makes, and on the real year where `FASTOPS_TEST_DATA` names a
//! folder that holds it.

#![expect(clippy::unwrap_used, reason = "what cannot be set up fails the test")]

mod bad_rows;
mod killed;
mod live;
mod menu;
mod pizza_place;
mod private;
mod sales;
mod shape;
mod stock;
mod target;
mod year;
