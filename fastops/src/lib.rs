//! The binary: the only place that wires adapters to ports.
//!
//! - [`asyncapi`]: the document about events
//! - [`config`]: what the environment and the command line say
//! - [`schema`]: a database brought to the schema of this release
//! - [`installation`]: the adapters of one database wired to the ports
//! - [`companies`]: companies with their first administrators; [`subscriptions`]: what they may begin
//! - [`people`]: names, addresses, secrets and sessions, beside the log
//! - [`consumers`]: events that consumers have parked, from the command line
//! - [`rebuild`]: read models built again
//! - [`cluster`]: a private PostgreSQL
//! - [`feeding`]: where consumers get their events from; [`relaying`]: the role that publishes the log
//! - [`import`]: past sales; [`demo`]: a living restaurant; [`doctor`]: what is wrong and what to do
//! - [`projecting`], [`serving`]: the two roles of a process; [`ops`]: where each is watched
//! - [`peering`]: other processes that take commands, and TLS between them
//! - [`telemetry`]: log lines and metrics

pub mod asyncapi;
pub mod background;
pub mod cluster;
pub mod companies;
pub mod config;
pub mod consumers;
pub mod demo;
pub mod doctor;
pub mod feeding;
pub mod import;
pub mod init;
pub mod installation;
pub mod ops;
pub mod peering;
pub mod people;
pub mod post;
pub mod posting;
pub mod projecting;
pub mod rebuild;
pub mod relaying;
pub mod safety;
pub mod schema;
pub mod seeding;
pub mod serving;
pub mod subscriptions;
pub mod telemetry;
