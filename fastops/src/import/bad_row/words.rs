//! What is wrong with a row, in two languages.

use api::language::Words;
use domain::catalog::product::VARIANTS_MAX;
use domain::orders::order::LINES_MAX;
use domain::shared::{Name, NameError, Quantity};

use super::Reason;

/// How many characters of a field are shown.
const SHOWN_MAX: usize = 60;

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

    /// The reason in words.
    pub(super) fn words(&self) -> Words {
        let quoted = self.text().map_or_else(String::new, quoted);
        match self {
            Self::NotUtf8 => ("el renglón no está en UTF-8", "the row is not UTF-8").into(),
            Self::UnclosedQuote => Words::new(
                "tiene una comilla (\") que no se cierra en el mismo renglón",
                "it has a quote (\") that is not closed on the same line",
            ),
            Self::TextAfterQuote => Words::new(
                "tiene texto después de la comilla (\") que cierra un campo",
                "it has text after the quote (\") that closes a field",
            ),
            Self::EmptyFile => ("el archivo está vacío", "the file is empty").into(),
            Self::NoRows => Words::new(
                "el archivo solo tiene el encabezado, ningún renglón",
                "the file has a head only, and no row",
            ),
            Self::FieldCount { expected, given } => Words::new(
                format!("tiene {given} campos y el encabezado {expected}"),
                format!("it has {given} fields, and the head {expected}"),
            ),
            Self::MissingColumn(column) => {
                (format!("falta la columna {column}"), format!("the column {column} is missing"))
                    .into()
            }
            Self::RepeatedColumn(column) => Words::new(
                format!("la columna {column} está repetida"),
                format!("the column {column} is there twice"),
            ),
            Self::Empty(column) => {
                (format!("{column} está vacío"), format!("{column} is empty")).into()
            }
            Self::Time(_) => Words::new(
                format!("{quoted} no es una fecha y hora válida"),
                format!("{quoted} is not a date and time"),
            ),
            Self::Future(_) => {
                (format!("{quoted} está en el futuro"), format!("{quoted} is in the future")).into()
            }
            Self::Unknown { column, .. } => {
                (format!("no existe {column} {quoted}"), format!("there is no {column} {quoted}"))
                    .into()
            }
            Self::Repeated { column, line, .. } => Words::new(
                format!("{column} {quoted} ya está en el renglón {line}"),
                format!("{column} {quoted} is on line {line} already"),
            ),
            Self::Quantity(_) => Words::new(
                format!("la cantidad {quoted} no es un entero de 1 a {}", Quantity::MAX),
                format!("the quantity {quoted} is not a whole number from 1 to {}", Quantity::MAX),
            ),
            Self::Price { currency, .. } => {
                let (code, decimals) = (currency.code(), currency.decimals());
                (
                    format!("{quoted} no es un precio en {code} con máximo {decimals} decimales"),
                    format!("{quoted} is not a price in {code} with at most {decimals} decimals"),
                )
                    .into()
            }
            Self::PriceNotPositive(_) => Words::new(
                format!("el precio {quoted} no es mayor que cero"),
                format!("the price {quoted} is not above zero"),
            ),
            Self::Name { column, error } => name_words(column, *error),
            Self::Word { column, words, .. } => Words::new(
                format!("{column} {quoted} no es {words}"),
                format!("{column} {quoted} is not {words}"),
            ),
            Self::Differs { column, line } => Words::new(
                format!("{column} no coincide con el renglón {line}"),
                format!("{column} differs from line {line}"),
            ),
            Self::RepeatedRow { line } => repeated_words(*line),
            Self::NoLines => ("el pedido no tiene productos", "the order has nothing on it").into(),
            Self::TooManyLines => Words::new(
                format!("el pedido tiene más de {LINES_MAX} renglones"),
                format!("the order has more than {LINES_MAX} lines"),
            ),
            Self::TooManyVariants => Words::new(
                format!("el producto tiene más de {VARIANTS_MAX} variantes"),
                format!("the product has more than {VARIANTS_MAX} variants"),
            ),
            Self::TooMuchMoney => {
                ("el valor es demasiado grande", "the amount is too large").into()
            }
            Self::AlreadyImported(_) => Words::new(
                format!("el pedido {quoted} ya se importó con otro contenido"),
                format!("order {quoted} was imported before with something else on it"),
            ),
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

fn repeated_words(line: u64) -> Words {
    Words::new(
        format!(
            "repite el renglón {line}; si se vendió dos veces, súmelo en quantity o use \
             --repeated-rows keep"
        ),
        format!(
            "it repeats line {line}; if that was sold twice, add it up in quantity or use \
             --repeated-rows keep"
        ),
    )
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
