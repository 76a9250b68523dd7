//! The demo as people start it: from nothing, twice, in each other's way, and until Ctrl-C.
#![expect(clippy::unwrap_used, reason = "the helpers are part of the tests")]

use std::fs::{self, Permissions};
use std::io::{BufRead, BufReader, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use event_store::testing::assert_took;
use serde_json::{Value, json};
use tempfile::TempDir;

/// A demo that was started and has said that it is ready.
struct Demo {
    child: Child,
    said: Value,
    client: reqwest::Client,
}

impl Demo {
    async fn start(data_dir: &Path) -> Self {
        let mut child = command(data_dir).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let said = serde_json::from_str(&line).unwrap_or_else(|_| panic!("{line:?} is no JSON"));
        let demo = Self { child, said, client: reqwest::Client::new() };
        assert_eq!(demo.get("/readyz").send().await.unwrap().status(), 200);
        demo
    }

    fn address(&self, path: &str) -> String {
        format!("{}{path}", self.said["url"].as_str().unwrap())
    }

    fn get(&self, path: &str) -> reqwest::RequestBuilder {
        self.client.get(self.address(path))
    }

    async fn signs_in(&self) -> String {
        let login = json!({
            "email": self.said["email"], "password": self.said["password"],
            "tenant": self.said["tenant"],
        });
        let request = self.client.post(self.address("/v1/auth/login")).json(&login);
        let answer: Value = request.send().await.unwrap().json().await.unwrap();
        answer["access_token"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
    }

    /// The menu of its page, once every image is drawn.
    async fn menu(&self) -> Vec<Value> {
        loop {
            let figures: Value =
                self.get("/demo/figures").send().await.unwrap().json().await.unwrap();
            let menu = figures["menu"].as_array().unwrap();
            if menu.len() == 12 {
                return menu.clone();
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    async fn json(&self, path: &str, token: &str) -> Value {
        let answer = self.get(path).bearer_auth(token).send().await.unwrap();
        answer.error_for_status().unwrap().json().await.unwrap()
    }

    /// As Ctrl-C or a service manager would; gives what it still said, how it ended and after how long.
    fn ends_by(mut self, signal: &str) -> (String, ExitStatus, Duration) {
        let asked_at = Instant::now();
        let kill = Command::new("kill").args(["-s", signal, &self.child.id().to_string()]).status();
        assert!(kill.unwrap().success());
        let mut rest = String::new();
        self.child.stdout.as_mut().unwrap().read_to_string(&mut rest).unwrap();
        (rest, self.child.wait().unwrap(), asked_at.elapsed())
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        // Of a test that failed; its PostgreSQL goes with it.
        let _ended_already = self.child.kill();
        let _ended_already = self.child.wait();
    }
}

fn command(data_dir: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fastops"));
    command.args(["demo", "--json", "--no-simulate", "--listen", "127.0.0.1:0"]);
    command.args(["--ops-listen", "127.0.0.1:0", "--data-dir"]).arg(data_dir);
    command
}

/// Another user, whom PostgreSQL may run as, must get through.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), Permissions::from_mode(0o711)).unwrap();
    folder
}

#[tokio::test]
async fn a_demo_comes_up_from_nothing_and_a_second_start_takes_up_where_it_was() {
    let folder = folder();
    let home = folder.path().join("home/demo");

    let first = Demo::start(&home).await;
    let said = first.said.clone();
    let keys: Vec<&String> = said.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["email", "ops_url", "password", "tenant", "url"]);
    let token = first.signs_in().await;
    let products = first.json("/v1/products?limit=200", &token).await;
    assert_eq!(products["data"].as_array().unwrap().len(), 48);
    let branches = first.json("/v1/branches", &token).await;
    assert_eq!(branches["data"].as_array().unwrap().len(), 2);
    for path in ["/", "/demo/figures", "/docs", "/openapi.json"] {
        let answer = first.get(path).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
    }
    let menu = tokio::time::timeout(Duration::from_mins(2), first.menu()).await.unwrap();
    for card in &menu {
        let image = first.get(card["image"].as_str().unwrap()).send().await.unwrap();
        assert_eq!(image.status(), 200, "{card}");
    }
    let ops = first.said["ops_url"].as_str().unwrap();
    for path in ["/livez", "/readyz", "/metrics"] {
        let answer = first.client.get(format!("{ops}{path}")).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
    }
    assert_eq!(first.get("/metrics").send().await.unwrap().status(), 404);
    let password = home.join("owner-password");
    assert_eq!(fs::metadata(password).unwrap().permissions().mode() & 0o777, 0o600);

    let environment = home.join("env");
    assert_eq!(fs::metadata(&environment).unwrap().permissions().mode() & 0o777, 0o600);
    let companies = "for name in $(env | grep -o '^FASTOPS_[A-Z_]*'); do unset $name; done; \
        . \"$1\" && \"$2\" companies list";
    let mut shell = Command::new("sh");
    shell.args(["-c", companies, "sh"]).arg(&environment).arg(env!("CARGO_BIN_EXE_fastops"));
    let listed = shell.output().unwrap();
    let listed = String::from_utf8(listed.stdout).unwrap();
    assert!(listed.contains(first.said["tenant"].as_str().unwrap()), "{listed}");

    let (rest, status, took) = first.ends_by("INT");
    assert_eq!((rest.as_str(), status.code()), ("", Some(0)));
    assert_took(took, Duration::from_secs(10));

    let second = Demo::start(&home).await;
    for key in ["email", "password", "tenant"] {
        assert_eq!(second.said[key], said[key]);
    }
    assert_eq!(second.json("/v1/branches", &token).await, branches, "and the token is still good");
    assert_eq!(second.menu().await, menu);
    let (_, status, took) = second.ends_by("TERM");
    assert_eq!(status.code(), Some(0));
    assert_took(took, Duration::from_secs(10));
}

#[tokio::test]
async fn a_folder_in_use_is_refused_in_plain_words_and_left_alone() {
    let folder = folder();
    let first = Demo::start(folder.path()).await;

    let refused = command(folder.path()).output().unwrap();

    assert_eq!((refused.status.code(), refused.stdout.as_slice()), (Some(1), &b""[..]));
    let why = String::from_utf8(refused.stderr).unwrap();
    assert!(why.contains(&format!("otro proceso {}", first.child.id())), "{why}");
    assert!(why.contains("--data-dir"), "{why}");
    assert_eq!(first.get("/readyz").send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_demo_that_was_killed_starts_again_at_once() {
    let folder = folder();
    let mut first = Demo::start(folder.path()).await;
    let token = first.signs_in().await;
    first.child.kill().unwrap();
    first.child.wait().unwrap();

    let second = Demo::start(folder.path()).await;

    assert_eq!(second.said["password"], first.said["password"]);
    let products = second.json("/v1/products?limit=200", &token).await;
    assert_eq!(products["data"].as_array().unwrap().len(), 48);
}
