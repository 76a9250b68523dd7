//! `fastops openapi`: the OpenAPI document.

use std::io::Write;
use std::process::ExitCode;

use fastops::processes::server;

use super::Outcome;

pub(super) fn run() -> Outcome {
    writeln!(std::io::stdout(), "{}", server::openapi()?)?;
    Ok(ExitCode::SUCCESS)
}
