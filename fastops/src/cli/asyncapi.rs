//! `fastops asyncapi`: the AsyncAPI document.

use std::io::Write;
use std::process::ExitCode;

use fastops::asyncapi;

use super::Outcome;

pub(super) fn run() -> Outcome {
    writeln!(std::io::stdout(), "{}", asyncapi::document())?;
    Ok(ExitCode::SUCCESS)
}
