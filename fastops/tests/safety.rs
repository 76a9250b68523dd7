//! What is not safe does not start.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Output, Stdio};
use std::time::Duration;

use event_store::testing::Database;
use tokio::process::Command;

const SECRET: &str = "a secret that is long enough and repeats little: 0123456789";
const MASTER_KEY: &str = "another secret, which people are kept under: 0123456789";

/// A file with a mode.
fn file(folder: &Path, name: &str, text: &str, mode: u32) -> String {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    std::fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
    path.to_str().unwrap().to_owned()
}

fn url(database: &Database, role: &str) -> String {
    let options = database.options(role);
    format!(
        "postgres://{role}@localhost/{}?host={}",
        options.get_database().unwrap(),
        options.get_socket().unwrap().display(),
    )
}

/// `fastops serve` with good settings but for one, which is changed or taken away.
async fn served(database: &Database, variable: &str, value: Option<&str>) -> Output {
    let mut command = serving(database);
    match value {
        Some(value) => command.env(variable, value),
        None => command.env_remove(variable),
    };
    let ended = tokio::time::timeout(Duration::from_secs(30), command.output()).await;
    ended.unwrap_or_else(|_| panic!("it started with {variable} {value:?}")).unwrap()
}

/// `fastops serve` with good settings.
fn serving(database: &Database) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fastops"));
    command
        .args(["serve", "--listen", "127.0.0.1:0", "--ops-listen", "127.0.0.1:0"])
        .env("FASTOPS_DATABASE_URL", url(database, "fastops_app"))
        .env("FASTOPS_TOKEN_SECRET", SECRET)
        .env("FASTOPS_MASTER_KEY", MASTER_KEY)
        .stdin(Stdio::null())
        .kill_on_drop(true);
    command
}

#[tokio::test]
async fn s56_what_is_not_safe_does_not_start() {
    let database = Database::create().await;
    let owner = url(&database, "fastops_owner");
    let zeros = "0".repeat(64);
    let name = "FASTOPS_TOKEN_SECRET";
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let short = file(folder, "short", "thirty-one visible characters..\n", 0o600);
    let good = "b6SxTZ0o2yJ1ub7W0vM4iQ9m3hYk5cPq8eRdFgHjKlA=\n";
    let by_group = file(folder, "by-group", good, 0o640);
    let by_all = file(folder, "by-all", good, 0o604);
    let same = file(folder, "same", SECRET, 0o600);
    let periodic = "0123456789abcdef".repeat(4);
    let operator = "FASTOPS_OPERATOR_TOKEN_FILE";
    let previous = "FASTOPS_PREVIOUS_TOKEN_SECRET_FILE";
    let cases = [
        ("FASTOPS_DATABASE_URL", Some(owner.as_str()), "fastops_owner"),
        ("FASTOPS_TOKEN_KEY_ID", Some("demo"), "demo"),
        (name, Some(&zeros), "repeats itself"),
        (name, Some("short, but not all the same"), "at least 32 bytes"),
        (name, None, "FASTOPS_TOKEN_SECRET_FILE"),
        ("FASTOPS_TOKEN_ALGORITHM", Some("EdDSA"), "openssl genpkey"),
        ("FASTOPS_TOKEN_ALGORITHM", Some("none"), "HS256, EdDSA"),
        (name, Some("-----BEGIN PUBLIC KEY-----\nand so on"), "FASTOPS_TOKEN_ALGORITHM"),
        (operator, Some(&short), "at least 32 visible ASCII characters"),
        (operator, Some("/nowhere/to/be/found"), "could not read the secret"),
        (operator, Some(&by_group), "has the mode 640"),
        ("FASTOPS_TOKEN_SECRET_FILE", Some(&by_all), "has the mode 604"),
        ("FASTOPS_MASTER_KEY_FILE", Some(&by_group), "chmod 600"),
        (previous, Some(&by_group), "others can read the secret"),
        (operator, Some(&same), "are one secret"),
        (previous, Some(&same), "are one secret"),
        ("FASTOPS_MASTER_KEY", Some(SECRET), "are one secret"),
        ("FASTOPS_MASTER_KEY", Some(&periodic), "repeats itself"),
        ("FASTOPS_MASTER_KEY", None, "FASTOPS_MASTER_KEY_FILE"),
        ("FASTOPS_MASTER_KEY", Some("short"), "at least 32 bytes"),
    ];
    for (variable, value, says) in cases {
        let Output { status, stderr, .. } = served(&database, variable, value).await;
        let said = String::from_utf8_lossy(&stderr);
        assert!(!status.success(), "{variable} {value:?}");
        assert!(said.contains(says), "{variable} {value:?}: {said}");
        assert!(!said.contains(SECRET) && !said.contains(&zeros), "it gives a secret away");
    }
}

#[tokio::test]
async fn s56_a_node_whose_key_others_read_does_not_start() {
    let database = Database::create().await;
    let folder = tempfile::tempdir().unwrap();
    let none = file(folder.path(), "none.pem", "no certificate\n", 0o644);
    let key = file(folder.path(), "node.key", "no key\n", 0o640);
    let key_file = file(folder.path(), "own.key", "no key\n", 0o600);
    let all = |key| {
        ["--peer-ca-file", none.as_str(), "--peer-cert-file", none.as_str(), "--peer-key-file", key]
    };
    for (args, says) in [
        (&all(&key)[..], "has the mode 640"),
        (&all(&key_file), "the certificate of the CA is not there"),
        (&all(&key_file)[..4], "--peer-key-file"),
        (&all(&key_file)[4..], "--peer-ca-file"),
    ] {
        let mut command = serving(&database);
        let ended = command.arg("--peers").args(args).output();
        let ended = tokio::time::timeout(Duration::from_secs(30), ended).await;
        let Output { status, stderr, .. } = ended.unwrap_or_else(|_| panic!("{args:?}")).unwrap();
        let said = String::from_utf8_lossy(&stderr);
        assert!(!status.success() && said.contains(says), "{args:?}: {said}");
    }
}

#[tokio::test]
async fn a_company_is_set_up_and_its_administrator_is_not_in_the_log() {
    let database = Database::create().await;
    let folder = tempfile::tempdir().unwrap();
    let password = folder.path().join("password");
    std::fs::write(&password, "una clave bien larga\n").unwrap();
    let set_up = |email: &'static str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_fastops"));
        command
            .args(["init", "--name", "Arepas", "--slug", "arepas", "--administrator", "Ana"])
            .args(["--email", email, "--password-file"])
            .arg(&password)
            .env("FASTOPS_DATABASE_URL", url(&database, "fastops_app"))
            .env("FASTOPS_OWNER_DATABASE_URL", url(&database, "fastops_owner"))
            .env("FASTOPS_MASTER_KEY", MASTER_KEY)
            .stdin(Stdio::null())
            .output()
    };
    let first = set_up("ana@example.com").await.unwrap();
    assert!(first.status.success(), "{}", String::from_utf8_lossy(&first.stderr));
    let line: serde_json::Value = serde_json::from_slice(&first.stdout).unwrap();
    assert_eq!(line["tenant"], "arepas");
    let repeated = set_up("ana@example.com").await.unwrap();
    assert_eq!(repeated.stdout, first.stdout, "it is safe to repeat");
    assert!(!set_up("nobody").await.unwrap().status.success());
    std::fs::write(&password, "password").unwrap();
    let common = set_up("ana@example.com").await.unwrap();
    assert!(String::from_utf8_lossy(&common.stderr).contains("most common"));
}

#[tokio::test]
async fn a_company_has_its_first_plan_and_trial_once_and_whatever_is_said_later() {
    let database = Database::create().await;
    let folder = tempfile::tempdir().unwrap();
    let password = folder.path().join("password");
    std::fs::write(&password, "una clave bien larga\n").unwrap();
    let password = password.to_str().unwrap();
    let fastops = async |args: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_fastops"))
            .args(args)
            .env("FASTOPS_DATABASE_URL", url(&database, "fastops_app"))
            .env("FASTOPS_OWNER_DATABASE_URL", url(&database, "fastops_owner"))
            .env("FASTOPS_MASTER_KEY", MASTER_KEY)
            .stdin(Stdio::null())
            .output()
            .await
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice::<serde_json::Value>(&output.stdout).unwrap()
    };
    let init = ["init", "--name", "Arepas", "--slug", "arepas", "--administrator", "Ana"];
    let init = [&init[..], &["--email", "ana@example.com", "--password-file", password]].concat();
    let with = |more: &[&'static str]| [&init[..], more].concat();
    let first = ["--plan", "Una sede", "--branches", "1", "--modules", "orders,catalog"];
    fastops(&with(&[&first[..], &["--trial-days", "30"]].concat())).await;
    let show = ["companies", "show", "--slug", "arepas"];
    let shown = fastops(&show).await;
    assert_eq!(shown["plan"]["branches"], 1);
    assert_eq!(shown["plan"]["modules"], serde_json::json!(["catalog", "orders"]));
    assert_eq!(shown["subscription"]["state"], "trial");
    fastops(&with(&["--trial-days", "90"])).await;
    assert_eq!(fastops(&show).await, shown, "setting up again begins no other trial");
    let suspended = ["companies", "state", "--slug", "arepas", "suspended"];
    assert_eq!(fastops(&suspended).await["subscription"]["state"], "suspended");
    let plan = ["companies", "plan", "--slug", "arepas", "--plan", "Todo"];
    let shown = fastops(&plan).await;
    assert_eq!(shown["plan"]["branches"], serde_json::Value::Null);
    assert_eq!(shown["subscription"]["state"], "suspended", "the plan says nothing of it");
    for (step, is_closed) in [("close", true), ("close", true), ("reopen", false)] {
        let shown = fastops(&["companies", step, "--slug", "arepas"]).await;
        assert_eq!(shown["is_closed"], is_closed, "{step}");
    }
}

#[tokio::test]
async fn the_operator_creates_companies_with_a_link_for_the_administrator_and_lists_them() {
    let database = Database::create().await;
    let fastops = async |args: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_fastops"))
            .arg("companies")
            .args(args)
            .env("FASTOPS_DATABASE_URL", url(&database, "fastops_app"))
            .env("FASTOPS_MASTER_KEY", MASTER_KEY)
            .env("FASTOPS_PUBLIC_URL", "https://pedidos.example/")
            .stdin(Stdio::null())
            .output()
            .await
            .unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (output.status.success(), text(output.stdout), text(output.stderr))
    };
    let create = |name, slug, email| {
        ["create", "--name", name, "--slug", slug, "--administrator", "Ana", "--email", email]
    };
    let empanadas = create("Empanadas", "empanadas", "ana@example.com");
    let (_, said, _) = fastops(&empanadas).await;
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines[0], "Empanadas (empanadas) quedó lista.");
    assert!(lines[1].starts_with("Ana elige su contraseña"), "{said}");
    assert!(lines[2].starts_with("  https://pedidos.example/join#fo_join_"), "{said}");
    let (_, repeated, _) = fastops(&empanadas).await;
    assert_ne!(repeated, said, "another link");
    assert_eq!(repeated.lines().next(), said.lines().next());
    let other = create("Otras", "empanadas", "ana@example.com");
    let (is_created, _, why) = fastops(&other).await;
    assert!(!is_created && why.contains("another name, address or plan"), "{why}");
    let arepas = create("Arepas", "arepas", "ana@example.com");
    let trial = ["--plan", "Una sede", "--trial-days", "30", "--lang", "en"];
    assert!(fastops(&[&arepas[..], &trial].concat()).await.1.contains("within a week"));

    let restore = ["restore-administrator", "--slug", "empanadas", "--administrator", "Luz"];
    let restore = [&restore[..], &["--email", "luz@example.com"]].concat();
    let (_, said, why) = fastops(&restore).await;
    assert!(said.starts_with("luz@example.com administra todas las sedes"), "{said}{why}");
    assert!(said.contains("https://pedidos.example/join#fo_join_"), "{said}");
    let unknown = restore.iter().map(|word| if *word == "empanadas" { "otra" } else { word });
    let (is_restored, _, why) = fastops(&unknown.collect::<Vec<_>>()).await;
    assert!(!is_restored && why.contains("no such company"), "{why}");

    let (_, table, _) = fastops(&["list", "--lang", "en"]).await;
    let rows: Vec<Vec<&str>> = table.lines().map(|row| row.split_whitespace().collect()).collect();
    assert_eq!(rows[0][..3], ["COMPANY", "NAME", "PLAN"]);
    assert_eq!(rows[1][..6], ["arepas", "Arepas", "Una", "sede", "trial", "until"]);
    assert_eq!(rows[2][..6], ["empanadas", "Empanadas", "-", "active", "0", "2"]);
    let (_, lines, _) = fastops(&["list", "--json"]).await;
    let first: serde_json::Value = serde_json::from_str(lines.lines().next().unwrap()).unwrap();
    assert_eq!(
        (&first["tenant"], &first["subscription"]["state"]),
        (&"arepas".into(), &"trial".into())
    );
}
