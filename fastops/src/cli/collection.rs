//! `fastops collection`: the operations as a collection of requests for Postman.

use std::io::Write;
use std::process::ExitCode;

use fastops::processes::server;

use super::Outcome;

pub(super) fn run() -> Outcome {
    writeln!(std::io::stdout(), "{}", server::collection()?)?;
    Ok(ExitCode::SUCCESS)
}
