//! The skeleton of an aggregate (`scripts/new-aggregate.sh`) fits the sources.

use std::path::Path;
use std::process::Command;

/// That what it writes also compiles is checked by `make check-skeleton`.
#[test]
fn the_skeleton_of_an_aggregate_finds_the_place_of_every_row() {
    for context in ["catalog", "inventory"] {
        let copy = tempfile::tempdir().unwrap();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scripts/new-aggregate.sh");
        let mut script = Command::new(script);
        script.arg("--into").arg(copy.path()).args([context, "example"]);
        let output = script.output().unwrap();
        assert!(output.status.success(), "{context}: {}", String::from_utf8_lossy(&output.stderr));
        let rules = copy.path().join(format!("domain/src/{context}/example.rs"));
        assert!(rules.exists(), "{context}");
    }
}
