//! Tests of the PostgreSQL adapter beyond the common suite.

mod cancelled_begin;
mod contexts;
mod dead_writer;
mod filtered_pages;
mod gaps;
mod halves;
mod late_commit;
mod leases;
mod migrations;
mod next;
mod poison;
mod proxy;
mod quiet_commits;
mod right_of_way;
mod rolled_back;
mod snapshots;
mod stalled;
mod streams;
mod support;
mod timers;
mod two_processes;
