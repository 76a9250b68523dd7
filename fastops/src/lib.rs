//! The binary: the only place that wires adapters to ports.
//!
//! - [`config`]: what the environment and the command line say
//! - [`installation`]: the adapters of one database wired to the ports
//! - [`processes`]: what the processes of an installation run: server, consumers, relay, mailer
//! - [`identity`]: names, addresses, secrets and sessions of people, in tables outside the log
//! - [`emails`]: how e-mails leave: a mail server, or a folder
//! - [`companies`]: companies, their first administrators and what they have subscribed to;
//!   [`init`]: a company from the command line
//! - [`schema`]: a database brought to the schema of this release; [`safety`]: what no server starts with
//! - [`parked`]: parked events and commands, from the command line; [`rebuild`]: read models built again
//! - [`import`]: past sales; [`demo`]: a restaurant at work; [`cluster`]: the private PostgreSQL of both
//! - [`doctor`]: what is wrong with an installation and what to do
//! - [`asyncapi`]: the document about events; [`telemetry`]: log lines and metrics

pub mod asyncapi;
pub mod cluster;
pub mod companies;
pub mod config;
pub mod demo;
pub mod doctor;
pub mod emails;
pub mod identity;
pub mod import;
pub mod init;
pub mod installation;
pub mod parked;
pub mod processes;
pub mod rebuild;
pub mod safety;
pub mod schema;
pub mod telemetry;
