//! The whole system over HTTP. Tests named `f02_…` and `s14_…` prove the rows of `docs/promises.md`.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod accounts;
mod bodies;
mod branches;
mod clocks;
mod companies;
mod corrections;
mod crash;
mod day;
mod document;
mod document_shape;
mod forgetting;
mod grants;
mod inventory;
mod limits;
mod link_pages;
mod links;
mod lists;
mod lost_answers;
mod once;
mod operator;
mod orders;
mod outage;
mod outlines;
mod parked;
mod permissions;
mod pins;
mod preconditions;
mod processes;
mod promises;
mod reachability;
mod replays;
mod requests;
mod roles;
mod seeds;
mod sessions;
mod sign_in;
mod slow_clients;
mod smtp;
mod subscriptions;
mod tenancy;
mod tokens;
mod traces;
mod users;
mod wrong_clock;
