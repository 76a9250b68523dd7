//! Why stock items, recipes, the stock of a branch and suppliers are refused.

use commands::inventory::{StockItemRefusal, StockRefusal, SupplierRefusal};
use commands::orders::ShortItem;
use domain::inventory::balance::BalanceError;
use domain::inventory::{BaseUnit, recipe, stock, stock_item, supplier};

use crate::operations::fields::money_error;
use crate::operations::refusal::{name_taken, unknown};
use crate::problem::{Code, FieldError, Problem};

pub(in crate::operations) fn stock_item(refusal: &StockItemRefusal) -> Problem {
    match refusal {
        StockItemRefusal::NameTaken => name_taken(),
        StockItemRefusal::StockItem(stock_item::Error::Unknown) => Problem::new(Code::NotFound),
        StockItemRefusal::StockItem(stock_item::Error::AlreadyAdded) => {
            Problem::new(Code::InvalidTransition)
        }
    }
}

pub(in crate::operations) fn recipe(refusal: &recipe::Error) -> Problem {
    let invalid = |pointer: String, code, words: (&'static str, &'static str)| {
        Problem::validation(vec![FieldError::new(pointer, code, words)])
    };
    match refusal {
        recipe::Error::UnknownProduct => Problem::new(Code::NotFound),
        recipe::Error::UnknownVariant { index } => {
            unknown(&format!("/portions/{index}/variant_id"))
        }
        recipe::Error::UnknownItem { index, ingredient } => {
            unknown(&format!("/portions/{index}/ingredients/{ingredient}/item_id"))
        }
        recipe::Error::PortionCount { .. } => {
            let words = ("debe tener de 1 a 50 porciones", "must have 1 to 50 portions");
            invalid("/portions".to_owned(), "length", words)
        }
        recipe::Error::VariantRepeated { index } => {
            let words = ("repite la variante de otra porción", "repeats another portion's variant");
            invalid(format!("/portions/{index}/variant_id"), "repeated", words)
        }
        recipe::Error::IngredientCount { index, .. } => {
            let words = ("debe tener de 1 a 50 ingredientes", "must have 1 to 50 ingredients");
            invalid(format!("/portions/{index}/ingredients"), "length", words)
        }
        recipe::Error::IngredientRepeated { index, ingredient } => {
            let words = ("repite otro ingrediente", "repeats another ingredient");
            let pointer = format!("/portions/{index}/ingredients/{ingredient}/item_id");
            invalid(pointer, "repeated", words)
        }
        recipe::Error::QuantityNotPositive { index, ingredient } => {
            let pointer = format!("/portions/{index}/ingredients/{ingredient}/quantity");
            invalid(pointer, "minimum", NOT_POSITIVE)
        }
        recipe::Error::Exhausted => Problem::new(Code::InvalidTransition),
    }
}

const NOT_POSITIVE: (&str, &str) = ("debe ser mayor que cero", "must be more than zero");

pub(in crate::operations) fn stock(refusal: &StockRefusal) -> Problem {
    match refusal {
        StockRefusal::UnknownBranch => Problem::new(Code::NotFound),
        StockRefusal::UnknownItem { index } => unknown(&format!("/lines/{index}/item_id")),
        StockRefusal::Stock(refusal) => rule_of_stock(refusal),
    }
}

pub(in crate::operations) fn rule_of_stock(refusal: &stock::Error) -> Problem {
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
        stock::Error::CostTooHigh { index } => {
            let words = ("es demasiado alto", "is too high");
            invalid(FieldError::new(format!("/lines/{index}/cost/amount"), "maximum", words))
        }
        stock::Error::ForeignCurrency { index } => {
            let words = ("debe estar en la moneda de la sede", "must be in the branch's currency");
            invalid(FieldError::new(format!("/lines/{index}/cost/currency"), "currency", words))
        }
        stock::Error::Balance(BalanceError::Money(refusal)) => {
            invalid(money_error("/lines", refusal))
        }
        stock::Error::Balance(BalanceError::Quantity(_)) => invalid(too_much("/lines")),
        stock::Error::Short { .. } => Problem::new(Code::InvalidTransition),
        stock::Error::ReservationDiffers => {
            tracing::error!("an order does not take what is kept for it");
            Problem::new(Code::Internal)
        }
    }
}

/// A quantity that cannot be counted.
pub(in crate::operations) fn too_much(pointer: &str) -> FieldError {
    let words = ("la cantidad es demasiado grande", "the quantity is too large");
    FieldError::new(pointer, "maximum", words)
}

/// Each item of which there is too little, at the first line that takes it.
pub(in crate::operations) fn short(items: &[ShortItem]) -> Problem {
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
        FieldError::new(format!("/lines/{line}"), Code::OutOfStock.slug(), words)
    };
    Problem::new(Code::OutOfStock).with_errors(items.iter().map(error).collect())
}

pub(in crate::operations) fn supplier(refusal: &SupplierRefusal) -> Problem {
    match refusal {
        SupplierRefusal::NameTaken => name_taken(),
        SupplierRefusal::Supplier(supplier::Error::Unknown) => Problem::new(Code::NotFound),
        SupplierRefusal::Supplier(supplier::Error::AlreadyAdded | supplier::Error::Retired) => {
            Problem::new(Code::InvalidTransition)
        }
    }
}
