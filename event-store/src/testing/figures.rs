//! How often a fault is made to happen, and what came out of it.

use std::fs::OpenOptions;
use std::io::Write;
use std::time::Duration;

/// How many rounds a fault test makes: `FASTOPS_ROUNDS`, which `make campaign` sets, or `default`.
pub fn rounds(default: u32) -> u32 {
    std::env::var("FASTOPS_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// Whether this is `make campaign`, which measures. `make test` runs on any machine, however slow and busy
/// it is, and asserts nothing about how long something takes.
pub fn is_campaign() -> bool {
    std::env::var_os("FASTOPS_ROUNDS").is_some()
}

/// Asserts, where times are measured, that something took less than `limit`.
#[track_caller]
pub fn assert_took(took: Duration, limit: Duration) {
    assert!(!is_campaign() || took < limit, "it took {took:?}, not less than {limit:?}");
}

/// Records the measurement of a test: the last figure of the row `id` in `docs/promises.md`.
///
/// It is appended to the file that `FASTOPS_FIGURES` names, which `make campaign` sets; without it the figure
/// is only printed.
#[expect(clippy::print_stdout, reason = "a test's output is read by people")]
pub fn figure(id: &str, text: &str) {
    println!("{id}: {text}");
    let Some(path) = std::env::var_os("FASTOPS_FIGURES") else { return };
    let file = OpenOptions::new().append(true).create(true).open(path);
    // One call, so that lines of tests that end together do not mix.
    let line = format!("{id}\t{text}\n");
    let written = file.and_then(|mut file| file.write_all(line.as_bytes()));
    written.expect("FASTOPS_FIGURES names a file that can be written");
}
