//! Why commands about the menu are refused.

mod availability;
mod channels;
mod modifier_group;
mod price_lists;
mod products;
mod station;
mod tax_profiles;

pub(in crate::operations) use channels::channel;
pub(in crate::operations) use price_lists::price_list;
pub(in crate::operations) use tax_profiles::tax_profile;

use commands::catalog::{CategoryRefusal, ReorderCategoriesRefusal};
use domain::catalog::category;

pub(in crate::operations) use self::products::{product, product_order};
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

pub(in crate::operations) fn category_order(refusal: &ReorderCategoriesRefusal) -> Problem {
    match refusal {
        ReorderCategoriesRefusal::Unknown { index } => unknown(&format!("/category_ids/{index}")),
        ReorderCategoriesRefusal::Repeated { index } => {
            let words = ("repite otra", "repeats another one");
            let pointer = format!("/category_ids/{index}");
            Problem::validation(vec![FieldError::new(pointer, "repeated", words)])
        }
    }
}
