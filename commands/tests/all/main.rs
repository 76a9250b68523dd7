//! Every command through the whole path, on a log in memory.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

mod catalog;
mod corrections;
mod following;
mod held;
mod inventory;
mod lost_commits;
mod menu;
mod modifier_groups;
mod orders;
mod pending;
mod price_lists;
mod replays;
mod support;
