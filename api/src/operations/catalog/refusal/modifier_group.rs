//! Why modifier groups are refused.

use commands::catalog::ModifierGroupRefusal;
use domain::catalog::modifier_group::Error;

use crate::operations::refusal::{name_taken, unknown};
use crate::problem::{Code, FieldError, Problem};

type Words = (&'static str, &'static str);

const LIMITS: Words = (
    "debe haber de dónde elegir el mínimo, y el máximo no puede ser menor; si es obligatorio, el mínimo es 1 o más",
    "the minimum must be possible and no more than the maximum; 1 or more if something is required",
);

const TOO_DEEP: Words = (
    "un modificador solo puede pedir un grupo que no pida otro, y solo si nadie pide el suyo",
    "a modifier asks only a group that asks no further one, and only if its own is asked by none",
);

pub(in crate::operations) fn modifier_group(refusal: &ModifierGroupRefusal) -> Problem {
    let refusal = match refusal {
        ModifierGroupRefusal::NameTaken => return name_taken(),
        ModifierGroupRefusal::Group(refusal) => refusal,
    };
    let in_modifier = |index: usize, field: &str, code, words: Words| {
        invalid(&format!("/modifiers/{index}{field}"), code, words)
    };
    match refusal {
        Error::Unknown => Problem::new(Code::NotFound),
        Error::AlreadyAdded => Problem::new(Code::InvalidTransition),
        Error::ModifierCount { .. } => {
            let words = ("debe tener de 1 a 100 modificadores", "must have 1 to 100 modifiers");
            invalid("/modifiers", "length", words)
        }
        Error::Limits { .. } => invalid("/min", "range", LIMITS),
        Error::Defaults { .. } => {
            let words = (
                "lo elegido de antemano debe caber entre el mínimo y el máximo",
                "what is chosen by default must be within the minimum and the maximum",
            );
            invalid("/modifiers", "range", words)
        }
        Error::UnknownModifier { index } => unknown(&format!("/modifiers/{index}/id")),
        Error::ModifierRepeated { index } => {
            let words = ("repite otro modificador", "repeats another modifier");
            in_modifier(*index, "", "repeated", words)
        }
        Error::PriceOutOfRange { index } => {
            let words = ("es negativo o demasiado alto", "is negative or too high");
            in_modifier(*index, "/price/amount", "range", words)
        }
        Error::MixedCurrencies { index } => {
            let words = ("todos en la misma moneda", "all in the same currency");
            in_modifier(*index, "/price/currency", "currency", words)
        }
        Error::Quantity { index } => {
            let words = (
                "no puede ser mayor que el máximo del modificador",
                "must not be more than the maximum of the modifier",
            );
            in_modifier(*index, "/default_quantity", "maximum", words)
        }
        Error::IngredientCount { index, .. } => {
            let words = ("puede tener hasta 50 ingredientes", "must have at most 50 ingredients");
            in_modifier(*index, "/ingredients", "length", words)
        }
        Error::Ingredient { index, ingredient } => {
            let words = (
                "repite otro ingrediente, o su cantidad no es mayor que cero",
                "repeats another ingredient, or its quantity is not more than zero",
            );
            in_modifier(*index, &format!("/ingredients/{ingredient}"), "ingredient", words)
        }
        Error::UnknownItem { index, ingredient } => {
            unknown(&format!("/modifiers/{index}/ingredients/{ingredient}/item_id"))
        }
        Error::UnknownNested { index } => unknown(&format!("/modifiers/{index}/nested_group_id")),
        Error::NestedTooDeep { index } => {
            in_modifier(*index, "/nested_group_id", "nested", TOO_DEEP)
        }
        Error::AsksItself => invalid("/modifiers", "nested", TOO_DEEP),
    }
}

fn invalid(pointer: &str, code: &'static str, words: Words) -> Problem {
    Problem::validation(vec![FieldError::new(pointer, code, words)])
}
