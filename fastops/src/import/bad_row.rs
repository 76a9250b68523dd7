//! What is wrong with a file, by line.

mod words;

use std::fmt;
use std::sync::Arc;

use api::language::Language;
use domain::shared::{Currency, NameError};
use exchange::text::Fault;

/// A line of a file. The first line is 1.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FileLine {
    /// The file, as named by the user who runs the import.
    pub file: Arc<str>,
    /// The line.
    pub line: u64,
}

impl fmt::Display for FileLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// A row that cannot be imported, and one of the reasons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadRow {
    /// Where it is.
    pub place: FileLine,
    /// What is wrong with it.
    pub reason: Reason,
}

/// Why a row cannot be imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// The row has bytes that are no text.
    NotUtf8,
    /// A quote begins a field and is not closed on the same line.
    UnclosedQuote,
    /// There is text between a closing quote and the end of its field.
    TextAfterQuote,
    /// The file is empty.
    EmptyFile,
    /// The file has a head and no rows.
    NoRows,
    /// The row is longer or shorter than the head of the file.
    FieldCount {
        /// How many fields the head has.
        expected: usize,
        /// How many the row has.
        given: usize,
    },
    /// The head of the file lacks a column.
    MissingColumn(&'static str),
    /// The head of the file has a column twice.
    RepeatedColumn(&'static str),
    /// The field has nothing in it.
    Empty(&'static str),
    /// No such date or time, or not written as it should be.
    Time(String),
    /// Sales of the past do not happen after today.
    Future(String),
    /// The field refers to a row that no file has.
    Unknown {
        /// The column.
        column: &'static str,
        /// Its value.
        text: String,
    },
    /// What must be unique is there twice.
    Repeated {
        /// The column.
        column: &'static str,
        /// Its value.
        text: String,
        /// The line with the first one.
        line: u64,
    },
    /// Not a whole number of pieces within the limits.
    Quantity(String),
    /// Not an amount of the currency.
    Price {
        /// The value of the field.
        text: String,
        /// What it was read in.
        currency: Currency,
    },
    /// The price is zero or negative.
    PriceNotPositive(String),
    /// Not a name.
    Name {
        /// The column.
        column: &'static str,
        /// Why not.
        error: NameError,
    },
    /// The value is none of those that the column allows.
    Word {
        /// The column.
        column: &'static str,
        /// Its value.
        text: String,
        /// The allowed values.
        words: &'static str,
    },
    /// The row contradicts an earlier one about the same thing.
    Differs {
        /// The column.
        column: &'static str,
        /// The earlier line.
        line: u64,
    },
    /// The row repeats an earlier row of the same order.
    RepeatedRow {
        /// The earlier line.
        line: u64,
    },
    /// An order without anything on it.
    NoLines,
    /// An order with too much on it.
    TooManyLines,
    /// A product in too many variants.
    TooManyVariants,
    /// The price or the total of an order is above the limit.
    TooMuchMoney,
    /// The log has an order of this reference with other content.
    AlreadyImported(String),
}

impl From<Fault> for Reason {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::NotUtf8 => Self::NotUtf8,
            Fault::UnclosedQuote => Self::UnclosedQuote,
            Fault::TextAfterQuote => Self::TextAfterQuote,
        }
    }
}

/// Everything that is wrong with the files of an import.
#[derive(Debug, Default)]
pub struct BadRows {
    rows: Vec<BadRow>,
}

impl BadRows {
    /// Notes one reason; a row can have several.
    pub fn add(&mut self, place: FileLine, reason: Reason) {
        self.rows.push(BadRow { place, reason });
    }

    /// The value, or nothing once its reason is noted.
    pub fn sift<T>(&mut self, place: &FileLine, read: Result<T, Reason>) -> Option<T> {
        read.map_err(|reason| self.add(place.clone(), reason)).ok()
    }

    /// How many reasons were noted.
    pub fn n_reasons(&self) -> usize {
        self.rows.len()
    }

    /// All of them, by file and line.
    pub fn into_sorted(mut self) -> Vec<BadRow> {
        self.rows.sort_by(|a, b| a.place.cmp(&b.place));
        self.rows
    }
}

impl BadRow {
    /// `file:line: reason`, for people.
    pub fn in_language(&self, language: Language) -> String {
        format!("{}: {}", self.place, self.reason.words().in_language(language))
    }
}
