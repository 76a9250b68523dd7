//! The binary: the only crate that wires adapters to ports.
//!
//! - [`config`]: the settings of the environment and the command line
//! - [`installation`]: the adapters of one database wired to the ports
//! - [`processes`]: what the processes of an installation run: server, consumers, relay, mailer
//! - [`identity`]: names, addresses, secrets and sessions of people, in tables outside the log
//! - [`images`]: the files of images, and the removal of those that nothing refers to
//! - [`emails`]: how e-mails are sent: by a mail server, or into a folder
//! - [`companies`]: companies, their first administrators and their subscriptions; [`init`]: a company from
//!   the command line
//! - [`schema`]: migrates a database to the schema of this release; [`safety`]: conditions under which no
//!   server starts
//! - [`parked`]: parked events and commands, from the command line; [`rebuild`]: rebuilds read models
//! - [`import`]: past sales; [`menu_exchange`]: menus as files; [`demo`]: a simulated restaurant; [`cluster`]: the private PostgreSQL of both
//! - [`doctor`]: diagnoses an installation and names the remedies
//! - [`asyncapi`]: the document about events; [`telemetry`]: log lines and metrics; [`terminal`]: lines and
//!   progress bars on a terminal

pub mod asyncapi;
pub mod cluster;
pub mod companies;
pub mod config;
pub mod demo;
pub mod doctor;
pub mod emails;
pub mod identity;
pub mod images;
pub mod import;
pub mod init;
pub mod installation;
pub mod menu_exchange;
pub mod parked;
pub mod processes;
pub mod rebuild;
pub mod safety;
pub mod schema;
pub mod telemetry;
pub mod terminal;
