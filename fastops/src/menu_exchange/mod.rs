//! The menu of a company as files: exported, and imported by the same commands as those of the API.
//!
//! What the files say is read and compared by the crate `exchange`, without a database. Here is what it is compared
//! with, and what is done about the differences.
//!
//! - [`args`]: the command lines of `fastops import menu` and `fastops export menu`
//! - `files`: the files and folders that they name; `run`: both from beginning to end; `output`: what they print
//! - [`company_menu`]: the menu of a company with the ids of its parts; `up_to_date`: waits for the read models
//! - [`check`]: an import up to the point where something is written; [`apply`]: the commands

mod apply;
pub mod args;
mod check;
mod company_menu;
mod files;
mod ids;
mod output;
mod run;
mod up_to_date;

pub use args::{ExportArgs, ExportCommand};
pub use run::export;
pub(crate) use run::import;
