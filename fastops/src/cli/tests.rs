//! Every variable that can be set is explained, and every explained variable can be set.

use std::collections::BTreeSet;
use std::fs;
use std::num::NonZeroUsize;
use std::path::Path;
use std::thread::available_parallelism;

use clap::{CommandFactory, Parser};
use serde_json::Value;

use super::Cli;

type Names = BTreeSet<String>;

/// Read without the command line: by `start_logging` and by `fastops::cluster`.
const NOT_ARGUMENTS: [&str; 2] = ["FASTOPS_LOG", "FASTOPS_PG_BIN"];

/// Not for containers: they get secrets as files, have an earlier secret only during a rotation, start no
/// private PostgreSQL, log to the container engine, listen where others reach them, use a thread per
/// processor, and communicate in a private network.
const NOT_IN_COMPOSE: [&str; 14] = [
    "FASTOPS_LOG_FILES",
    "FASTOPS_LOG_FOLDER",
    "FASTOPS_MAIL_FOLDER",
    "FASTOPS_MASTER_KEY",
    "FASTOPS_NODE_ADDRESS",
    "FASTOPS_PEER_CA_FILE",
    "FASTOPS_PEER_CERT_FILE",
    "FASTOPS_PEER_KEY_FILE",
    "FASTOPS_PEER_LISTEN",
    "FASTOPS_PG_BIN",
    "FASTOPS_PREVIOUS_TOKEN_KEY_ID",
    "FASTOPS_PREVIOUS_TOKEN_SECRET_FILE",
    "FASTOPS_THREADS",
    "FASTOPS_TOKEN_SECRET",
];

fn file(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name);
    fs::read_to_string(path).unwrap()
}

fn of_command(command: &clap::Command) -> Names {
    let variables = command.get_arguments().filter_map(clap::Arg::get_env);
    let variables = variables.map(|name| name.to_string_lossy().into_owned());
    variables.chain(command.get_subcommands().flat_map(of_command)).collect()
}

/// What the program reads.
fn arguments() -> Names {
    let names: Names =
        of_command(&Cli::command()).into_iter().chain(NOT_ARGUMENTS.map(str::to_owned)).collect();
    assert!(names.len() > 8, "{names:?}");
    names
}

/// What `.env.example` explains, whether it sets it or not.
fn explained() -> Names {
    let lines = file(".env.example");
    let names = lines.lines().filter_map(|line| line.trim_start_matches('#').split_once('='));
    names.map(|(name, _)| name.to_owned()).filter(|name| !name.contains(' ')).collect()
}

fn compose() -> Value {
    serde_saphyr::from_str(&file("docker-compose.yml")).unwrap()
}

/// What containers are given.
fn given(compose: &Value) -> Names {
    let services = compose["services"].as_object().unwrap().values();
    let given = services.filter_map(|service| service["environment"].as_object());
    let names = given.flat_map(|environment| environment.keys());
    names.filter(|name| name.starts_with("FASTOPS_")).cloned().collect()
}

/// What `docker-compose.yml` takes from `.env`.
fn taken() -> Names {
    let text = file("docker-compose.yml");
    let after = text.split("${").skip(1);
    let name = |rest: &str| rest.split([':', '}']).next().unwrap().to_owned();
    after.map(name).collect()
}

#[test]
fn every_variable_is_explained_and_every_explained_one_is_read() {
    let read: Names = arguments().union(&taken()).cloned().collect();
    assert_eq!(explained(), read);
}

#[test]
fn containers_are_given_what_the_program_reads() {
    let compose = compose();
    let given = given(&compose);
    let not_for_it: Names = NOT_IN_COMPOSE.map(str::to_owned).into();
    let missing: Names = arguments().difference(&given).cloned().collect();
    assert_eq!(missing, not_for_it);
    let passwords = ["FASTOPS_APP_PASSWORD", "FASTOPS_PROJECTOR_PASSWORD"].map(str::to_owned);
    let unknown: Names = given.difference(&arguments()).cloned().collect();
    assert_eq!(unknown, passwords.into(), "only the script that makes roles reads these");
}

#[test]
fn every_service_is_in_a_profile_and_runs_a_command_of_the_program() {
    let compose = compose();
    let mut profiles = Names::new();
    for (name, service) in compose["services"].as_object().unwrap() {
        let of_service = service["profiles"].as_array().unwrap();
        assert!(!of_service.is_empty(), "{name} is in no profile");
        profiles.extend(of_service.iter().map(|profile| profile.as_str().unwrap().to_owned()));
        if service["image"] == "fastops" {
            let command = service["command"].as_str().unwrap();
            assert!(Cli::command().find_subcommand(command).is_some(), "{name}: {command}");
        }
    }
    let expected = ["core", "eventstore", "kafka", "observability"].map(str::to_owned);
    assert_eq!(profiles, expected.into());
}

#[test]
fn a_server_leaves_half_of_the_processors_unless_it_is_told_how_many_threads_answer() {
    let threads = |args: &[&str]| {
        let cli = Cli::try_parse_from([&["fastops"], args].concat()).unwrap();
        cli.threads().map(NonZeroUsize::get)
    };
    let processors = available_parallelism().unwrap().get();
    assert_eq!(threads(&["serve"]), Some(processors.div_ceil(2)));
    assert_eq!(threads(&["serve", "--threads", "7"]), Some(7));
    assert_eq!(threads(&["work"]), None);
    assert!(Cli::try_parse_from(["fastops", "serve", "--threads", "0"]).is_err());
}

#[test]
fn the_definitions_of_the_command_line_fit_together() {
    Cli::command().debug_assert();
}
