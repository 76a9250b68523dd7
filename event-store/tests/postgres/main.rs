//! What only the adapter for PostgreSQL can get wrong.

mod cancelled_begin;
mod contexts;
mod dead_writer;
mod filtered_pages;
mod gaps;
mod halves;
mod late_commit;
mod leases;
mod next;
mod poison;
mod proxy;
mod quiet_commits;
mod rolled_back;
mod snapshots;
mod stalled;
mod streams;
mod support;
mod timers;
mod two_processes;
