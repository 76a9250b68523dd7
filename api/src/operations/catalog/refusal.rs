//! Why commands about the menu are refused.

mod availability;
mod modifier_group;
mod station;

use commands::catalog::{CategoryRefusal, ProductRefusal};
use domain::catalog::{category, product};

use crate::operations::refusal::{name_taken, unknown};
use crate::problem::{Code, FieldError, Problem};

pub(in crate::operations) use availability::availability;
pub(in crate::operations) use modifier_group::modifier_group;
pub(in crate::operations) use station::station;

pub(in crate::operations) fn category(refusal: &CategoryRefusal) -> Problem {
    match refusal {
        CategoryRefusal::NameTaken => name_taken(),
        CategoryRefusal::Category(category::Error::Unknown) => Problem::new(Code::NotFound),
        CategoryRefusal::Category(category::Error::AlreadyAdded) => {
            Problem::new(Code::InvalidTransition)
        }
    }
}

pub(in crate::operations) fn product(refusal: &ProductRefusal) -> Problem {
    let variant = |index: usize, field: &str, code, words: (&'static str, &'static str)| {
        Problem::validation(vec![FieldError::new(format!("/variants/{index}{field}"), code, words)])
    };
    match refusal {
        ProductRefusal::NameTaken => name_taken(),
        ProductRefusal::Product(refusal) => match refusal {
            product::Error::Unknown => Problem::new(Code::NotFound),
            product::Error::AlreadyAdded => Problem::new(Code::InvalidTransition),
            product::Error::UnknownCategory => unknown("/category_id"),
            product::Error::UnknownVariant { index } => unknown(&format!("/variants/{index}/id")),
            product::Error::VariantCount { .. } => {
                let words = ("debe tener de 1 a 50 variantes", "must have 1 to 50 variants");
                Problem::validation(vec![FieldError::new("/variants", "length", words)])
            }
            product::Error::PriceNotPositive { index } => {
                let words = ("debe ser mayor que cero", "must be more than zero");
                variant(*index, "/price/amount", "minimum", words)
            }
            product::Error::PriceTooHigh { index } => {
                let words = ("es demasiado alto", "is too high");
                variant(*index, "/price/amount", "maximum", words)
            }
            product::Error::VariantRepeated { index } => {
                let words = ("repite otra variante", "repeats another variant");
                variant(*index, "", "repeated", words)
            }
            product::Error::MixedCurrencies { index } => {
                let words = ("todas en la misma moneda", "all in the same currency");
                variant(*index, "/price/currency", "currency", words)
            }
        },
    }
}
