//! Fields: rules of the domain that the document cannot show, all mistakes at once.

use domain::catalog::price_list::ClockTime;
use domain::catalog::product::{Barcode, Sku};
use domain::identity::tenant::TaxId;
use domain::inventory::PaymentTerms;
use domain::shared::email::{EmailAddress, EmailError};
use domain::shared::{
    Code as Word, Currency, CutOff, Description, DescriptionError, LanguageTag, Money, MoneyError,
    Multiplier, Name, NameError, Slug, StockQuantity, StockQuantityError,
};

use crate::problem::{FieldError, Problem};

/// Collects mistakes while the values of a body are read.
#[derive(Debug, Default)]
pub(super) struct Fields(Vec<FieldError>);

impl Fields {
    /// The problem that names everything that was wrong.
    pub(super) fn problem(self) -> Problem {
        Problem::validation(self.0)
    }

    /// Goes on only if nothing was wrong.
    pub(super) fn check(self) -> Result<(), Problem> {
        if self.0.is_empty() { Ok(()) } else { Err(self.problem()) }
    }

    pub(super) fn name(&mut self, pointer: &str, text: &str) -> Option<Name> {
        let words = match Name::parse(text) {
            Ok(name) => return Some(name),
            Err(NameError::Empty) => {
                ("debe tener al menos una letra", "must have at least one letter")
            }
            Err(NameError::TooLong) => ("es demasiado largo", "is too long"),
            Err(NameError::Invisible) => (
                "no puede tener caracteres de control ni invisibles",
                "must not have control or invisible characters",
            ),
        };
        self.0.push(FieldError::new(pointer, "name", words));
        None
    }

    pub(super) fn description(&mut self, pointer: &str, text: &str) -> Option<Description> {
        let words = match Description::parse(text) {
            Ok(description) => return Some(description),
            Err(DescriptionError::Empty) => {
                ("debe tener al menos una letra", "must have at least one letter")
            }
            Err(DescriptionError::TooLong) => ("es demasiado largo", "is too long"),
            Err(DescriptionError::Invisible) => (
                "no puede tener caracteres de control ni invisibles",
                "must not have control or invisible characters",
            ),
        };
        self.0.push(FieldError::new(pointer, "text", words));
        None
    }

    pub(super) fn language(&mut self, pointer: &str, text: &str) -> Option<LanguageTag> {
        let words =
            ("debe ser una lengua, como es o pt-BR", "must be a language, like es or pt-BR");
        self.parsed(LanguageTag::parse(text).ok(), pointer, words)
    }

    pub(super) fn word(&mut self, pointer: &str, text: &str) -> Option<Word> {
        let words = (
            "debe tener letras minúsculas, cifras y guiones bajos",
            "must have small letters, digits and underscores",
        );
        self.parsed(Word::parse(text).ok(), pointer, words)
    }

    pub(super) fn sku(&mut self, pointer: &str, text: &str) -> Option<Sku> {
        let words = (
            "debe tener de 1 a 40 letras sin tilde, cifras, signos y espacios",
            "must have 1 to 40 letters without accents, digits, signs and spaces",
        );
        self.parsed(Sku::parse(text).ok(), pointer, words)
    }

    pub(super) fn barcode(&mut self, pointer: &str, text: &str) -> Option<Barcode> {
        let words = (
            "debe tener de 1 a 48 cifras, letras sin tilde y los signos - . / + $ %",
            "must have 1 to 48 digits, letters without accents and the signs - . / + $ %",
        );
        self.parsed(Barcode::parse(text).ok(), pointer, words)
    }

    pub(super) fn multiplier(&mut self, pointer: &str, text: &str) -> Option<Multiplier> {
        let words = (
            "debe ser un número mayor que 0 y hasta 1000, con hasta seis decimales",
            "must be a number above 0 and up to 1000, with at most six decimals",
        );
        self.parsed(text.parse().ok(), pointer, words)
    }

    /// Notes what is listed twice; `repeats` says so of a place in the list.
    pub(super) fn repeated(
        &mut self,
        pointer: &str,
        n_items: usize,
        repeats: impl Fn(usize) -> bool,
    ) {
        let words = ("repite otro", "repeats another one");
        let repeated = (0..n_items).filter(|place| repeats(*place));
        let errors =
            repeated.map(|at| FieldError::new(format!("{pointer}/{at}"), "repeated", words));
        self.0.extend(errors);
    }

    pub(super) fn slug(&mut self, pointer: &str, text: &str) -> Option<Slug> {
        let words = (
            "debe tener letras, cifras y guiones sueltos en medio",
            "must have letters, digits and single hyphens between them",
        );
        self.parsed(Slug::parse(text).ok(), pointer, words)
    }

    pub(super) fn email(&mut self, pointer: &str, text: &str) -> Option<EmailAddress> {
        let words = match EmailAddress::parse(text) {
            Ok(email) => return Some(email),
            Err(EmailError::Shape | EmailError::TooLong) => {
                ("no es una dirección de correo", "is no e-mail address")
            }
            Err(EmailError::Invisible) => (
                "no puede tener caracteres de control ni invisibles",
                "must not have control or invisible characters",
            ),
        };
        self.0.push(FieldError::new(pointer, "email", words));
        None
    }

    /// A value that some other field asks for, or forbids.
    pub(super) fn given_if<T>(
        &mut self,
        is_wanted: bool,
        pointer: &str,
        value: Option<T>,
    ) -> Option<T> {
        match (is_wanted, &value) {
            (true, None) => {
                self.0.push(FieldError::new(
                    pointer,
                    "required",
                    ("falta este campo", "this field is missing"),
                ));
            }
            (false, Some(_)) => {
                let words = ("no va con lo demás que dice", "does not go with what else is said");
                self.0.push(FieldError::new(pointer, "unexpected", words));
            }
            _ => {}
        }
        value
    }

    pub(super) fn cut_off(&mut self, pointer: &str, text: &str) -> Option<CutOff> {
        let words = ("debe ser una hora de 00:00 a 12:00", "must be a time from 00:00 to 12:00");
        self.parsed(text.parse().ok(), pointer, words)
    }

    pub(super) fn clock_time(&mut self, pointer: &str, text: &str) -> Option<ClockTime> {
        let words = ("debe ser una hora de 00:00 a 23:59", "must be a time from 00:00 to 23:59");
        self.parsed(text.parse().ok(), pointer, words)
    }

    pub(super) fn code(&mut self, pointer: &str, text: &str) -> Option<Word> {
        let words = (
            "debe tener de 1 a 32 letras minúsculas sin tilde, cifras y guiones bajos",
            "must have 1 to 32 of a-z, 0-9 and _",
        );
        self.parsed(Word::parse(text).ok(), pointer, words)
    }

    /// A mistake at `pointer`.
    pub(super) fn wrong(
        &mut self,
        pointer: &str,
        code: &'static str,
        words: (&'static str, &'static str),
    ) {
        self.0.push(FieldError::new(pointer, code, words));
    }

    pub(super) fn time_zone(&mut self, pointer: &str, text: &str) -> Option<chrono_tz::Tz> {
        let words = (
            "debe ser una zona horaria de IANA, como America/Bogota",
            "must be an IANA time zone, like America/Bogota",
        );
        self.parsed(text.parse().ok(), pointer, words)
    }

    pub(super) fn tax_id(&mut self, pointer: &str, text: &str) -> Option<TaxId> {
        let words = (
            "debe tener de 3 a 32 cifras, letras mayúsculas, puntos y guiones",
            "must have 3 to 32 digits, capital letters, dots and hyphens",
        );
        self.parsed(TaxId::parse(text).ok(), pointer, words)
    }

    pub(super) fn money(
        &mut self,
        pointer: &str,
        amount: i64,
        currency: Currency,
    ) -> Option<Money> {
        match Money::try_new(amount, currency) {
            Ok(money) => Some(money),
            Err(refusal) => {
                self.0.push(money_error(format!("{pointer}/amount"), &refusal));
                None
            }
        }
    }

    pub(super) fn payment_terms(&mut self, pointer: &str, days: u16) -> Option<PaymentTerms> {
        let terms = PaymentTerms::try_new(days).ok();
        if terms.is_none() {
            let words = ("debe tener a lo sumo 365 días", "must have at most 365 days");
            self.0.push(FieldError::new(pointer, "maximum", words));
        }
        terms
    }

    pub(super) fn stock_quantity(&mut self, pointer: &str, text: &str) -> Option<StockQuantity> {
        let (code, words) = match text.parse() {
            Ok(quantity) => return Some(quantity),
            Err(StockQuantityError::TooLarge) => {
                ("maximum", ("la cantidad es demasiado grande", "the quantity is too large"))
            }
            Err(StockQuantityError::Unreadable { .. }) => (
                "format",
                (
                    "debe ser un número con hasta seis decimales",
                    "must be a number with at most six decimals",
                ),
            ),
        };
        self.0.push(FieldError::new(pointer, code, words));
        None
    }

    fn parsed<T>(
        &mut self,
        value: Option<T>,
        pointer: &str,
        words: (&'static str, &'static str),
    ) -> Option<T> {
        if value.is_none() {
            self.0.push(FieldError::new(pointer, "format", words));
        }
        value
    }
}

/// What is wrong with an amount.
pub(super) fn money_error(pointer: impl Into<String>, refusal: &MoneyError) -> FieldError {
    match refusal {
        MoneyError::TooLarge | MoneyError::Unreadable { .. } => {
            let words = ("el valor es demasiado grande", "the amount is too large");
            FieldError::new(pointer, "maximum", words)
        }
        MoneyError::MixedCurrencies { .. } | MoneyError::UnknownCurrency { .. } => {
            let words = ("debe estar en la moneda de la sede", "must be in the branch's currency");
            FieldError::new(pointer, "currency", words)
        }
    }
}
