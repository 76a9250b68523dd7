//! HTTP: what every operation is made of, and the service around them. In reading order:
//!
//! - [`problem`]: every refusal and failure; [`language`]: Spanish first, English second
//! - [`payload`]: JSON bodies, checked against their own documentation
//! - [`sources`]: clock and ids as parameters
//! - [`access`], [`caller`], [`auth`]: who asks, what they may do, how they sign in
//! - [`preconditions`]: `Idempotency-Key`, `If-Match`
//! - [`cursor`], [`page_size`], [`position`]: lists, and reading what one wrote
//! - [`contract`]: what operations declare about themselves, and the document made of it
//! - [`operations`]: what can be asked over HTTP, by context
//! - [`app`]: pages and layers around an API; [`edge`]: what is done to every answer; [`health`],
//!   [`telemetry`], [`journal`], [`trace`]
//! - [`link_pages`]: the pages that links in e-mails lead to; [`image_files`]: images
//! - [`app`]: pages and layers around an API; [`health`], [`telemetry`], [`journal`], [`trace`]
//! - [`forwarding`]: commands go to the node that decides for their company
//! - [`server`]: the accept loop

pub mod access;
pub mod app;
pub mod auth;
pub mod caller;
pub mod contract;
pub mod cursor;
mod date;
pub mod docs;
pub mod edge;
pub mod forwarding;
mod guard;
pub mod health;
mod image_files;
pub mod journal;
pub mod language;
mod link_pages;
pub mod operations;
pub mod page_size;
pub mod payload;
pub mod position;
pub mod preconditions;
pub mod problem;
pub mod rates;
pub mod server;
pub mod sources;
pub mod telemetry;
#[cfg(test)]
mod testing;
pub mod trace;
