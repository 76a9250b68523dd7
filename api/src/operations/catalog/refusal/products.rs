//! Why products are refused.

use commands::catalog::{ProductRefusal, ReorderProductsRefusal};
use domain::catalog::combo;
use domain::catalog::product::Error;

use crate::operations::refusal::{name_taken, unknown};
use crate::problem::{Code, FieldError, Problem};

pub(in crate::operations) fn product(refusal: &ProductRefusal) -> Problem {
    let taken = |index: usize, field: &str| {
        let words = ("otro producto lo tiene", "another product has it");
        let pointer = format!("/variants/{index}/{field}");
        let errors = vec![FieldError::new(pointer, "taken", words)];
        Problem::new(Code::ItemCodeTaken).with_errors(errors)
    };
    match refusal {
        ProductRefusal::NameTaken => name_taken(),
        ProductRefusal::SkuTaken { index } => taken(*index, "sku"),
        ProductRefusal::BarcodeTaken { index } => taken(*index, "barcode"),
        ProductRefusal::Product(error) => of_product(error),
    }
}

pub(in crate::operations) fn product_order(refusal: &ReorderProductsRefusal) -> Problem {
    match refusal {
        ReorderProductsRefusal::Elsewhere { index } => unknown(&format!("/product_ids/{index}")),
        ReorderProductsRefusal::Repeated { index } => {
            repeated(format!("/product_ids/{index}"), ("repite otro", "repeats another one"))
        }
        ReorderProductsRefusal::Product(error) => of_product(error),
    }
}

fn of_product(error: &Error) -> Problem {
    match error {
        Error::Unknown => Problem::new(Code::NotFound),
        Error::AlreadyAdded => Problem::new(Code::InvalidTransition),
        Error::UnknownCategory => unknown("/category_id"),
        Error::UnknownVariant { index } => unknown(&format!("/variants/{index}/id")),
        Error::UnknownOption { slot, option } => unknown(&of_option(*slot, *option, "variant_id")),
        Error::UnknownGroup { index } => unknown(&format!("/modifier_groups/{index}/group_id")),
        Error::UnknownStation { .. } => unknown("/stations"),
        Error::VariantCount { .. } => {
            length("/variants", ("debe tener de 1 a 50 variantes", "must have 1 to 50 variants"))
        }
        Error::GroupCount { .. } => {
            length("/modifier_groups", ("tiene demasiados grupos", "has too many groups"))
        }
        Error::StationCount { .. } => {
            length("/stations", ("tiene demasiadas estaciones", "has too many stations"))
        }
        Error::LanguageCount { .. } => {
            length("/texts", ("tiene demasiadas lenguas", "has too many languages"))
        }
        Error::SearchWords { .. } => {
            let words = (
                "tiene demasiadas palabras, o repite una",
                "has too many words, or repeats one of them",
            );
            one("/texts", "search_words", words)
        }
        Error::PriceNotPositive { index } => {
            let words = ("debe ser mayor que cero", "must be more than zero");
            one(format!("/variants/{index}/price/amount"), "minimum", words)
        }
        Error::PriceTooHigh { index } => {
            let words = ("es demasiado alto", "is too high");
            one(format!("/variants/{index}/price/amount"), "maximum", words)
        }
        Error::VariantRepeated { index } => repeated(
            format!("/variants/{index}"),
            ("repite otra variante", "repeats another variant"),
        ),
        Error::SkuRepeated { index } => repeated(
            format!("/variants/{index}/sku"),
            ("repite el de otra variante", "repeats that of another variant"),
        ),
        Error::BarcodeRepeated { index } => repeated(
            format!("/variants/{index}/barcode"),
            ("repite el de otra variante", "repeats that of another variant"),
        ),
        Error::GroupRepeated { index } => repeated(
            format!("/modifier_groups/{index}"),
            ("repite otro grupo", "repeats another group"),
        ),
        Error::MixedCurrencies { index } => currency(format!("/variants/{index}/price/currency")),
        Error::GroupCurrency { index } => currency(format!("/modifier_groups/{index}")),
        Error::UpchargeCurrency { slot, option } => {
            currency(of_option(*slot, *option, "upcharge/currency"))
        }
        Error::OptionCurrency { slot, option } => currency(of_option(*slot, *option, "variant_id")),
        Error::NoBaseVariant => {
            let words = (
                "una variante debe tener su propia receta",
                "one variant must have a recipe of its own",
            );
            one("/variants", "recipe_multiplier", words)
        }
        Error::GroupOverride { index } => {
            let words = (
                "así no se puede elegir: los límites, los valores iniciales o los precios no van \
                 con las opciones que quedan",
                "cannot be chosen like this: the limits, defaults or prices do not go with the \
                 modifiers that are left",
            );
            one(format!("/modifier_groups/{index}"), "override", words)
        }
        Error::KindChanged => {
            let words =
                ("un producto sencillo no se vuelve combo", "an item does not become a combo");
            one("/combo", "kind", words)
        }
        Error::PreparationMinutes { .. } => {
            let words = ("debe ser de 1 a 1440 minutos", "must be 1 to 1440 minutes");
            one("/preparation_minutes", "range", words)
        }
        Error::Combo(error) => of_combo(error),
    }
}

fn of_combo(error: &combo::Error) -> Problem {
    match error {
        combo::Error::SlotCount { .. } => {
            length("/combo/slots", ("debe tener de 1 a 20 elecciones", "must have 1 to 20 slots"))
        }
        combo::Error::PieceCount { slot, .. } => {
            let words = ("debe ser de 1 a 50", "must be 1 to 50");
            one(format!("/combo/slots/{slot}/pieces"), "range", words)
        }
        combo::Error::OptionCount { slot, .. } => {
            let words = ("debe tener de 1 a 200 opciones", "must have 1 to 200 options");
            length(&format!("/combo/slots/{slot}/options"), words)
        }
        combo::Error::OptionRepeated { slot, option } => repeated(
            of_option(*slot, *option, "variant_id"),
            ("repite otra opción", "repeats another option"),
        ),
        combo::Error::UpchargeOutOfRange { slot, option } => {
            let words =
                ("debe ser cero o más, y no demasiado", "must be zero or more, and not too much");
            one(of_option(*slot, *option, "upcharge/amount"), "range", words)
        }
    }
}

/// The pointer of a field of an option.
fn of_option(slot: usize, option: usize, field: &str) -> String {
    format!("/combo/slots/{slot}/options/{option}/{field}")
}

fn one(
    pointer: impl Into<String>,
    code: &'static str,
    words: (&'static str, &'static str),
) -> Problem {
    Problem::validation(vec![FieldError::new(pointer, code, words)])
}

fn length(pointer: &str, words: (&'static str, &'static str)) -> Problem {
    one(pointer, "length", words)
}

fn repeated(pointer: String, words: (&'static str, &'static str)) -> Problem {
    one(pointer, "repeated", words)
}

fn currency(pointer: String) -> Problem {
    one(pointer, "currency", ("todo en la misma moneda", "all in the same currency"))
}
