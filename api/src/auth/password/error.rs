//! Why a password or a PIN is refused, and the problem that reports it.

use std::time::Duration;

use super::rules::{CHARS_MAX, CHARS_MIN};
use crate::problem::{Code, FieldError, Problem};

/// Why a password was neither hashed nor checked.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// It is shorter than [`CHARS_MIN`] or longer than [`CHARS_MAX`].
    #[error("a password has {CHARS_MIN} to {CHARS_MAX} characters")]
    Length,
    /// It is among the most common passwords.
    #[error("the password is among the most common ones")]
    Common,
    /// It contains a word of its owner or of the company.
    #[error("the password contains a word that says whose it is")]
    Telling,
    /// It is not 4 to 8 digits.
    #[error("a PIN has 4 to 8 digits")]
    Pin,
    /// It is among the most common PINs.
    #[error("the PIN is among the most common ones")]
    CommonPin,
    /// Too many others are waiting.
    #[error("too many passwords are being checked")]
    Busy,
    /// The stored hash is not one.
    #[error("the stored hash cannot be read")]
    Unreadable(#[source] argon2::password_hash::phc::Error),
    /// Hashing itself went wrong.
    #[error("could not hash")]
    Failed(#[source] argon2::password_hash::Error),
}

impl From<PasswordError> for Problem {
    fn from(err: PasswordError) -> Self {
        match err {
            PasswordError::Length => {
                let words = (
                    format!("debe tener de {CHARS_MIN} a {CHARS_MAX} caracteres"),
                    format!("must have {CHARS_MIN} to {CHARS_MAX} characters"),
                );
                Self::validation(vec![FieldError::new("/password", "length", words)])
            }
            PasswordError::Common => {
                let words = (
                    "es una de las contraseñas más usadas; elija otra",
                    "is one of the most common passwords; choose another",
                );
                Self::validation(vec![FieldError::new("/password", "common", words)])
            }
            PasswordError::Telling => {
                let words = (
                    "contiene su nombre, su correo o el nombre de la empresa; elija otra",
                    "contains your name, your address or the company's name; choose another",
                );
                Self::validation(vec![FieldError::new("/password", "telling", words)])
            }
            PasswordError::Pin => {
                let words = ("debe tener de 4 a 8 dígitos", "must have 4 to 8 digits");
                Self::validation(vec![FieldError::new("/pin", "format", words)])
            }
            PasswordError::CommonPin => {
                let words = (
                    "es uno de los PIN más usados; elija otro",
                    "is one of the most common PINs; choose another",
                );
                Self::validation(vec![FieldError::new("/pin", "common", words)])
            }
            PasswordError::Busy => Self::new(Code::RateLimited).retry_after(Duration::from_secs(2)),
            PasswordError::Unreadable(_) | PasswordError::Failed(_) => {
                tracing::error!(error = %err, "a password could not be checked");
                Self::new(Code::Internal)
            }
        }
    }
}
