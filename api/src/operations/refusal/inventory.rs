//! Why the stock of a branch does not move.

use commands::orders::ShortItem;
use domain::inventory::balance::BalanceError;
use domain::inventory::{BaseUnit, stock};

use crate::operations::fields::money_error;
use crate::problem::{Code, FieldError, Problem};

const NOT_POSITIVE: (&str, &str) = ("debe ser mayor que cero", "must be more than zero");

pub(super) fn rule_of_stock(refusal: &stock::Error) -> Problem {
    let invalid = |error| Problem::validation(vec![error]);
    match refusal {
        stock::Error::LineCount { .. } => {
            let words = ("debe tener de 1 a 200 líneas", "must have 1 to 200 lines");
            invalid(FieldError::new("/lines", "length", words))
        }
        stock::Error::QuantityNotPositive { index } => {
            let pointer = format!("/lines/{index}/quantity");
            invalid(FieldError::new(pointer, "minimum", NOT_POSITIVE))
        }
        stock::Error::CostNegative { index } => {
            let words = ("no puede ser negativo", "must not be negative");
            invalid(FieldError::new(format!("/lines/{index}/cost/amount"), "minimum", words))
        }
        stock::Error::ForeignCurrency { index } => {
            let words = ("debe estar en la moneda de la sede", "must be in the branch's currency");
            invalid(FieldError::new(format!("/lines/{index}/cost/currency"), "currency", words))
        }
        stock::Error::Balance(BalanceError::Money(refusal)) => {
            invalid(money_error("/lines", refusal))
        }
        stock::Error::Balance(BalanceError::Quantity(_)) => invalid(too_much("/lines")),
        stock::Error::Short { .. } | stock::Error::AlreadyReserved => {
            Problem::new(Code::InvalidTransition)
        }
        stock::Error::ReservationDiffers => {
            tracing::error!("an order does not take what is kept for it");
            Problem::new(Code::Internal)
        }
    }
}

/// A quantity that cannot be counted.
pub(super) fn too_much(pointer: &str) -> FieldError {
    let words = ("la cantidad es demasiado grande", "the quantity is too large");
    FieldError::new(pointer, "maximum", words)
}

/// Each item of which there is too little, at the first line that takes it.
pub(super) fn short(items: &[ShortItem]) -> Problem {
    let error = |short: &ShortItem| {
        let ShortItem { name, unit, line, needed, available, .. } = short;
        let (es, en) = match unit {
            BaseUnit::Gram => ("g", "g"),
            BaseUnit::Millilitre => ("ml", "ml"),
            BaseUnit::Each => ("unidades", "units"),
        };
        let words = (
            format!("{name}: se necesitan {needed} {es} y hay {available} {es} disponibles"),
            format!("{name}: {needed} {en} are needed and {available} {en} are available"),
        );
        FieldError::new(format!("/lines/{line}"), Code::StockShort.slug(), words)
    };
    Problem::new(Code::StockShort).with_errors(items.iter().map(error).collect())
}
