//! Why a cell cannot be read, by file, row and column.

pub mod words;

use std::fmt;
use std::sync::Arc;

use domain::shared::{Currency, NameError};

use crate::text::Fault;

/// Where something is in a file. The first row is 1; it has the names of the columns.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The file, or the sheet of a workbook, as its sender named it.
    pub file: Arc<str>,
    /// The row as a spreadsheet counts, which is the line of a CSV file.
    pub row: u64,
    /// The column by its name; none if it is about the row as a whole.
    pub column: Option<&'static str>,
}

impl fmt::Display for Place {
    /// `products.csv:7:price`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.row)?;
        self.column.map_or(Ok(()), |column| write!(f, ":{column}"))
    }
}

/// A cell that cannot be imported, and one of the reasons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadCell {
    /// Where it is.
    pub place: Place,
    /// What is wrong with it.
    pub reason: Reason,
}

/// Why a cell, a row or a file cannot be imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// The row of a CSV file is not a row.
    Text(Fault),
    /// The file or sheet has no rows, not even a head.
    EmptyFile,
    /// Neither a file nor a sheet of this name is part of a menu.
    UnknownSheet,
    /// The same sheet was read from another file already.
    RepeatedSheet,
    /// The row is longer or shorter than the head.
    FieldCount {
        /// How many fields the head has.
        expected: usize,
        /// How many the row has.
        given: usize,
    },
    /// The head lacks this column.
    MissingColumn,
    /// The head has this column twice.
    RepeatedColumn,
    /// The cell must not be empty.
    Empty,
    /// Not a name.
    Name(NameError),
    /// Not a whole number between two limits.
    Whole {
        /// The smallest.
        min: u32,
        /// The largest.
        max: u32,
        /// The text of the cell.
        text: String,
    },
    /// The number may be a thousand times another.
    Ambiguous(String),
    /// Not an amount of the currency between zero and the largest price.
    Price {
        /// The text of the cell.
        text: String,
        /// What it was read in.
        currency: Currency,
    },
    /// The price has to be above zero.
    PriceZero,
    /// The price is in another currency than the first of the same product, group or list.
    MixedCurrencies,
    /// Not a factor above zero with at most six decimals.
    Multiplier(String),
    /// Not a code of the kind that the column holds.
    Code(String),
    /// Not a text, or one that is too long.
    Description(String),
    /// An earlier row says something else about the same thing.
    Differs {
        /// What it says.
        earlier: String,
    },
    /// No currency of ISO 4217.
    Currency(String),
    /// The file names no currency, and the menu has no price that shows it.
    NoCurrency,
    /// Not a quantity above zero with at most six decimals.
    Quantity(String),
    /// Not a date that exists, written `2026-03-14`.
    Date(String),
    /// Not a time from 00:00 to 23:59.
    Clock(String),
    /// The value is none of those that the column allows.
    Word {
        /// Its value.
        text: String,
        /// The allowed values.
        words: String,
    },
    /// Neither the files nor the menu have a thing of this name.
    Unknown(String),
    /// An earlier row says something about the same thing.
    Repeated {
        /// That row.
        row: u64,
    },
    /// A thing that the menu does not have yet lacks the rows of what it consists of.
    NothingIn {
        /// The sheet that has those rows.
        sheet: &'static str,
    },
    /// A thing consists of too much.
    TooMany {
        /// The most.
        max: usize,
    },
    /// What cannot be changed has another value in the menu.
    Fixed {
        /// The value in the menu.
        current: String,
    },
    /// A rule of the menu refuses what the rows say together.
    Rule(Rule),
}

/// A rule that concerns more than one cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// The minimum, the maximum and `required` of a group contradict each other or its modifiers.
    Limits,
    /// More or fewer modifiers are chosen at first than the group allows.
    Defaults,
    /// Modifiers ask groups one level deep.
    Nesting,
    /// What a product changes of a group contradicts what the group is.
    Override,
    /// Every variant multiplies a recipe, so that there is none to multiply.
    NoBaseVariant,
    /// Another variant has the same stock keeping unit or barcode.
    CodeTaken,
    /// An item cannot become a combo, nor a combo an item.
    Kind,
    /// A combo is made of items.
    ComboOfCombos,
}

/// Everything that is wrong with what is imported.
#[derive(Debug, Default)]
pub struct BadCells {
    cells: Vec<BadCell>,
}

impl BadCells {
    /// Notes one reason; a row can have several.
    pub fn add(&mut self, place: Place, reason: Reason) {
        self.cells.push(BadCell { place, reason });
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// How many reasons were noted.
    pub fn n_reasons(&self) -> usize {
        self.cells.len()
    }

    /// All of them, by file and row, each once.
    pub fn into_sorted(mut self) -> Vec<BadCell> {
        self.cells.sort_by(|a, b| a.place.cmp(&b.place));
        self.cells.dedup();
        self.cells
    }
}
