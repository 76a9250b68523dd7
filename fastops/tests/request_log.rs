//! The log as files: one JSON line per request, without secrets.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use event_store::testing::Database;
use serde_json::Value;
use tokio::process::Command;
use tokio::time::{Instant, sleep};

const SECRET: &str = "a secret that is long enough and repeats little: 0123456789";

fn mode(path: &Path) -> u32 {
    path.metadata().unwrap().permissions().mode() & 0o777
}

/// Every line in the files of a folder.
fn lines(folder: &Path) -> Vec<Value> {
    let Ok(files) = std::fs::read_dir(folder) else { return Vec::new() };
    let texts = files.map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap());
    let text: String = texts.collect();
    // The last line may still be in the making.
    text.split_inclusive('\n').filter_map(|line| serde_json::from_str(line).ok()).collect()
}

/// Waits for a line that `wanted` recognises.
async fn line(folder: &Path, wanted: impl Fn(&Value) -> bool) -> Value {
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        if let Some(line) = lines(folder).into_iter().find(&wanted) {
            return line;
        }
        assert!(Instant::now() < deadline, "no such line in {:?}", lines(folder));
        sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn a_request_is_one_line_of_json_without_what_is_secret() {
    let database = Database::create().await;
    let options = database.options("fastops_app");
    let url = format!(
        "postgres://fastops_app@localhost/{}?host={}",
        options.get_database().unwrap(),
        options.get_socket().unwrap().display(),
    );
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("log");
    let mut server = Command::new(env!("CARGO_BIN_EXE_fastops"))
        .args(["serve", "--listen", "127.0.0.1:0", "--ops-listen", "127.0.0.1:0"])
        .env("FASTOPS_DATABASE_URL", url)
        .env("FASTOPS_TOKEN_SECRET", SECRET)
        .env("FASTOPS_MASTER_KEY", "another secret, which people are kept under: 0123456789")
        .env("FASTOPS_LOG_FOLDER", &folder)
        .env_remove("FASTOPS_LOG")
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let started = line(&folder, |line| line["listen"].is_string()).await;
    let address = started["listen"].as_str().unwrap().to_owned();
    let ops = line(&folder, |line| line["ops_listen"].is_string()).await;
    let ops = ops["ops_listen"].as_str().unwrap().to_owned();
    let body = r#"{"email":"nadie@example.com","password":"una clave secreta"}"#;
    let answered = reqwest::Client::new()
        .post(format!("http://{address}/v1/auth/login"))
        .header("content-type", "application/json")
        .header("x-request-id", "la-solicitud-7")
        .header("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
        .body(body)
        .send()
        .await
        .unwrap();
    assert_eq!(answered.status(), 401);
    let written = line(&folder, |line| line["message"] == "request answered").await;
    assert_eq!(written["request.id"], "la-solicitud-7");
    assert_eq!(written["trace.id"], "0af7651916cd43dd8448eb211c80319c");
    assert_eq!(written["http.route"], "/v1/auth/login");
    assert_eq!(written["http.status"], 401);
    assert!(written["duration_ms"].is_u64());
    let everything = format!("{:?}", lines(&folder));
    for secret in ["nadie@example.com", "una clave secreta", SECRET] {
        assert!(!everything.contains(secret), "{secret} is in the log");
    }
    assert_eq!(mode(&folder), 0o700);
    for file in std::fs::read_dir(&folder).unwrap() {
        assert_eq!(mode(&file.unwrap().path()), 0o600);
    }

    // Every way in leaves a line and a figure when it fails.
    let failed = async |way: &str, reason: &str| {
        let line = line(&folder, |line| line["way"] == way && line["reason"] == reason).await;
        assert_eq!(line["security"], "sign_in_failed");
        assert_eq!(line["client.address"], "127.0.0.1");
        line
    };
    let account = failed("password", "unknown").await["account"].as_str().unwrap().to_owned();
    assert_eq!(account.len(), 64, "the key of the address and not the address");
    let post = async |path: &str, body: Value| {
        let address = format!("http://{address}/v1/{path}");
        let sent = reqwest::Client::new().post(address).bearer_auth("x".repeat(40)).json(&body);
        sent.send().await.unwrap();
    };
    let unknown_user = "00000000-0000-4000-8000-000000000000";
    let token = serde_json::json!({"token": "fo_join_AAAA", "password": "una clave secreta"});
    post("auth/join", token.clone()).await;
    post("auth/reset-password", token).await;
    post("auth/refresh", serde_json::json!({"refresh_token": "fo_refresh_AAAA"})).await;
    let pin = serde_json::json!({"device_token": "fo_device_AAAA", "user_id": unknown_user, "pin": "2468"});
    post("auth/pin", pin).await;
    post("operator/companies", serde_json::json!({})).await;
    for way in ["invitation", "password_reset", "refresh", "device"] {
        failed(way, "invalid").await;
    }
    failed("operator", "wrong").await;
    let metrics = reqwest::get(format!("http://{ops}/metrics")).await.unwrap();
    let metrics = metrics.text().await.unwrap();
    for way in ["password", "invitation", "password_reset", "refresh", "device", "operator"] {
        let figure = format!("fastops_sign_in_failures_total{{way=\"{way}\"");
        assert!(metrics.contains(&figure), "{figure} is not in {metrics}");
    }
    let everything = format!("{:?}", lines(&folder));
    for secret in ["nadie@example.com", "una clave secreta", SECRET] {
        assert!(!everything.contains(secret), "{secret} is in the log");
    }
    server.kill().await.unwrap();
}
