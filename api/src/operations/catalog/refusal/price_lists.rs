//! Why price lists are refused.

use commands::catalog::PriceListRefusal;
use domain::catalog::price_list::{ENTRIES_MAX, Error};
use domain::catalog::price_list_index::{self, PUBLISHED_MAX};
use domain::shared::{Name, PriceListId};

use crate::operations::refusal::{name_taken, unknown};
use crate::problem::{Code, FieldError, Problem};

/// The first `variants` prices of the list are those of the body's variants, the others those of its
/// modifiers.
pub(in crate::operations) fn price_list(refusal: &PriceListRefusal, variants: usize) -> Problem {
    match refusal {
        PriceListRefusal::NameTaken => name_taken(),
        PriceListRefusal::Tie { with, name, .. } => tie(*with, name),
        PriceListRefusal::Index(price_list_index::Error::TooManyPublished) => {
            Problem::new(Code::InvalidTransition).detail((
                format!("A la vez se publican como máximo {PUBLISHED_MAX} listas."),
                format!("At most {PUBLISHED_MAX} lists are published at a time."),
            ))
        }
        PriceListRefusal::PriceList(refusal) => rule(*refusal, variants),
    }
}

fn tie(with: PriceListId, name: &Name) -> Problem {
    Problem::new(Code::PriceListTie).detail((
        format!(
            "La lista «{name}» ({with}) le pondría precio a lo mismo en el mismo momento, y ninguna \
             de las dos es más específica."
        ),
        format!(
            "The list \"{name}\" ({with}) would price the same thing at the same moment, and neither \
             is more specific."
        ),
    ))
}

fn rule(refusal: Error, variants: usize) -> Problem {
    let at = |index: usize| match index.checked_sub(variants) {
        None => ("variants", index),
        Some(index) => ("modifiers", index),
    };
    let price = |index: usize, field: &str, code, words: (&'static str, &'static str)| {
        let (list, index) = at(index);
        let pointer = format!("/{list}/{index}{field}");
        Problem::validation(vec![FieldError::new(pointer, code, words)])
    };
    match refusal {
        Error::Unknown => Problem::new(Code::NotFound),
        Error::AlreadyDrafted => Problem::new(Code::InvalidTransition),
        Error::UnknownBranch => unknown("/conditions/branch_id"),
        Error::UnknownChannel => unknown("/conditions/channel"),
        Error::UnknownSubject { index } => match at(index) {
            ("variants", index) => unknown(&format!("/variants/{index}/variant_id")),
            (_, index) => unknown(&format!("/modifiers/{index}/modifier_id")),
        },
        Error::EntryCount { .. } => {
            let words = (
                format!("debe tener de 1 a {ENTRIES_MAX} precios, con los de modificadores"),
                format!("must have 1 to {ENTRIES_MAX} prices, with those of modifiers"),
            );
            Problem::validation(vec![FieldError::new("/variants", "length", words)])
        }
        Error::PriceOutOfRange { index } => {
            price(index, "/price/amount", "range", ("no puede costar esto", "cannot cost this"))
        }
        Error::MixedCurrencies { index } => {
            let words = ("todos en la misma moneda", "all in the same currency");
            price(index, "/price/currency", "currency", words)
        }
        Error::ForeignCurrency { index } => {
            let words = ("debe estar en la moneda de la sede", "must be in the branch's currency");
            price(index, "/price/currency", "currency", words)
        }
        Error::EntryRepeated { index } => {
            price(index, "", "repeated", ("repite otro precio", "repeats another price"))
        }
        // The command names the other list.
        Error::Tie { .. } => Problem::new(Code::PriceListTie),
    }
}
