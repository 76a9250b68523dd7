//! Why a branch does not offer what a line asks for, with a pointer to the part of the line.

use chrono::{DateTime, Utc};
use domain::catalog::availability::Unavailable;
use domain::catalog::combo::ChoiceError;
use domain::catalog::modifier_group::Fault;
use domain::catalog::offer::{Error, Place};
use domain::shared::Name;

use crate::operations::refusal::unknown;
use crate::problem::{Code, FieldError, Problem};

pub(super) fn not_offered(refusal: &Error) -> Problem {
    match refusal {
        Error::UnknownProduct { at } => unknown(&format!("{}/product_id", pointer(at))),
        Error::UnknownVariant { at } => unknown(&format!("{}/variant_id", pointer(at))),
        Error::ForeignCurrency { at } => {
            let words = (
                "no tiene precio en la moneda de la sede",
                "has no price in the branch's currency",
            );
            Problem::validation(vec![FieldError::new(priced(at), "currency", words)])
        }
        Error::Taxes { at, .. } => {
            let words = (
                "el perfil tributario no dice qué impuestos lleva este producto en la sede",
                "the tax profile does not say which taxes this product bears in the branch",
            );
            let pointer = format!("{}/product_id", pointer(at));
            let error = FieldError::new(pointer, Code::TaxUndetermined.slug(), words);
            Problem::new(Code::TaxUndetermined).with_errors(vec![error])
        }
        Error::NotAvailable { at, name, reason } => not_available(at, name, *reason),
        Error::UnknownGroup { at } => unknown(&format!("{}/group_id", pointer(at))),
        Error::GroupRepeated { at } => {
            let words = ("repite otro grupo", "repeats another group");
            let pointer = format!("{}/group_id", pointer(at));
            Problem::validation(vec![FieldError::new(pointer, "modifier-repeated", words)])
        }
        Error::Choice { at, group, fault } => choice(at, group, *fault),
        Error::NotACombo { line } => {
            let words = ("el producto no es un combo", "the product is not a combo");
            let pointer = format!("/lines/{line}/slots");
            Problem::validation(vec![FieldError::new(pointer, "combo-slots", words)])
        }
        Error::Combo { line, fault } => combo(*line, *fault),
    }
}

fn not_available(at: &Place, name: &Name, reason: Unavailable) -> Problem {
    let (code, words) = match reason {
        Unavailable::NotSold => (
            "not-sold",
            (
                format!("{name} no se vende en esta sede"),
                format!("{name} is not sold in this branch"),
            ),
        ),
        Unavailable::Snoozed { until: None } => (
            "snoozed",
            (
                format!("{name} está agotado hasta que se vuelva a ofrecer"),
                format!("{name} has run out until it is put back"),
            ),
        ),
        Unavailable::Snoozed { until: Some(until) } => {
            let until = in_words(until);
            (
                "snoozed",
                (
                    format!("{name} está agotado hasta {until}"),
                    format!("{name} has run out until {until}"),
                ),
            )
        }
    };
    let error = FieldError::new(priced(at), code, words);
    Problem::new(Code::NotAvailable).with_errors(vec![error])
}

fn in_words(until: DateTime<Utc>) -> String {
    until.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}

fn choice(at: &Place, group: &Name, fault: Fault) -> Problem {
    // A group that is left out is not in the body.
    let list = if at.group.is_none() { "/modifier_groups" } else { "" };
    let at = format!("{}{list}", pointer(at));
    let (pointer, code, words) = match fault {
        Fault::Unknown => return unknown(&format!("{at}/modifier_id")),
        Fault::Repeated => (
            format!("{at}/modifier_id"),
            "modifier-repeated",
            ("repite otro modificador".to_owned(), "repeats another modifier".to_owned()),
        ),
        Fault::Quantity { max, .. } => (
            format!("{at}/quantity"),
            "modifier-quantity",
            (
                format!("{group}: debe ser un entero de 1 a {max}"),
                format!("{group}: must be an integer from 1 to {max}"),
            ),
        ),
        Fault::Required => (
            at,
            "modifier-required",
            (format!("{group}: hay que elegir"), format!("{group}: something has to be chosen")),
        ),
        Fault::Count { min, max, given } => (
            at,
            "modifier-count",
            (
                format!("{group}: se eligen de {min} a {max}, no {given}"),
                format!("{group}: {min} to {max} are chosen, not {given}"),
            ),
        ),
        Fault::AsksNothing => (
            format!("{at}/nested"),
            "modifier-nested",
            (
                "con este modificador no se elige nada más".to_owned(),
                "nothing further is chosen with this modifier".to_owned(),
            ),
        ),
    };
    Problem::validation(vec![FieldError::new(pointer, code, words)])
}

fn combo(line: usize, fault: ChoiceError) -> Problem {
    let at = |rest: String| format!("/lines/{line}/slots{rest}");
    let (pointer, code, words) = match fault {
        ChoiceError::Unknown { slot, pick } => {
            return unknown(&at(format!("/{slot}/picks/{pick}/variant_id")));
        }
        ChoiceError::SlotCount { slots, .. } => (
            at(String::new()),
            "combo-slots",
            (format!("el combo tiene {slots} partes"), format!("the combo has {slots} slots")),
        ),
        ChoiceError::Repeated { slot, pick } => (
            at(format!("/{slot}/picks/{pick}/variant_id")),
            "combo-repeated",
            ("repite otro producto".to_owned(), "repeats another product".to_owned()),
        ),
        ChoiceError::PieceCount { slot, pieces, given } => (
            at(format!("/{slot}/picks")),
            "combo-pieces",
            (
                format!("se eligen {pieces} en total, no {given}"),
                format!("{pieces} are chosen in all, not {given}"),
            ),
        ),
    };
    Problem::validation(vec![FieldError::new(pointer, code, words)])
}

/// What has a price and may have run out: a modifier, or else a product.
fn priced(at: &Place) -> String {
    let field = match (at.modifier.is_empty(), at.group) {
        (false, _) => "/modifier_id",
        (true, Some(_)) => "/group_id",
        (true, None) => "/product_id",
    };
    format!("{}{field}", pointer(at))
}

/// Where something is in the body of an order.
fn pointer(at: &Place) -> String {
    let Place { line, pick, group, modifier } = at;
    let pick = pick.map(|(slot, pick)| format!("/slots/{slot}/picks/{pick}"));
    let group = group.map(|group| format!("/modifier_groups/{group}"));
    let modifier = modifier.iter().zip(["modifiers", "nested"]);
    let modifier = modifier.map(|(index, list)| format!("/{list}/{index}"));
    let parts = pick.into_iter().chain(group).chain(modifier);
    format!("/lines/{line}{}", parts.collect::<String>())
}

#[cfg(test)]
mod tests;
