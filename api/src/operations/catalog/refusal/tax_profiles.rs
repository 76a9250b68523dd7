//! Why tax profiles are refused.

use commands::catalog::TaxProfileRefusal;
use domain::catalog::tax_profile::Error;
use domain::shared::Code as TermCode;
use domain::taxes::ProfileError;
use domain::taxes::profile::{RULES_MAX, TAXES_MAX, TERMS_MAX};

use crate::operations::refusal::name_taken;
use crate::problem::{Code, FieldError, Problem};

pub(in crate::operations) fn tax_profile(refusal: &TaxProfileRefusal) -> Problem {
    match refusal {
        TaxProfileRefusal::NameTaken => name_taken(),
        TaxProfileRefusal::TaxProfile(refusal) => match refusal {
            Error::Unknown => Problem::new(Code::NotFound),
            Error::Exhausted => Problem::new(Code::InvalidTransition),
            Error::RegimeGone { code } => gone("/profile/regimes", code),
            Error::ClassGone { code } => gone("/profile/classes", code),
            Error::Profile(refusal) => incomplete(*refusal),
        },
    }
}

fn gone(pointer: &str, code: &TermCode) -> Problem {
    let words = (
        format!("le falta {code}, que la versión anterior tiene"),
        format!("lacks {code}, which the version before has"),
    );
    Problem::validation(vec![FieldError::new(pointer, "missing", words)])
}

fn incomplete(refusal: ProfileError) -> Problem {
    let count = |field: &str, max: usize| {
        let words = (format!("debe tener de 1 a {max}"), format!("must have 1 to {max}"));
        wrong(format!("/profile/{field}"), "length", words)
    };
    let repeated = |pointer: String| {
        let words = ("repite uno anterior".to_owned(), "repeats an earlier one".to_owned());
        wrong(pointer, "repeated", words)
    };
    let unknown = |index: usize, field: &str| {
        let words = ("no está en el perfil".to_owned(), "is not in the profile".to_owned());
        wrong(format!("/profile/rules/{index}/{field}"), "unknown", words)
    };
    match refusal {
        ProfileError::RegimeCount { .. } => count("regimes", TERMS_MAX),
        ProfileError::ClassCount { .. } => count("classes", TERMS_MAX),
        ProfileError::RuleCount { .. } => count("rules", RULES_MAX),
        ProfileError::RegimeRepeated { index } => {
            repeated(format!("/profile/regimes/{index}/code"))
        }
        ProfileError::ClassRepeated { index } => repeated(format!("/profile/classes/{index}/code")),
        ProfileError::RuleRepeated { index } => repeated(format!("/profile/rules/{index}")),
        ProfileError::UnknownRegime { index } => unknown(index, "regime"),
        ProfileError::UnknownClass { index } => unknown(index, "class"),
        ProfileError::TaxCount { index, .. } => {
            let words = (format!("como máximo {TAXES_MAX}"), format!("at most {TAXES_MAX}"));
            wrong(format!("/profile/rules/{index}/taxes"), "length", words)
        }
        ProfileError::TaxRepeated { index, tax } => {
            repeated(format!("/profile/rules/{index}/taxes/{tax}/code"))
        }
    }
}

fn wrong(pointer: String, code: &'static str, words: (String, String)) -> Problem {
    Problem::validation(vec![FieldError::new(pointer, code, words)])
}
