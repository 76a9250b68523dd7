//! The rules of `ARCHITECTURE.md` that only a look at the code itself can prove.
#![expect(clippy::unwrap_used, reason = "the helpers are part of the tests")]

mod answers;
mod modules;
mod reach;
mod source;

use cargo_metadata::{DependencyKind, MetadataCommand, Package};

use source::Source;

/// Which crates of the workspace a crate may use. Dependencies of tests are free.
const ARROWS: [(&str, &[&str]); 8] = [
    ("domain", &[]),
    ("event-store", &["domain"]),
    ("commands", &["event-store", "domain"]),
    ("projections", &["event-store", "domain"]),
    ("api", &["commands", "projections", "domain"]),
    ("fastops", &["api", "commands", "projections", "event-store", "domain"]),
    ("e2e", &["fastops", "api", "commands", "projections", "event-store", "domain"]),
    ("bench", &["e2e", "fastops", "api", "commands", "projections", "event-store", "domain"]),
];

/// Who may act without a person: these files make a scope from a reason.
const SYSTEM_SCOPES: &[&str] = &[
    "commands/src/identity/operator.rs",
    "commands/src/identity/seeding.rs",
    "commands/src/processes/act.rs",
    "fastops/src/demo/staff.rs",
    "fastops/src/import/importing.rs",
];

/// Who may read rows of more than one tenant at a time.
const READS_ACROSS_TENANTS: &[&str] = &[];

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
fn nothing_is_left_to_be_done_or_switched_off() {
    let marks = ["#[ignore", "#[should_panic", "todo!(", "unimplemented!("];
    let sources = sources();
    let left: Vec<_> = sources
        .iter()
        .flat_map(|source| marks.iter().flat_map(|mark| source.places(mark)))
        .collect();
    assert!(left.is_empty(), "{left:#?}");
}

#[test]
fn answers_are_written_as_they_are_documented() {
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
fn only_known_places_act_without_a_person() {
    assert_eq!(callers_of("Scope::system("), SYSTEM_SCOPES);
}

#[test]
fn only_known_places_read_across_tenants() {
    assert_eq!(callers_of("across_tenants("), READS_ACROSS_TENANTS);
}

/// Which files of what is delivered contain the call; a name after `fn` is no call.
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
    assert!(metadata.packages.len() >= ARROWS.len(), "the whole workspace is looked at");
    metadata.packages
}

fn sources() -> Vec<Source> {
    let sources: Vec<Source> = packages()
        .iter()
        .flat_map(|package| Source::all_in(package.manifest_path.parent().unwrap().as_std_path()))
        .collect();
    assert!(sources.len() >= 100, "the whole workspace is looked at");
    sources
}
