//! No dead parts: every event is produced, every command is sent, every setting is read, and every
//! problem code is provoked by a test.

use std::collections::BTreeSet;

use api::problem::Code;
use domain::schemas::schemas;
use regex::Regex;

use crate::source::Source;
use crate::sources;

/// Tests that provoke a problem without its code in a string.
const PROVOKED: &[(Code, &str)] =
    &[(Code::HeaderTooLarge, "s36_a_hundred_kilobytes_of_headers_are_too_many")];

/// The stored names of all events.
fn stored() -> Vec<&'static str> {
    schemas("").events.iter().map(|(event, _)| event.name).collect()
}

fn delivered(sources: &[Source], within: &[&str]) -> String {
    let within = sources.iter().filter(|it| within.iter().any(|path| it.path.starts_with(path)));
    within.map(Source::delivered).collect::<Vec<_>>().join("\n")
}

/// The stored name of each event, the type that carries it, and its file.
fn events(sources: &[Source]) -> Vec<(String, String, String)> {
    let pair = Regex::new(r#""([a-z_]+\.[a-z_]+)"[^="]*=>\s*(\w+)"#).unwrap();
    // The file that defines the macro contains its own examples.
    let of_domain = sources.iter().filter(|source| {
        source.path.starts_with("domain/src/") && source.path != "domain/src/event.rs"
    });
    let mut found = Vec::new();
    for source in of_domain {
        let Some(from) = source.text.find("stored_events! {") else { continue };
        for pair in pair.captures_iter(&source.text[from..]) {
            found.push((pair[1].to_owned(), pair[2].to_owned(), source.path.clone()));
        }
    }
    found
}

#[test]
fn every_event_is_made_by_a_decision() {
    let sources = sources();
    let events = events(&sources);
    let named: BTreeSet<&str> = events.iter().map(|(name, ..)| name.as_str()).collect();
    let stored: BTreeSet<&str> = stored().into_iter().collect();
    assert_eq!(named, stored, "the events in the source are those in the binary");
    for (name, carrier, path) in events {
        // The rest of the aggregate may be in other files of the same folder.
        let folder = path.rsplit_once('/').unwrap().0;
        let code = delivered(&sources, &[folder]);
        let made = Regex::new(&format!(r"(struct|impl|for)?\s*\b{carrier}\s*(\{{|\()")).unwrap();
        let is_made = made.captures_iter(&code).any(|found| found.get(1).is_none());
        assert!(is_made, "nothing in {folder} produces a {carrier}, which is stored as {name}");
    }
}

#[test]
fn every_command_is_sent() {
    let sources = sources();
    let intent = Regex::new(r"impl\s+Intent\s+for\s+(\w+)").unwrap();
    let commands = delivered(&sources, &["commands/src/"]);
    let senders = delivered(&sources, &["api/src/", "fastops/src/"]);
    let mut found = 0;
    for intent in intent.captures_iter(&commands) {
        let name = &intent[1];
        let made = Regex::new(&format!(r"\b{name}\s*(\{{|\()")).unwrap();
        let defined = Regex::new(&format!(r"(struct|for)\s+{name}\b")).unwrap();
        let within = defined.replace_all(&commands, "");
        assert!(
            made.is_match(&senders) || made.is_match(&within),
            "no operation, process or command line sends {name}"
        );
        found += 1;
    }
    assert!(found > 20, "{found} commands");
}

#[test]
fn every_setting_is_read() {
    let setting =
        Regex::new(r#"(?s)env = "(FASTOPS_[A-Z_]+)".*?\n\s*(?:pub(?:\([a-z]+\))?\s+)?(\w+):"#);
    let setting = setting.unwrap();
    let sources = sources();
    let code = delivered(&sources, &["fastops/src/"]);
    let mut found = BTreeSet::new();
    for source in sources.iter().filter(|source| source.path.starts_with("fastops/src/")) {
        for setting in setting.captures_iter(&source.text) {
            let (name, field) = (&setting[1], &setting[2]);
            let uses = Regex::new(&format!(r"\b{field}\b")).unwrap().find_iter(&code).count();
            assert!(uses > 1, "{name} is parsed as `{field}` and not read");
            found.insert(name.to_owned());
        }
    }
    assert!(found.len() > 20, "{found:?}");
}

#[test]
fn every_problem_is_provoked_by_a_test() {
    let sources = sources();
    let is_test =
        |source: &&Source| source.path.contains("/tests/") || source.path.ends_with("tests.rs");
    let tests: Vec<&Source> = sources.iter().filter(is_test).collect();
    for code in Code::ALL {
        let quoted = format!("\"{}\"", code.slug());
        let variant = format!("Code::{code:?}");
        let is_named = tests.iter().any(|it| {
            !it.path.ends_with("reach.rs")
                && (it.text.replace("\\\"", "\"").contains(&quoted) || it.code.contains(&variant))
        });
        let by_name = PROVOKED.iter().filter(|(provoked, _)| provoked == code);
        let by_name: Vec<&str> = by_name.map(|(_, test)| *test).collect();
        assert!(is_named == by_name.is_empty(), "{quoted} is provoked by one kind of reference");
        for test in by_name {
            let is_there = sources.iter().any(|it| it.code.contains(&format!("fn {test}()")));
            assert!(is_there, "{test}, which provokes {quoted}, does not exist");
        }
    }
}
