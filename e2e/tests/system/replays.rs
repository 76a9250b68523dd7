//! A command that is repeated under its key writes nothing, in no table; what a crash left undone between
//! log and tables is done by then.

use std::time::Duration;

use domain::identity::roles::Seed;
use e2e::staff::{PIN, enrolled};
use e2e::{Call, Menu, System, fresh};
use reqwest::Method;
use serde_json::json;
use sqlx::{AssertSqlSafe, PgPool};
use uuid::Uuid;

use crate::requests::of_every_kind;

/// Tables that change whether or not anybody asks for anything, and why that is no harm.
const HARMLESS: [&str; 2] = [
    // Whose turn it is; renewed while a process lives.
    "leases", // How processes are scheduled, not what happened.
    "deciders",
];

/// Every row of every table with the transaction that wrote it, so that a row that was written again as
/// it was is told from one that was not.
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

/// The same once nothing that goes on beside requests changes anything.
async fn settled_rows(pool: &PgPool) -> Vec<(String, i64, String)> {
    let (mut before, mut quiet) = (rows(pool).await, 0);
    // Longer than consumers, letters and snapshots wait for anything.
    while quiet < 8 {
        tokio::time::sleep(Duration::from_millis(250)).await;
        let now = rows(pool).await;
        quiet = if now == before { quiet + 1 } else { 0 };
        before = now;
    }
    before
}

/// A command of the operator, with its key.
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

/// Parked events are no part of the log; what decides about them is tested beside them.
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
        let again = match command {
            Some(command) => command.call(&client).key(*key),
            None => of_operator(&system, *key, *key == create),
        };
        let again = again.send().await;
        assert_eq!((again.status, &again.body), (answer.status, &answer.body));
        let after = rows(&pool).await;
        let changed = before.iter().zip(&after).filter(|(before, after)| before != after);
        let written: Vec<&str> = changed.map(|(before, _)| before.0.as_str()).collect();
        assert_eq!(written, [""; 0], "{command:?} was repeated and wrote");
    }
    assert_eq!(settled_rows(&pool).await, before, "something was written later");
}

/// Takes away what is kept beside the log, as if the process had ended before it was.
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
    system.site.letters.token("pepe@example.com").await;
    crashed(&system, "DELETE FROM credentials WHERE password_hash IS NULL").await;
    crashed(&system, "DELETE FROM people WHERE person_id NOT IN (SELECT user_id FROM credentials)")
        .await;
    let invited = invite().await;
    assert_eq!((invited.expect(201)["id"].clone(), invited.is_replayed()), (json!(pepe), true));
    let path = format!("/v1/users/{pepe}?after={}", invited.position());
    assert_eq!(owner.get(&path).send().await.expect(200)["name"], "Pepe");
}

/// What was set since stays: an old command opens no way in.
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
    let own = json!({
        "device_token": token, "user_id": luz, "current": "97538642", "pin": PIN,
    });
    let own = system.visitor().post("/v1/auth/pin/replace").no_key().json(&own).send().await;
    let till = system.session(&own).client;
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
