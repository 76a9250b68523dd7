//! The menu of a company as tables that people edit in a spreadsheet.
//!
//! Everything here is pure: bytes are read into tables, tables into a menu of names, two menus are compared, and a
//! menu is written to tables again. Who has the bytes, and who sends the commands, is elsewhere.
//!
//! - [`sheets`]: which tables there are, and their columns
//! - [`codec`]: tables as CSV files, as an archive of them and as a workbook; [`text`]: lines and fields of a CSV
//!   file; [`formula`]: how a cell is kept from being a formula; [`number`]: decimal points and commas
//! - [`table`]: rows that know their file, row and column; [`bad_cell`]: why a cell cannot be read
//! - [`menu`]: the menu by its names; [`marks`]: the words of allergens and diets; [`reading`]: tables laid over a menu; [`writing`]: a menu as tables
//! - [`changes`](mod@changes): what differs between two menus, in the order in which it can be applied

pub mod bad_cell;
pub mod changes;
pub mod codec;
pub mod formula;
pub mod marks;
pub mod menu;
pub mod number;
pub mod reading;
pub mod sheets;
pub mod table;
pub mod text;
pub mod writing;

#[cfg(test)]
mod testing;

pub use bad_cell::words::Words;
pub use bad_cell::{BadCell, BadCells, Reason};
pub use changes::{Change, changes};
pub use codec::{Format, Unreadable};
pub use menu::Menu;
pub use number::DecimalMark;
