//! Users whose personal data is erased.

use commands::identity::ForgetUser;
use commands::{Request, Scope};
use domain::identity::roles::Seed;
use domain::shared::{CommandId, CorrelationId, TenantId, UserId};
use e2e::rig::Rig;
use e2e::staff::{PIN, enrolled};
use e2e::system::PASSWORD;
use e2e::{Client, System, fresh};
use fastops::installation::Installation;
use fastops::rebuild::{RebuildArgs, run};
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use uuid::Uuid;

const NAME: &str = "Luz Marina";
const EMAIL: &str = "luz@example.com";

/// The tables with personal data, and the column with the user's id.
const KEPT_IN: [(&str, &str); 5] = [
    ("people", "person_id"),
    ("credentials", "user_id"),
    ("sessions", "user_id"),
    ("tickets", "subject_id"),
    ("letters", "person_id"),
];

/// The tables with a text in any column, also as bytes.
async fn tables_with(db: &mut PgConnection, text: &str) -> Vec<String> {
    let tables: Vec<String> = sqlx::query_scalar(
        "SELECT format('%I.%I', schemaname, tablename)
         FROM pg_tables
         WHERE schemaname NOT IN ('pg_catalog', 'information_schema')
         ORDER BY 1",
    )
    .fetch_all(&mut *db)
    .await
    .unwrap();
    let mut with = Vec::new();
    for table in tables {
        let found: bool = sqlx::query_scalar(AssertSqlSafe(format!(
            "SELECT EXISTS (
                 SELECT FROM {table} t
                 WHERE strpos(lower(t::text), lower($1)) > 0
                     OR strpos(t::text, encode(convert_to($1, 'UTF8'), 'hex')) > 0
             )"
        )))
        .bind(text)
        .fetch_one(&mut *db)
        .await
        .unwrap();
        if found {
            with.push(table);
        }
    }
    with
}

/// The number of rows about a user per table, the log excluded.
async fn rows_of(db: &mut PgConnection, user: Uuid) -> Vec<(&'static str, i64)> {
    let mut rows = Vec::new();
    for (table, column) in KEPT_IN {
        let count = format!("SELECT count(*) FROM {table} WHERE {column} = $1");
        let n = sqlx::query_scalar(AssertSqlSafe(count)).bind(user).fetch_one(&mut *db).await;
        rows.push((table, n.unwrap()));
    }
    rows
}

async fn superuser(system: &System) -> PgConnection {
    let options = system.site.database.owner_pool().connect_options();
    PgConnection::connect_with(&options).await.unwrap()
}

/// Suspends a user and erases their data; returns the log position.
async fn forget(owner: &Client, user: Uuid) -> String {
    owner.post(&format!("/v1/users/{user}/suspend")).send().await.expect(200);
    let forgotten = owner.post(&format!("/v1/users/{user}/forget")).send().await;
    forgotten.expect(200);
    forgotten.position()
}

#[tokio::test]
async fn no_table_keeps_data_of_a_forgotten_user() {
    let system = System::start().await;
    let owner = system.client();
    let mut db = superuser(&system).await;
    let (till, branch) = enrolled(&owner, "Centro").await;
    let cashier = Seed::Cashier.role(system.company.tenant).uuid();
    let luz = system.joined(&owner, EMAIL, &[cashier], &[branch]).await;
    let login = json!({"email": EMAIL, "password": PASSWORD, "label": "Celular de Luz Marina"});
    let at_home = system.session(&system.login(&login).await);
    let on_till = system.session(&system.pin(&till, luz).await);
    // An e-mail to the user is queued and cannot be delivered.
    system.site.emails.refuse();
    let forgot = json!({"email": EMAIL});
    let forgot = system.visitor().post("/v1/auth/forgot-password").no_key().json(&forgot);
    forgot.send().await.expect(202);
    while rows_of(&mut db, luz).await[4].1 == 0 {
        tokio::task::yield_now().await;
    }
    // The search finds texts where they are stored in clear.
    assert_eq!(tables_with(&mut db, NAME).await, ["public.sessions"]);
    let elsewhere = tables_with(&mut db, "Centro").await;
    for table in ["public.branches", "public.events", "public.streams"] {
        assert!(elsewhere.iter().any(|with| with == table), "{table} is not among {elsewhere:?}");
    }
    assert!(rows_of(&mut db, luz).await.iter().all(|(_, n)| *n > 0));

    let position = forget(&owner, luz).await;
    for text in [NAME, EMAIL, "luz@", "Marina"] {
        assert_eq!(tables_with(&mut db, text).await, [""; 0], "{text}");
    }
    assert!(rows_of(&mut db, luz).await.iter().all(|(_, n)| *n == 0));
    let shown = owner.get(&format!("/v1/users/{luz}?after={position}")).send().await;
    let expected = json!({
        "id": luz, "name": "Persona eliminada", "email": null, "roles": [], "all_branches": false,
        "branches": [], "is_active": false, "is_forgotten": true,
    });
    assert_eq!(shown.expect(200), &expected);

    // The user cannot sign in, and no operation lets them in again.
    at_home.client.get("/v1/rbac/me").send().await.problem(401, "token-revoked");
    on_till.client.get("/v1/rbac/me").send().await.problem(401, "token-revoked");
    system.refresh(&at_home.refresh_token).await.problem(401, "token-invalid");
    system.login(&login).await.problem(401, "login-failed");
    system.pin(&till, luz).await.problem(401, "login-failed");
    for call in [
        owner.post(&format!("/v1/users/{luz}/resume")),
        owner.post(&format!("/v1/users/{luz}/invitation")),
        owner.put(&format!("/v1/users/{luz}/pin")).json(&json!({"pin": PIN})),
        owner.post(&format!("/v1/rbac/users/{luz}/roles/{cashier}")),
    ] {
        call.send().await.problem(404, "not-found");
    }

    // The e-mail address can be used again.
    system.site.emails.accept();
    let rejoined = system.joined(&owner, EMAIL, &[cashier], &[branch]).await;
    assert_ne!(rejoined, luz);
    system.login(&login).await.expect(200);
    assert_eq!(owner.get(&format!("/v1/users/{luz}")).send().await.expect(200), &expected);
}

#[tokio::test]
async fn a_rebuild_restores_no_data_of_a_forgotten_user() {
    let system = System::start().await;
    let owner = system.client();
    let luz = system.joined(&owner, EMAIL, &[], &[]).await;
    let position = forget(&owner, luz).await;
    let list = format!("/v1/users?after={position}");
    let before = owner.get(&list).send().await;
    for verify in [true, false] {
        let installation = Installation::new(&system.site.databases);
        let args = RebuildArgs {
            names: vec!["people".to_owned()],
            all: false,
            verify,
            rollback: false,
            lang: api::language::Language::Spanish,
        };
        let mut report = Vec::new();
        run(args, &installation, &system.site.databases, &mut report).await.unwrap();
        let report: Value = serde_json::from_slice(&report).unwrap();
        for table in report["tables"].as_array().unwrap() {
            assert_eq!(table["differing_rows"], 0, "{report}");
        }
    }
    assert_eq!(owner.get("/v1/users").send().await.expect(200), before.expect(200));
}

#[tokio::test]
async fn active_users_and_the_last_administrator_are_not_forgotten() {
    let system = System::start().await;
    let owner = system.client();
    let luz = system.joined(&owner, EMAIL, &[], &[]).await;
    let path = |user: Uuid| format!("/v1/users/{user}/forget");
    let before = system.log().await;
    for user in [luz, system.company.owner.uuid()] {
        owner.post(&path(user)).send().await.problem(409, "invalid-transition");
    }
    owner.post(&path(fresh())).send().await.problem(404, "not-found");
    assert_eq!(system.log().await, before, "a command was accepted");
    system.signed_in(EMAIL).await.client.get("/v1/rbac/me").send().await.expect(200);

    // A manager suspends users and cannot erase them.
    let manager = Seed::Manager.role(system.company.tenant).uuid();
    system.joined_everywhere(&owner, "gerente@example.com", &[manager]).await;
    let manager = system.signed_in("gerente@example.com").await.client;
    manager.post(&format!("/v1/users/{luz}/suspend")).send().await.expect(200);
    manager.post(&path(luz)).send().await.problem(403, "forbidden");
    let key = fresh();
    let forget = async || owner.post(&path(luz)).key(key).send().await;
    forget().await.expect(200);
    assert!(forget().await.is_replayed());
    owner.post(&path(luz)).send().await.expect(200);
}

#[tokio::test]
async fn a_forgotten_user_is_erased_after_an_interrupted_request() {
    let system = System::start().await;
    let owner = system.client();
    let luz = system.joined(&owner, EMAIL, &[], &[]).await;
    owner.post(&format!("/v1/users/{luz}/suspend")).send().await.expect(200);
    let mut db = superuser(&system).await;
    assert_eq!(rows_of(&mut db, luz).await[0], ("people", 1));

    // The command alone, without what its operation does after it.
    let (tenant, by): (TenantId, UserId) = (system.company.tenant, system.company.owner);
    let commands = system.node().installation.commands.clone();
    let forgotten = system.node().run(async move {
        let scope = Scope::user(tenant, by, CorrelationId::from_uuid(fresh()));
        let once = Request::live(CommandId::from_uuid(fresh()));
        let intent = ForgetUser { user: UserId::from_uuid(luz) };
        commands.execute(&scope, once, intent).await
    });
    forgotten.await.unwrap();
    let erased = async {
        while rows_of(&mut db, luz).await.iter().any(|(_, n)| *n > 0) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(e2e::system::TIMEOUT, erased).await.unwrap();
}

#[tokio::test]
async fn no_log_line_names_a_forgotten_user() {
    let rig = Rig::start().await;
    let owner = rig.till().client();
    let body = json!({"name": NAME, "email": EMAIL, "roles": [], "branches": []});
    let luz = owner.post("/v1/users").json(&body).send().await.id();
    let pin = "86420975";
    owner.put(&format!("/v1/users/{luz}/pin")).json(&json!({"pin": pin})).send().await.expect(200);
    owner.post(&format!("/v1/users/{luz}/invitation")).send().await.expect(200);
    forget(&owner, luz).await;
    let log = rig.process().log_with("{user_id}/forget").await;
    for text in [NAME, EMAIL, "Marina", "luz@", pin] {
        assert!(!log.to_lowercase().contains(&text.to_lowercase()), "{text} is in the log: {log}");
    }
}
