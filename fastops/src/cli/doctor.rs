//! `fastops doctor`: what is wrong with an installation.

use fastops::doctor::{self, DoctorArgs};

use super::Outcome;

pub(super) async fn run(args: &DoctorArgs) -> Outcome {
    Ok(doctor::run(args).await?)
}
