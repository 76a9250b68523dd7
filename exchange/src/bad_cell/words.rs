//! What is wrong with a cell, in two languages and as a code.

use domain::shared::money::PRICE_MAX;
use domain::shared::{Money, Name, NameError};

use super::{Reason, Rule};
use crate::text::Fault;

/// How many characters of a cell are shown.
const SHOWN_MAX: usize = 60;

/// A text in both languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// Spanish of Colombia.
    pub es: String,
    /// English.
    pub en: String,
}

fn words(es: impl Into<String>, en: impl Into<String>) -> Words {
    Words { es: es.into(), en: en.into() }
}

impl Reason {
    /// The reason for people.
    pub fn words(&self) -> Words {
        match self {
            Self::Text(fault) => of_fault(*fault),
            Self::Name(error) => of_name(*error),
            Self::Rule(rule) => of_rule(*rule),
            Self::EmptyFile
            | Self::UnknownSheet
            | Self::RepeatedSheet
            | Self::FieldCount { .. }
            | Self::MissingColumn
            | Self::RepeatedColumn => self.of_file(),
            Self::Unknown(_)
            | Self::Repeated { .. }
            | Self::Differs { .. }
            | Self::NothingIn { .. }
            | Self::TooMany { .. }
            | Self::Fixed { .. } => self.of_rows(),
            _ => self.of_value(),
        }
    }

    fn of_file(&self) -> Words {
        match self {
            Self::UnknownSheet => words(
                "no es un archivo del menú; sus nombres están en docs/import-menu.md",
                "it is no file of a menu; their names are in docs/import-menu.md",
            ),
            Self::RepeatedSheet => words(
                "hay otro archivo con el mismo contenido",
                "there is another file of the same kind",
            ),
            Self::FieldCount { expected, given } => words(
                format!("tiene {given} campos y el encabezado {expected}"),
                format!("it has {given} fields, and the head {expected}"),
            ),
            Self::MissingColumn => words("falta la columna", "the column is missing"),
            Self::RepeatedColumn => words("la columna está repetida", "the column is there twice"),
            _ => words("está vacío: falta el encabezado", "it is empty: the head is missing"),
        }
    }

    fn of_rows(&self) -> Words {
        match self {
            Self::Repeated { row } => words(
                format!("el renglón {row} dice algo sobre lo mismo"),
                format!("row {row} says something about the same thing"),
            ),
            Self::NothingIn { sheet } => words(
                format!("es nuevo y no tiene renglones en {sheet}"),
                format!("it is not in the menu yet and has no rows in {sheet}"),
            ),
            Self::TooMany { max } => {
                words(format!("son más de {max}"), format!("there are more than {max}"))
            }
            Self::Differs { earlier } => words(
                format!("un renglón anterior dice {}", quoted(earlier)),
                format!("an earlier row says {}", quoted(earlier)),
            ),
            Self::Fixed { current } => words(
                format!("no se puede cambiar: es {current}"),
                format!("it cannot be changed: it is {current}"),
            ),
            Self::Unknown(text) => words(
                format!("no hay nada que se llame {}", quoted(text)),
                format!("nothing is called {}", quoted(text)),
            ),
            _ => words("", ""),
        }
    }

    fn of_value(&self) -> Words {
        match self {
            Self::Whole { min, max, text } => words(
                format!("{} no es un número entero entre {min} y {max}", quoted(text)),
                format!("{} is not a whole number between {min} and {max}", quoted(text)),
            ),
            Self::Ambiguous(text) => words(
                format!(
                    "en {} no se sabe si el signo separa miles o decimales; escríbalo sin \
                     separador de miles",
                    quoted(text)
                ),
                format!(
                    "in {} the mark may separate thousands or decimals; write it without one for \
                     thousands",
                    quoted(text)
                ),
            ),
            Self::Price { text, currency } => {
                let max = Money::saturating(PRICE_MAX.into(), *currency);
                words(
                    format!("{} no es un precio entre 0 y {max}", quoted(text)),
                    format!("{} is not a price between 0 and {max}", quoted(text)),
                )
            }
            Self::PriceZero => {
                words("el precio debe ser mayor que cero", "the price has to be above zero")
            }
            Self::MixedCurrencies => words(
                "está en otra moneda que los demás precios de lo mismo",
                "it is in another currency than the other prices of the same thing",
            ),
            Self::Currency(text) => words(
                format!("{} no es una moneda", quoted(text)),
                format!("{} is not a currency", quoted(text)),
            ),
            Self::Multiplier(text) => words(
                format!("{} no es un factor entre 0 y 1000, con hasta 6 decimales", quoted(text)),
                format!(
                    "{} is not a factor between 0 and 1000 with up to 6 decimals",
                    quoted(text)
                ),
            ),
            Self::Code(text) => words(
                format!("{} no es un código permitido aquí", quoted(text)),
                format!("{} is no code that is allowed here", quoted(text)),
            ),
            Self::Description(text) => words(
                format!("{} no es un texto permitido: es muy largo o no se ve", quoted(text)),
                format!("{} is no text that is allowed: too long or not visible", quoted(text)),
            ),
            Self::NoCurrency => words(
                "falta la moneda: el menú no tiene precios que la muestren",
                "the currency is missing: the menu has no prices that show it",
            ),
            Self::Quantity(text) => words(
                format!(
                    "{} no es una cantidad mayor que cero, con hasta 6 decimales",
                    quoted(text)
                ),
                format!("{} is not a quantity above zero with up to 6 decimals", quoted(text)),
            ),
            Self::Date(text) => words(
                format!("{} no es una fecha como 2026-03-14", quoted(text)),
                format!("{} is not a date such as 2026-03-14", quoted(text)),
            ),
            Self::Clock(text) => words(
                format!("{} no es una hora entre 00:00 y 23:59", quoted(text)),
                format!("{} is not a time between 00:00 and 23:59", quoted(text)),
            ),
            Self::Word { text, words: allowed } => words(
                format!("{} no es ninguno de: {allowed}", quoted(text)),
                format!("{} is none of: {allowed}", quoted(text)),
            ),
            _ => words("está vacío", "it is empty"),
        }
    }
}

fn of_fault(fault: Fault) -> Words {
    match fault {
        Fault::NotUtf8 => words("el renglón no está en UTF-8", "the row is not UTF-8"),
        Fault::UnclosedQuote => words(
            "tiene una comilla (\") que no se cierra en el mismo renglón",
            "it has a quote (\") that is not closed on the same line",
        ),
        Fault::TextAfterQuote => words(
            "tiene texto después de la comilla (\") que cierra un campo",
            "it has text after the quote (\") that closes a field",
        ),
    }
}

fn of_name(error: NameError) -> Words {
    let max = Name::LENGTH_MAX;
    match error {
        NameError::Empty => words("está vacío", "it is empty"),
        NameError::TooLong => words(
            format!("tiene más de {max} caracteres"),
            format!("it has more than {max} characters"),
        ),
        NameError::Invisible => {
            words("tiene caracteres que no se ven", "it has characters that show nothing")
        }
    }
}

fn of_rule(rule: Rule) -> Words {
    match rule {
        Rule::Limits => words(
            "el mínimo, el máximo y «required» no se cumplen juntos con sus modificadores",
            "the minimum, the maximum and “required” cannot hold together with its modifiers",
        ),
        Rule::Defaults => words(
            "al principio se eligen más o menos modificadores de los que permite el grupo",
            "more or fewer modifiers are chosen at first than the group allows",
        ),
        Rule::Override => words(
            "lo que el producto cambia del grupo contradice al grupo",
            "what the product changes of the group contradicts the group",
        ),
        Rule::NoBaseVariant => words(
            "todas las variantes multiplican una receta y ninguna la tiene",
            "every variant multiplies a recipe, and none has it",
        ),
        Rule::CodeTaken => words(
            "otra variante tiene el mismo SKU o código de barras",
            "another variant has the same SKU or barcode",
        ),
        Rule::Kind => words(
            "un producto no se vuelve combo, ni un combo producto",
            "an item does not become a combo, nor a combo an item",
        ),
        Rule::ComboOfCombos => words(
            "un combo se compone de productos, no de combos",
            "a combo is made of items, not of combos",
        ),
        Rule::Nesting => words(
            "un grupo que otro pide no puede pedir otro más",
            "a group that is asked by another cannot ask a further one",
        ),
    }
}

/// A text of the file, as much of it as helps.
fn quoted(text: &str) -> String {
    let shown: String = text.chars().take(SHOWN_MAX).filter(|c| !c.is_control()).collect();
    let rest = if text.chars().nth(SHOWN_MAX).is_some() { "…" } else { "" };
    format!("«{shown}{rest}»")
}
