//! A retried command writes to no table; what a crash left undone between log and tables is
//! complete by then.

use std::time::Duration;

use domain::identity::roles::Seed;
use e2e::staff::{PIN, enrolled};
use e2e::{Call, Menu, System, fresh};
use reqwest::Method;
use serde_json::json;
use sqlx::{AssertSqlSafe, PgPool};
use uuid::Uuid;

use crate::requests::of_every_kind;

/// Tables that change without requests: processes renew their `leases`, and `deciders` records which
/// server decides for a company.
const HARMLESS: [&str; 2] = ["leases", "deciders"];

/// All rows of all tables with the transaction that wrote them, so that a row that was rewritten
/// without change is noticed.
async fn rows(pool: &PgPool) -> Vec<(String, i64, String)> {
    let tables: Vec<String> = sqlx::query_scalar(
        "SELECT relname::text FROM pg_class
         WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> ALL ($1)
         ORDER BY relname",
    )
    .bind(HARMLESS.map(str::to_owned).to_vec())
    .fetch_all(pool)
    .await
    .unwrap();
    assert!(tables.iter().any(|table| table.starts_with("events_")), "{tables:?}");
    let mut rows = Vec::new();
    for table in tables {
        let count = format!(
            "SELECT count(*), coalesce(md5(string_agg(row, '' ORDER BY row)), '')
             FROM (SELECT t.xmin::text || t::text AS row FROM \"{table}\" t) AS rows"
        );
        let (n_rows, hash): (i64, String) =
            sqlx::query_as(AssertSqlSafe(count)).fetch_one(pool).await.unwrap();
        rows.push((table, n_rows, hash));
    }
    rows
}

/// The same after all background writes have ended.
async fn settled_rows(pool: &PgPool) -> Vec<(String, i64, String)> {
    let (mut before, mut quiet) = (rows(pool).await, 0);
    // Longer than the intervals of consumers, e-mails and snapshots.
    while quiet < 8 {
        tokio::time::sleep(Duration::from_millis(250)).await;
        let now = rows(pool).await;
        quiet = if now == before { quiet + 1 } else { 0 };
        before = now;
    }
    before
}

/// A command of the operator with this key.
fn of_operator(system: &System, key: Uuid, is_create: bool) -> Call {
    let path = "/v1/operator/companies";
    let operator = system.operator();
    if is_create {
        let administrator = json!({"name": "Carla Ruiz", "email": "carla@example.com"});
        let body =
            json!({"name": "Empanadas", "slug": "empanadas", "administrator": administrator});
        operator.post(path).key(key).json(&body)
    } else {
        let path = format!("{path}/{}/subscription", system.company.tenant);
        operator.put(&path).key(key).json(&json!({"state": "active"}))
    }
}

/// Parked events are not part of the log; `parked.rs` tests the commands on them.
#[tokio::test]
async fn f05_a_command_that_is_repeated_writes_nothing_in_any_table() {
    let system = System::start().await;
    let client = system.client();
    let menu = Menu::open(&client).await;
    let mut done = Vec::new();
    for command in of_every_kind(&client, &menu, 0).await {
        let key = fresh();
        let answer = command.call(&client).key(key).send().await;
        command.assert_accepted(&answer);
        done.push((Some(command), key, answer));
    }
    let (create, subscribe) = (fresh(), fresh());
    for key in [create, subscribe] {
        let answer = of_operator(&system, key, key == create).send().await;
        assert!([200, 201].contains(&answer.status), "{answer:?}");
        done.push((None, key, answer));
    }

    let pool = system.site.database.owner_pool();
    let before = settled_rows(&pool).await;
    for (command, key, answer) in &done {
        let retried = match command {
            Some(command) => command.call(&client).key(*key),
            None => of_operator(&system, *key, *key == create),
        };
        let retried = retried.send().await;
        assert_eq!((retried.status, &retried.body), (answer.status, &answer.body));
        let after = rows(&pool).await;
        let changed = before.iter().zip(&after).filter(|(before, after)| before != after);
        let written: Vec<&str> = changed.map(|(before, _)| before.0.as_str()).collect();
        assert_eq!(written, [""; 0], "{command:?} was repeated and wrote");
    }
    assert_eq!(settled_rows(&pool).await, before, "something was written later");
}

/// Deletes what is stored beside the log, as if the process had crashed before.
async fn crashed(system: &System, statement: &'static str) {
    sqlx::query(statement).execute(&system.site.database.owner_pool()).await.unwrap();
}

#[tokio::test]
async fn f02_what_a_crash_left_undone_beside_the_log_is_done_by_the_retry() {
    let system = System::start().await;
    let owner = system.client();
    let menu = Menu::open(&owner).await;
    let cashier = Seed::Cashier.role(system.company.tenant).uuid();
    let luz = system.joined(&owner, "luz@example.com", &[cashier], &[menu.branch]).await;

    let (key, body) = (fresh(), json!({"name": "Caja", "branch_id": menu.branch}));
    let enroll = async || owner.post("/v1/devices").key(key).json(&body).send().await;
    let token = enroll().await.expect(201)["device_token"].as_str().unwrap().to_owned();
    crashed(&system, "DELETE FROM tickets WHERE kind = 'device'").await;
    system.pin(&token, luz).await.problem(401, "login-failed");
    enroll().await.expect(201);
    system.pin(&token, luz).await.expect(200);

    let key = fresh();
    let path = format!("/v1/users/{luz}/pin");
    let set = async || owner.put(&path).key(key).json(&json!({"pin": "97538642"})).send().await;
    set().await.expect(200);
    crashed(&system, "UPDATE credentials SET pin_number = 0 WHERE pin_number > 0").await;
    system.pin(&token, luz).await.problem(401, "login-failed");
    set().await.expect(200);
    let try_pin = json!({"device_token": token, "user_id": luz, "pin": "97538642"});
    let given = system.visitor().post("/v1/auth/pin").no_key().json(&try_pin).send().await;
    given.problem(403, "pin-change-required");

    let key = fresh();
    let body = json!({"name": "Pepe", "email": "pepe@example.com", "roles": [], "branches": []});
    let invite = async || owner.post("/v1/users").key(key).json(&body).send().await;
    let pepe = invite().await.id();
    system.site.emails.token("pepe@example.com").await;
    crashed(&system, "DELETE FROM credentials WHERE password_hash IS NULL").await;
    crashed(&system, "DELETE FROM people WHERE person_id NOT IN (SELECT user_id FROM credentials)")
        .await;
    let invited = invite().await;
    assert_eq!((invited.expect(201)["id"].clone(), invited.is_replayed()), (json!(pepe), true));
    let path = format!("/v1/users/{pepe}?after={}", invited.position());
    assert_eq!(owner.get(&path).send().await.expect(200)["name"], "Pepe");
}

/// A retry of an earlier command does not overwrite what was set later.
#[tokio::test]
async fn f05_an_old_pin_and_a_removed_till_do_not_come_back_with_a_retry() {
    let system = System::start().await;
    let owner = system.client();
    let (token, branch) = enrolled(&owner, "Centro").await;
    let cashier = Seed::Cashier.role(system.company.tenant).uuid();
    let luz = system.joined(&owner, "luz@example.com", &[cashier], &[branch]).await;
    let key = fresh();
    let path = format!("/v1/users/{luz}/pin");
    let set = async || owner.put(&path).key(key).json(&json!({"pin": "97538642"})).send().await;
    set().await.expect(200);
    let replace = json!({
        "device_token": token, "user_id": luz, "current": "97538642", "pin": PIN,
    });
    let replace =
        system.visitor().post("/v1/auth/pin/replace").no_key().json(&replace).send().await;
    let till = system.session(&replace).client;
    let before = system.log().await;
    assert!(set().await.is_replayed());
    assert_eq!(system.log().await, before);
    till.get("/v1/rbac/me").send().await.expect(200);
    let old = json!({"device_token": token, "user_id": luz, "pin": "97538642"});
    let old = system.visitor().post("/v1/auth/pin").no_key().json(&old).send().await;
    old.problem(401, "login-failed");
    system.pin(&token, luz).await.expect(200);

    let (key, body) = (fresh(), json!({"name": "Caja", "branch_id": branch}));
    let enroll = async || owner.post("/v1/devices").key(key).json(&body).send().await;
    let device = enroll().await;
    let removed = owner.call(Method::DELETE, &format!("/v1/devices/{}", device.id())).send().await;
    removed.expect(200);
    assert!(enroll().await.is_replayed());
    let token = device.body["device_token"].as_str().unwrap();
    system.pin(token, luz).await.problem(401, "login-failed");
}
