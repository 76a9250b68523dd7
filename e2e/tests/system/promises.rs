//! Checks `docs/promises.md`: every test that it names exists and runs, and no proven row is
//! missing.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The rows that the table must contain.
const PROMISED: &str = "F01 F02 F03 F04 F05 F06 F07 F08 F09 F10 F11 F12 F15 F16 F17 F19 F21 F22 F23 F24 F25 F26 F27 F40 F43 F47 F48 F49 F50 F51 F52 S01 S02 S03 S04 S05 S14 S17 \
                        S18 S19 S20 S28 S29 S31 S33 S34 S35 S36 S37 S38 S39 S40 S41 S43 S44 S45 S46";

/// A row of the table.
#[derive(Debug)]
struct Row {
    id: String,
    tests: Vec<String>,
    figure: String,
}

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn rows(document: &str) -> Vec<Row> {
    let cells = |line: &str| -> Vec<String> {
        line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect()
    };
    let is_id = |cell: &str| {
        let (kind, number) = cell.split_at_checked(1).unwrap_or_default();
        ["F", "S"].contains(&kind) && number.len() == 2 && number.parse::<u8>().is_ok()
    };
    let table = document.lines().filter(|line| line.starts_with('|')).map(cells);
    let row = |cells: Vec<String>| match &cells[..] {
        [id, what, promise, tests, figure] if is_id(id) => {
            assert!(!what.is_empty() && !promise.is_empty(), "{id} has an empty cell");
            let tests = tests.split('`').skip(1).step_by(2).map(str::to_owned).collect();
            Some(Row { id: id.clone(), tests, figure: figure.clone() })
        }
        [first, ..] => {
            assert!(!is_id(first), "{first} has not five cells");
            None
        }
        [] => None,
    };
    table.filter_map(row).collect()
}

/// All test functions of the workspace by name, with whether they run.
fn tests() -> BTreeMap<String, bool> {
    let mut tests = BTreeMap::new();
    let mut folders = vec![workspace()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let (path, name) = (entry.path(), entry.file_name());
            let name = name.to_string_lossy();
            if entry.file_type().unwrap().is_dir() {
                if !name.starts_with('.') && name != "target" {
                    folders.push(path);
                }
            } else if name.ends_with(".rs") {
                for (name, runs) in tests_in(&fs::read_to_string(path).unwrap()) {
                    // Of two tests with one name, both have to run.
                    *tests.entry(name).or_insert(true) &= runs;
                }
            }
        }
    }
    tests
}

/// The functions whose attributes, in the lines above them, make them tests.
fn tests_in(source: &str) -> Vec<(String, bool)> {
    let mut attributes = String::new();
    let mut tests = Vec::new();
    for line in source.lines().map(str::trim) {
        let function = line.split("fn ").nth(1).and_then(|rest| rest.split('(').next());
        match function {
            Some(name) if attributes.contains("test]") || attributes.contains("test(") => {
                tests.push((name.to_owned(), !attributes.contains("#[ignore")));
            }
            _ => {}
        }
        let ends = line.is_empty() || line.ends_with(['{', '}', ';']);
        if ends && !line.starts_with("#[") {
            attributes.clear();
        } else {
            attributes.push_str(line);
        }
    }
    tests
}

/// The row that the prefix of a test's name refers to: `F02` for `f02_…`.
fn row_of(test: &str) -> Option<String> {
    let (id, _) = test.split_once('_')?;
    let proves = id.len() == 3 && id.starts_with(['f', 's']) && id[1..].parse::<u8>().is_ok();
    proves.then(|| id.to_uppercase())
}

#[test]
fn every_promise_names_a_test_that_exists() {
    let document = fs::read_to_string(workspace().join("docs/promises.md")).unwrap();
    let (rows, tests) = (rows(&document), tests());
    let mut ids: Vec<&str> = rows.iter().map(|row| row.id.as_str()).collect();
    for id in PROMISED.split_whitespace() {
        assert!(ids.contains(&id), "{id} is missing from the table");
    }
    assert!(ids.is_sorted(), "{ids:?}");
    ids.dedup();
    assert_eq!(ids.len(), rows.len(), "an id has two rows");
    for Row { id, tests: named, figure } in &rows {
        assert!(!figure.is_empty(), "{id} has no figure");
        let tests_of_row = named.iter().filter(|test| row_of(test).as_ref() == Some(id));
        assert!(tests_of_row.count() > 0, "{id} names no test of its own");
        for test in named {
            match tests.get(test) {
                None => panic!("{id} names {test}, which does not exist"),
                Some(runs) => assert!(runs, "{test} of {id} is ignored"),
            }
        }
    }
    for (test, id) in tests.keys().filter_map(|test| Some((test, row_of(test)?))) {
        assert!(ids.contains(&id.as_str()), "{test} proves {id}, which has no row");
    }
}

#[test]
fn a_test_is_told_from_other_functions() {
    let source = "#[test]\nfn a() {\n}\n\nfn b() {\n}\n\n#[tokio::test(flavor = \"x\")]\n\
                  #[ignore = \"slow\"]\nasync fn c() {}\n/// fn d()\n    #[test]\n    fn e(x in 0..1) {";
    let found = tests_in(source);
    let found: Vec<_> = found.iter().map(|(name, runs)| (name.as_str(), *runs)).collect();
    assert_eq!(found, [("a", true), ("c", false), ("e", true)]);
    assert_eq!(row_of("s31_pay_twice"), Some("S31".to_owned()));
    assert_eq!((row_of("fix_it"), row_of("s3_x"), row_of("sum_of")), (None, None, None));
}

#[test]
fn a_campaign_writes_the_last_column() {
    let folder = tempfile::tempdir().unwrap();
    let (figures, document) = (folder.path().join("figures"), folder.path().join("promises.md"));
    fs::write(&figures, "F02\t7 tries & 0 lost\nF07\t20 pairs\nF02\t7 of 7\\7\n").unwrap();
    let table = |f02: &str, f07: &str, s31: &str| {
        format!(
            "text | text\n\n| id | what | promise | tests | figure |\n| --- | --- | --- | --- | --- |\n\
             | F02 | a | b | `f02_x` | {f02} |\n| F07 | a | b | `f07_x`, `f07_y` | {f07} |\n\
             | S31 | a | b | `s31_x` | {s31} |\n"
        )
    };
    fs::write(&document, table("old", "older", "1 try")).unwrap();
    let script = workspace().join("scripts/write-promises.sh");
    let status = Command::new(script).args([&figures, &document]).status().unwrap();
    assert!(status.success());
    let written = fs::read_to_string(&document).unwrap();
    assert_eq!(written, table("7 of 7\\7; 7 tries & 0 lost", "20 pairs", "passes"));
}
