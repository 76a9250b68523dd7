//! A private PostgreSQL starts, stops, and starts again, whatever happened in between.
#![expect(clippy::unwrap_used, reason = "the helpers are part of the tests")]

use std::fs::{self, Permissions};
use std::io::{BufRead, BufReader};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use fastops::cluster::{Cluster, Error, OWNER};
use sqlx::{Connection, PgConnection};
use tempfile::TempDir;

#[tokio::test]
async fn rows_are_still_there_after_a_stop_and_a_start() {
    let folder = folder();
    let cluster = Cluster::start(folder.path()).await.unwrap();
    write_one_row(&cluster).await;
    cluster.stop().await;
    assert!(!is_running(folder.path()), "PostgreSQL is gone when stop returns");

    let cluster = Cluster::start(folder.path()).await.unwrap();

    assert_eq!(rows(&cluster).await, 1);
    cluster.stop().await;
}

#[tokio::test]
async fn a_folder_in_use_is_refused_in_plain_words() {
    let folder = folder();
    let cluster = Cluster::start(folder.path()).await.unwrap();

    let error = Cluster::start(folder.path()).await.unwrap_err();

    assert!(matches!(error, Error::InUse { .. }), "{error}");
    assert!(error.to_string().contains("another FastOps is using"), "{error}");
    write_one_row(&cluster).await;
    cluster.stop().await;
}

#[tokio::test]
async fn dropping_a_cluster_ends_its_postgres() {
    let folder = folder();
    let cluster = Cluster::start(folder.path()).await.unwrap();

    drop(cluster);

    until("PostgreSQL has ended", || !is_running(folder.path())).await;
}

/// This test starts itself once more, as the owner that is killed.
#[tokio::test]
async fn a_killed_owner_takes_postgres_with_it_and_loses_nothing() {
    const NAME: &str = "a_killed_owner_takes_postgres_with_it_and_loses_nothing";
    if let Some(folder) = std::env::var_os("OWNER_OF_CLUSTER") {
        let cluster = Cluster::start(Path::new(&folder)).await.unwrap();
        write_one_row(&cluster).await;
        println!("\nrow written");
        return std::future::pending().await;
    }
    for starts_at_once in [true, false] {
        let folder = folder();
        let mut owner = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", NAME, "--nocapture"])
            .env("OWNER_OF_CLUSTER", folder.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(owner.stdout.take().unwrap()).lines();
        assert!(lines.map_while(Result::ok).any(|line| line == "row written"));

        owner.kill().unwrap();
        owner.wait().unwrap();
        if !starts_at_once {
            until("PostgreSQL has ended", || !is_running(folder.path())).await;
        }
        let cluster = Cluster::start(folder.path()).await.unwrap();

        assert_eq!(rows(&cluster).await, 1);
        cluster.stop().await;
    }
}

#[tokio::test]
async fn an_orphaned_postgres_is_ended_before_the_next_start() {
    let folder = folder();
    let cluster = Cluster::start(folder.path()).await.unwrap();
    write_one_row(&cluster).await;
    cluster.stop().await;
    let root = folder.path().join("postgres");
    let mut orphan = as_owner_of(&root, &binaries().join("postgres"))
        .arg("-D")
        .arg(root.join("data"))
        .args(["-c", "listen_addresses=", "-k"])
        .arg(&root)
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    until("the orphan listens", || root.join(".s.PGSQL.5432").exists()).await;
    let reaped = std::thread::spawn(move || orphan.wait().unwrap());

    let cluster = Cluster::start(folder.path()).await.unwrap();

    reaped.join().unwrap();
    assert_eq!(rows(&cluster).await, 1);
    cluster.stop().await;
}

#[tokio::test]
async fn a_lock_file_whose_process_id_belongs_to_another_process_is_no_obstacle() {
    let folder = folder();
    Cluster::start(folder.path()).await.unwrap().stop().await;
    let root = folder.path().join("postgres");
    let mut other = as_owner_of(&root, Path::new("sleep")).arg("60").spawn().unwrap();
    let data = root.join("data");
    let text = format!("{}\n{}\n1700000000\n5432\n", other.id(), data.display());
    fs::write(data.join("postmaster.pid"), &text).unwrap();
    fs::write(root.join(".s.PGSQL.5432.lock"), &text).unwrap();

    let cluster = Cluster::start(folder.path()).await.unwrap();

    assert!(other.try_wait().unwrap().is_none(), "the other process was left alone");
    cluster.stop().await;
    other.kill().unwrap();
    other.wait().unwrap();
}

#[tokio::test]
async fn a_path_that_is_too_long_for_a_socket_is_fine() {
    let folder = folder();
    let long = folder.path().join("x".repeat(60)).join("y".repeat(60));

    let cluster = Cluster::start(&long).await.unwrap();

    write_one_row(&cluster).await;
    cluster.stop().await;
}

#[tokio::test]
async fn an_initdb_that_was_killed_half_way_leaves_nothing_that_looks_like_a_cluster() {
    let folder = folder();
    Cluster::start(folder.path()).await.unwrap().stop().await;
    let root = folder.path().join("postgres");
    fs::rename(root.join("data"), root.join("data.unfinished")).unwrap();
    fs::remove_file(root.join("data.unfinished/PG_VERSION")).unwrap();

    let cluster = Cluster::start(folder.path()).await.unwrap();

    write_one_row(&cluster).await;
    cluster.stop().await;
}

#[tokio::test]
async fn a_cluster_that_cannot_start_says_why() {
    let folder = folder();
    Cluster::start(folder.path()).await.unwrap().stop().await;
    fs::write(folder.path().join("postgres/data/PG_VERSION"), "9.0\n").unwrap();

    let error = Cluster::start(folder.path()).await.unwrap_err().to_string();

    assert!(error.contains("postgres failed"), "{error}");
    assert!(error.contains("9.0"), "the end of the log is shown: {error}");
}

/// Another user may pass: as root, PostgreSQL runs as another user.
fn folder() -> TempDir {
    let folder = TempDir::new().unwrap();
    fs::set_permissions(folder.path(), Permissions::from_mode(0o711)).unwrap();
    folder
}

async fn connect(cluster: &Cluster) -> PgConnection {
    PgConnection::connect_with(&cluster.url(OWNER, "postgres")).await.unwrap()
}

async fn write_one_row(cluster: &Cluster) {
    let mut connection = connect(cluster).await;
    sqlx::raw_sql("CREATE TABLE kept (id int); INSERT INTO kept VALUES (1)")
        .execute(&mut connection)
        .await
        .unwrap();
}

async fn rows(cluster: &Cluster) -> i64 {
    let query = sqlx::query_scalar("SELECT count(*) FROM kept");
    query.fetch_one(&mut connect(cluster).await).await.unwrap()
}

/// By the id that PostgreSQL has left in its folder, which it removes when it stops.
fn is_running(folder: &Path) -> bool {
    folder.join("postgres/data/postmaster.pid").exists()
}

async fn until(what: &str, condition: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !condition() {
        assert!(Instant::now() < deadline, "waited too long until {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn as_owner_of(folder: &Path, program: &Path) -> Command {
    let owner = folder.metadata().unwrap();
    let mut command = Command::new(program);
    command.current_dir("/").uid(owner.uid()).gid(owner.gid());
    command
}

fn binaries() -> PathBuf {
    let setup = concat!(env!("CARGO_MANIFEST_DIR"), "/../scripts/setup.sh");
    let output = Command::new(setup).arg("pg-bin").output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().into()
}
