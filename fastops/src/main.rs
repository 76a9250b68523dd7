//! `fastops`: every role of an installation in one binary.

mod cli;

use std::num::NonZeroUsize;
use std::process::ExitCode;

use clap::Parser;
use mimalloc::MiMalloc;
use tokio::runtime::Builder;

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    // Two libraries may bring two providers; the process has one.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    match run(cli::Cli::parse()) {
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

fn run(cli: cli::Cli) -> cli::Outcome {
    let threads = cli.threads();
    let mut runtime = if threads == Some(NonZeroUsize::MIN) {
        // A single thread needs no queues from which other threads take tasks.
        Builder::new_current_thread()
    } else {
        Builder::new_multi_thread()
    };
    if let Some(threads) = threads {
        runtime.worker_threads(threads.get());
    }
    runtime.enable_all().build()?.block_on(cli::run(cli))
}
