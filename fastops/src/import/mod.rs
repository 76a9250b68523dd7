//! Past sales into the log, by the same commands as live ones.
//!
//! A source is read as a whole and checked as a whole; nothing is written while a row is bad. Then
//! every order is placed, confirmed, started, made ready, delivered and paid, at its own time. All ids
//! follow from the source, so that a run adds what earlier ones did not.
//!
//! - [`args`]: the command line
//! - `sales_file`, `pizza_place`: the sources; `table`, `fields`, `local_time`: how they are read
//! - `history`, `menu`: what every source comes to; [`bad_row`]: what keeps it from that
//! - `target`, `source`, `importing`: where it goes, under which ids, by which commands
//! - `run`: an import from beginning to end; `private`, `figures`: one that is thrown away
//! - `earlier`, `found`: what is there already; `catalogue`, `ingredients`, `orders`, `steps`: the rest
//!   of it; `stated`: quantities that no source says

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
mod pizza_place;
mod private;
mod progress;
mod run;
mod sales_file;
mod say;
mod source;
mod stated;
mod steps;
mod table;
mod target;

pub(crate) use args::language;
pub use args::{ImportArgs, ImportCommand};
pub use error::{Error, Failure};
pub use run::run;
