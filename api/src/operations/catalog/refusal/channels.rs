//! Why channels are refused.

use domain::catalog::channels::{CHANNELS_MAX, Error};

use crate::operations::refusal::name_taken;
use crate::problem::{Code, FieldError, Problem};

pub(in crate::operations) fn channel(refusal: Error) -> Problem {
    match refusal {
        Error::Unknown => Problem::new(Code::NotFound),
        Error::NameTaken => name_taken(),
        Error::OfAnotherKind { kind } => {
            let word = kind.word();
            let words = (
                format!("el canal es de la clase {word}, que no cambia"),
                format!("the channel is of the kind {word}, which never changes"),
            );
            Problem::validation(vec![FieldError::new("/kind", "fixed", words)])
        }
        Error::TooMany => Problem::new(Code::InvalidTransition).detail((
            format!("Una empresa tiene como máximo {CHANNELS_MAX} canales."),
            format!("A company has at most {CHANNELS_MAX} channels."),
        )),
        Error::BuiltIn => Problem::new(Code::InvalidTransition).detail((
            "Toda empresa tiene este canal: se renombra, no se retira.".to_owned(),
            "Every company has this channel: it is renamed, not retired.".to_owned(),
        )),
    }
}
