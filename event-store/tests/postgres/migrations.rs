//! Released migrations never change: every database remembers the checksums of those it was made with, and
//! refuses a release with others.

use std::collections::BTreeMap;
use std::fmt::Write;

use event_store::database::MIGRATOR;

/// `sha384sum` of every migration that a release had.
const RELEASED: &str = include_str!("../../../migrations/released.txt");

const ADVICE: &str = "A schema is changed by a migration of its own, with a later version than all others. \
    A release lists the migrations that it adds: \
    (cd migrations && sha384sum <name>.sql >> released.txt)";

#[test]
fn released_migrations_stay_as_they_are_and_others_come_after_them() {
    let present: BTreeMap<String, String> = MIGRATOR
        .iter()
        .map(|migration| {
            let description = migration.description.replace(' ', "_");
            (format!("{}_{description}.sql", migration.version), hexadecimal(&migration.checksum))
        })
        .collect();
    let released: BTreeMap<&str, &str> = RELEASED
        .lines()
        .map(|line| line.split_once("  ").expect("a checksum, two spaces and a name"))
        .map(|(checksum, name)| (name, checksum))
        .collect();

    let mut wrong = Vec::new();
    for (name, checksum) in &released {
        match present.get(*name) {
            None => wrong.push(format!("{name} was released and is gone")),
            Some(found) if found != checksum => {
                wrong.push(format!("{name} was released and has changed"));
            }
            Some(_) => {}
        }
    }
    let newest = released.keys().next_back().expect("a release has migrations");
    for name in present.keys().filter(|name| !released.contains_key(name.as_str())) {
        if name.as_str() < *newest {
            wrong.push(format!("{name} would be applied before the released {newest}"));
        }
    }

    assert!(wrong.is_empty(), "{wrong:#?}\n{ADVICE}");
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a string takes everything");
        text
    })
}
