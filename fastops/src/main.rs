//! `fastops`: every role of an installation in one binary.

mod cli;

use std::process::ExitCode;

use clap::Parser;
use mimalloc::MiMalloc;

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    // Two libraries may bring two providers; the process has one.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    match cli::run(cli::Cli::parse()).await {
        Ok(code) => code,
        Err(error) => {
            let mut causes = vec![error.to_string()];
            let mut source = error.source();
            while let Some(cause) = source {
                causes.push(cause.to_string());
                source = cause.source();
            }
            cli::complain(&causes.join(": "));
            ExitCode::FAILURE
        }
    }
}
