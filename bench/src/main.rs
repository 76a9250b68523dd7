//! Measures FastOps: `make bench`. What is measured and how to read it is in `bench/README.md`.
//!
//! Progress and tables go to standard error; the last line of standard output is the result as JSON.

#![expect(
    clippy::float_arithmetic,
    clippy::cast_precision_loss,
    reason = "figures are rounded in the end and are no money"
)]
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "the report goes to the terminal")]

mod append;
mod args;
mod away;
mod baseline;
mod columns;
mod connection;
mod cpu;
mod delay;
mod kafka;
mod life;
mod load;
mod logins;
mod memory;
mod menu;
mod orders;
mod overload;
mod pace;
mod permission;
mod rebuild;
mod round;
mod scene;
mod stand;
mod stats;
mod two;

use std::process::ExitCode;

use serde_json::{Map, Value};

use args::{Args, Part};
use scene::Scene;
use stand::Stand;

#[tokio::main]
async fn main() -> ExitCode {
    let args = match Args::parse(std::env::args().skip(1)) {
        Ok(args) => args,
        Err(wrong) => {
            eprintln!("bench: {wrong}\n{}", args::USAGE);
            return ExitCode::FAILURE;
        }
    };
    let metrics = fastops::telemetry::start_metrics();
    let mut stand = Stand::start().await;
    let scene = Scene::open(&stand, args.modifiers).await;
    let mut result = Map::new();
    for part in &args.parts {
        let figures: Map<String, Value> = match part {
            Part::Orders => orders::measure(&stand, &scene, &args).await,
            Part::Append => append::measure(&stand, &scene, &args, &metrics).await,
            Part::Columns => columns::measure(&stand, &scene, &args).await,
            Part::Two => two::measure(&stand, &scene, &args).await,
            Part::Memory => memory::measure(&mut stand, &scene, &args).await,
            Part::Rebuild => rebuild::measure(&mut stand, &scene, &args).await,
            Part::Delay => delay::measure(&mut stand, &scene, &args).await,
            Part::Permission => permission::measure(&stand).await,
            Part::Logins => logins::measure(&stand, &scene, &args).await,
            Part::Menu => menu::measure(&stand, &args).await,
            Part::Overload => overload::measure(&stand, &scene, &args).await,
            Part::KafkaAway => away::measure(&mut stand, &scene, &args).await,
        };
        result.extend(figures);
    }
    stand.end().await;
    println!("{}", Value::Object(result));
    ExitCode::SUCCESS
}
