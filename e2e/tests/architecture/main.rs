//! The rules of `ARCHITECTURE.md` that are checked on the source code.
#![expect(clippy::unwrap_used, reason = "the helpers are part of the tests")]

mod answers;
mod modules;
mod reach;
mod skeleton;
mod source;

use cargo_metadata::{DependencyKind, MetadataCommand, Package};
use regex::Regex;

use source::Source;

/// Which crates of the workspace a crate may use. Dependencies of tests are free.
const ARROWS: [(&str, &[&str]); 10] = [
    ("domain", &[]),
    ("exchange", &["domain"]),
    ("event-store", &["domain"]),
    ("commands", &["event-store", "domain"]),
    ("projections", &["event-store", "domain"]),
    ("images", &["domain"]),
    ("api", &["commands", "projections", "images", "domain"]),
    ("fastops", &["api", "exchange", "commands", "projections", "images", "event-store", "domain"]),
    ("e2e", &["fastops", "api", "commands", "projections", "images", "event-store", "domain"]),
    ("bench", &["e2e", "fastops", "api", "commands", "projections", "event-store", "domain"]),
];

/// The files that may create a system scope, which acts without a user.
const SYSTEM_SCOPES: &[&str] = &[
    "commands/src/identity/operator.rs",
    "commands/src/identity/seeding.rs",
    "commands/src/names.rs",
    "commands/src/processes/act.rs",
    "fastops/src/demo/staff.rs",
    "fastops/src/import/importing.rs",
];

/// The files that may read rows of more than one tenant at a time.
const READS_ACROSS_TENANTS: &[&str] = &[];

/// Where the adapters of the log are, and where systems are put together of which they are part.
const PUTS_TOGETHER: &[&str] = &["event-store/", "fastops/", "e2e/", "bench/"];

const LINES_MAX: usize = 450;

#[test]
fn crates_depend_on_each_other_in_one_direction_only() {
    let packages = packages();
    let names: Vec<&str> = packages.iter().map(|package| package.name.as_str()).collect();
    let mut wrong = Vec::new();
    for package in &packages {
        let name = package.name.as_str();
        let Some((_, allowed)) = ARROWS.iter().find(|(from, _)| *from == name) else {
            wrong.push(format!("{name} has no row in ARROWS"));
            continue;
        };
        for dependency in &package.dependencies {
            let to = dependency.name.as_str();
            let is_arrow = dependency.kind != DependencyKind::Development && names.contains(&to);
            if is_arrow && !allowed.contains(&to) {
                wrong.push(format!("{name} -> {to}"));
            }
        }
    }
    assert!(wrong.is_empty(), "not in ARCHITECTURE.md: {wrong:#?}");
}

#[test]
fn packages_are_called_like_their_folders() {
    for package in packages() {
        let folder = package.manifest_path.parent().unwrap().file_name();
        assert_eq!(Some(package.name.as_str()), folder);
    }
}

#[test]
fn no_file_is_too_long_to_be_one_thing() {
    let sources = sources();
    let length = |source: &Source| source.text.lines().count();
    let long: Vec<_> = sources
        .iter()
        .filter(|source| length(source) > LINES_MAX)
        .map(|source| format!("{}: {} lines", source.path, length(source)))
        .collect();
    assert!(long.is_empty(), "over {LINES_MAX} lines: {long:#?}");
}

#[test]
fn no_test_is_ignored_and_no_todo_is_left() {
    let marks = ["#[ignore", "#[should_panic", "todo!(", "unimplemented!("];
    let sources = sources();
    let left: Vec<_> = sources
        .iter()
        .flat_map(|source| marks.iter().flat_map(|mark| source.occurrences(mark)))
        .collect();
    assert!(left.is_empty(), "{left:#?}");
}

#[test]
fn answers_are_serialized_as_documented() {
    let sources = sources();
    let answers = sources.iter().filter(|source| source.path.starts_with("api/src/operations/"));
    let differences: Vec<_> = answers.flat_map(answers::differences).collect();
    assert!(differences.is_empty(), "{differences:#?}");
}

#[test]
fn no_modules_of_the_api_use_each_other_in_a_circle() {
    let uses = modules::uses(&sources(), "api");
    assert!(uses.len() >= 20, "all modules are looked at: {:?}", uses.keys());
    let circle = modules::circle(uses);
    assert!(circle.is_empty(), "{circle:#?}");
}

#[test]
fn only_listed_files_act_without_a_user() {
    assert_eq!(callers_of("Scope::system("), SYSTEM_SCOPES);
}

#[test]
fn only_listed_files_read_across_tenants() {
    assert_eq!(callers_of("across_tenants("), READS_ACROSS_TENANTS);
}

/// The other crates have the log as a `dyn EventStore`, and the database beside it as `event_store::database`.
#[test]
fn only_what_puts_systems_together_names_an_adapter_of_the_log() {
    let adapter = Regex::new(r"\bevent_store::(\{[^;]*\b)?(postgres|kafka)\b").unwrap();
    let found: Vec<String> = sources()
        .into_iter()
        .filter(|source| !PUTS_TOGETHER.iter().any(|folder| source.path.starts_with(folder)))
        .filter(|source| adapter.is_match(&source.code))
        .map(|source| source.path)
        .collect();
    assert!(found.is_empty(), "they name an adapter: {found:#?}");
    let is_named = |code: &str| adapter.is_match(code);
    assert!(is_named("use event_store::postgres::PostgresStore;"));
    assert!(is_named("use event_store::{\n    Append, postgres::PostgresStore,\n};"));
    assert!(!is_named("use event_store::{Append};\nuse sqlx::postgres::PgRow;"));
}

/// The delivered files that call the function; its definition is no call.
fn callers_of(call: &str) -> Vec<String> {
    let calls = |source: &Source| {
        let code = source.delivered();
        code.match_indices(call).any(|(at, _)| !code[..at].ends_with("fn "))
    };
    let mut paths: Vec<String> =
        sources().into_iter().filter(calls).map(|source| source.path).collect();
    paths.sort_unstable();
    paths
}

fn packages() -> Vec<Package> {
    let metadata = MetadataCommand::new().no_deps().exec().unwrap();
    assert!(metadata.packages.len() >= ARROWS.len(), "the whole workspace is checked");
    metadata.packages
}

fn sources() -> Vec<Source> {
    let sources: Vec<Source> = packages()
        .iter()
        .flat_map(|package| Source::all_in(package.manifest_path.parent().unwrap().as_std_path()))
        .collect();
    assert!(sources.len() >= 100, "the whole workspace is checked");
    sources
}
