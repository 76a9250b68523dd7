//! Why stations are refused.

use commands::catalog::StationRefusal;
use domain::catalog::station::Error;

use crate::operations::refusal::name_taken;
use crate::problem::{Code, Problem};

pub(in crate::operations) fn station(refusal: &StationRefusal) -> Problem {
    match refusal {
        StationRefusal::NameTaken => name_taken(),
        StationRefusal::UnknownBranch | StationRefusal::Station(Error::Unknown) => {
            Problem::new(Code::NotFound)
        }
        StationRefusal::Station(Error::AlreadyAdded) => Problem::new(Code::InvalidTransition),
        StationRefusal::Station(Error::Closed) => Problem::new(Code::InvalidTransition)
            .detail(("La estación está cerrada.".to_owned(), "The station is closed.".to_owned())),
    }
}
