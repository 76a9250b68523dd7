//! An import into a database of its own, which leaves one line and nothing else.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tempfile::TempDir;
use tokio::process::Command;

use crate::target::succeeded;
use crate::year::generate;

/// A folder for temporary files that PostgreSQL's user may enter.
fn scratch() -> TempDir {
    let folder = TempDir::new().unwrap();
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o711)).unwrap();
    folder
}

fn private_import(data: &Path, scratch: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fastops"));
    command
        .args(["import", "pizza-place", "--private", "--data"])
        .arg(data)
        .env("TMPDIR", scratch)
        .env_remove("FASTOPS_DATABASE_URL")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

fn is_empty(folder: &Path) -> bool {
    std::fs::read_dir(folder).unwrap().next().is_none()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_private_import_ends_with_the_figures_of_the_report_and_leaves_nothing() {
    let (data, scratch) = (TempDir::new().unwrap(), scratch());
    let totals = generate(data.path(), 60, 2);

    let output = private_import(data.path(), scratch.path()).output().await.unwrap();

    succeeded(&output);
    let said = String::from_utf8(output.stdout).unwrap();
    let expected = format!(
        r#"{{"orders":{},"lines":{},"items":{},"gross":"{}","seconds":"#,
        totals.orders,
        totals.lines,
        totals.items,
        totals.gross.to_major(),
    );
    let last = said.lines().last().unwrap();
    assert!(last.starts_with(&expected), "{said}");
    serde_json::from_str::<serde_json::Value>(last).unwrap();
    assert!(is_empty(scratch.path()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_private_import_that_is_asked_to_end_takes_its_database_along() {
    let (data, scratch) = (TempDir::new().unwrap(), scratch());
    generate(data.path(), 5_000, 2);
    let mut import = private_import(data.path(), scratch.path()).spawn().unwrap();
    while is_empty(scratch.path()) {
        assert!(import.try_wait().unwrap().is_none(), "it ended before it began");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }

    let pid = import.id().unwrap().to_string();
    assert!(Command::new("kill").args(["-s", "TERM", &pid]).status().await.unwrap().success());
    let ended = import.wait().await.unwrap();

    assert!(!ended.success());
    assert!(is_empty(scratch.path()));
}
