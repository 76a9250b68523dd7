//! Past sales into the log, by the same commands as live ones.
//!
//! A source is read and checked as a whole; nothing is written while a row is bad. Then every order is
//! placed, confirmed, started, made ready, delivered and paid, at its own time. All ids are derived from the
//! source, so that a run adds what earlier ones did not.
//!
//! - [`args`]: the command line
//! - `sales_file`, `pizza_place`: the sources; `table`, `fields`, `local_time`: how they are read
//! - `history`, `menu`: the common form of every source; [`bad_row`]: why a row cannot be converted to it
//! - `target`, `source`, `importing`: the company, the ids and the commands of an import
//! - `run`: an import from beginning to end; `private`, `figures`: one into a temporary database
//! - `stock`: which orders take their ingredients from stock
//! - `earlier`, `found`: what the log has already; `catalogue`, `ingredients`, `orders`, `steps`: the
//!   commands for the rest; `stated`: quantities that no source has

pub mod args;
pub mod bad_row;
mod catalogue;
mod earlier;
pub mod error;
mod fields;
mod figures;
mod found;
mod history;
mod importing;
mod ingredients;
mod local_time;
mod menu;
mod orders;
mod output;
mod pizza_place;
mod private;
mod progress;
mod run;
mod sales_file;
mod source;
mod stated;
mod steps;
mod stock;
mod table;
mod target;

pub(crate) use args::language;
pub use args::{ImportArgs, ImportCommand};
pub use error::{Error, Failure};
pub(crate) use figures::wait_for_read_models;
pub(crate) use importing::Importing;
pub(crate) use output::line;
pub(crate) use progress::{Counted, Progress};
pub use run::run;
pub(crate) use source::Source;
pub(crate) use target::company;
