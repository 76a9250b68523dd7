//! What is wrong with a file, by line.

use std::fmt;
use std::sync::Arc;

use api::language::{Language, Words};
use domain::catalog::product::VARIANTS_MAX;
use domain::orders::order::LINES_MAX;
use domain::shared::{Currency, Name, NameError, Quantity};

/// How many characters of a field are shown.
const SHOWN_MAX: usize = 60;

/// A line of a file. The first line is 1; of a row over several lines it is the first.
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

impl Reason {
    /// The text of the file, where the reason is about a text.
    fn text(&self) -> Option<&str> {
        match self {
            Self::Time(text)
            | Self::Future(text)
            | Self::Unknown { text, .. }
            | Self::Repeated { text, .. }
            | Self::Quantity(text)
            | Self::Price { text, .. }
            | Self::PriceNotPositive(text)
            | Self::Word { text, .. }
            | Self::AlreadyImported(text) => Some(text),
            _ => None,
        }
    }

    fn words(&self) -> Words {
        let quoted = self.text().map_or_else(String::new, quoted);
        match self {
            Self::NotUtf8 => ("el renglón no está en UTF-8", "the row is not UTF-8").into(),
            Self::FieldCount { expected, given } => (
                format!("tiene {given} campos y el encabezado {expected}"),
                format!("it has {given} fields, and the head {expected}"),
            )
                .into(),
            Self::MissingColumn(column) => {
                (format!("falta la columna {column}"), format!("the column {column} is missing"))
                    .into()
            }
            Self::RepeatedColumn(column) => (
                format!("la columna {column} está repetida"),
                format!("the column {column} is there twice"),
            )
                .into(),
            Self::Empty(column) => {
                (format!("{column} está vacío"), format!("{column} is empty")).into()
            }
            Self::Time(_) => (
                format!("{quoted} no es una fecha y hora válida"),
                format!("{quoted} is not a date and time"),
            )
                .into(),
            Self::Future(_) => {
                (format!("{quoted} está en el futuro"), format!("{quoted} is in the future")).into()
            }
            Self::Unknown { column, .. } => {
                (format!("no existe {column} {quoted}"), format!("there is no {column} {quoted}"))
                    .into()
            }
            Self::Repeated { column, line, .. } => (
                format!("{column} {quoted} ya está en el renglón {line}"),
                format!("{column} {quoted} is on line {line} already"),
            )
                .into(),
            Self::Quantity(_) => (
                format!("la cantidad {quoted} no es un entero de 1 a {}", Quantity::MAX),
                format!("the quantity {quoted} is not a whole number from 1 to {}", Quantity::MAX),
            )
                .into(),
            Self::Price { currency, .. } => {
                let (code, decimals) = (currency.code(), currency.decimals());
                (
                    format!("{quoted} no es un precio en {code} con máximo {decimals} decimales"),
                    format!("{quoted} is not a price in {code} with at most {decimals} decimals"),
                )
                    .into()
            }
            Self::PriceNotPositive(_) => (
                format!("el precio {quoted} no es mayor que cero"),
                format!("the price {quoted} is not above zero"),
            )
                .into(),
            Self::Name { column, error } => name_words(column, *error),
            Self::Word { column, words, .. } => (
                format!("{column} {quoted} no es {words}"),
                format!("{column} {quoted} is not {words}"),
            )
                .into(),
            Self::Differs { column, line } => (
                format!("{column} no coincide con el renglón {line}"),
                format!("{column} differs from line {line}"),
            )
                .into(),
            Self::NoLines => ("el pedido no tiene productos", "the order has nothing on it").into(),
            Self::TooManyLines => (
                format!("el pedido tiene más de {LINES_MAX} renglones"),
                format!("the order has more than {LINES_MAX} lines"),
            )
                .into(),
            Self::TooManyVariants => (
                format!("el producto tiene más de {VARIANTS_MAX} variantes"),
                format!("the product has more than {VARIANTS_MAX} variants"),
            )
                .into(),
            Self::TooMuchMoney => {
                ("el valor es demasiado grande", "the amount is too large").into()
            }
            Self::AlreadyImported(_) => (
                format!("el pedido {quoted} ya se importó con otro contenido"),
                format!("order {quoted} was imported before with something else on it"),
            )
                .into(),
        }
    }
}

/// A text from a file as it can be shown: control characters escaped, and no longer than a line.
fn quoted(text: &str) -> String {
    let mut shown: String = text.chars().take(SHOWN_MAX).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    format!("{shown:?}")
}

fn name_words(column: &str, error: NameError) -> Words {
    let max = Name::LENGTH_MAX;
    match error {
        NameError::Empty => (format!("{column} está vacío"), format!("{column} is empty")).into(),
        NameError::TooLong => (
            format!("{column} tiene más de {max} caracteres"),
            format!("{column} has more than {max} characters"),
        )
            .into(),
        NameError::Invisible => (
            format!("{column} tiene caracteres invisibles"),
            format!("{column} has invisible characters"),
        )
            .into(),
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
