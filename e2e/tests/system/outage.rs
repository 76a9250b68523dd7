//! The database becomes unavailable and comes back.

use e2e::menu::Menu;
use e2e::silence::Silence;
use e2e::system::{PASSWORD, TIMEOUT};
use e2e::{Answer, Client, System, figure, fresh};
use futures_util::future::join_all;
use sqlx::{AssertSqlSafe, Executor, PgConnection};
use tokio::time::Instant;

use crate::requests::of_every_kind;

/// Fails the test unless the answer is a 503 with `Retry-After` and the request id.
#[track_caller]
fn assert_unavailable(answer: &Answer) {
    let problem = answer.problem(503, "unavailable");
    assert!(answer.header("retry-after").is_some(), "{answer:?}");
    assert_eq!(problem["instance"], "till-7.42");
}

async fn until_ready(visitor: &Client) {
    let deadline = Instant::now() + TIMEOUT;
    while visitor.get("/readyz").send().await.status != 200 {
        assert!(Instant::now() < deadline, "the server does not get ready");
    }
}

#[tokio::test]
async fn s43_without_a_database_the_server_answers_503_and_keeps_running() {
    let (system, proxy) = System::start_behind_a_proxy().await;
    let (client, visitor) = (system.client(), system.visitor());
    let menu = Menu::open(&client).await;
    let order = menu.place(&client).await.id();
    visitor.get("/readyz").send().await.expect(200);

    proxy.cut();
    let start = Instant::now();
    let key = fresh();
    let place = || client.post("/v1/orders").key(key).json(&menu.order(1, 0));
    // The request may or may not have reached PostgreSQL: the server answers that it does not know.
    let lost = place().header("x-request-id", "till-7.42").send().await;
    if lost.body["code"] == "outcome-unknown" {
        lost.problem(503, "outcome-unknown");
    } else {
        assert_unavailable(&lost);
    }
    let mut calls = vec![
        client.post(&format!("/v1/orders/{order}/confirm")),
        client.post("/v1/orders/price").json(&menu.order(1, 0)),
        client.get("/v1/orders"),
        client.get(&format!("/v1/orders/{order}")),
        client.get(&format!("/v1/branches/{}/kitchen", menu.branch)),
        client.get("/v1/reports/sales?from=2026-03-14&to=2026-03-14"),
    ];
    let login = serde_json::json!({"email": "ana@example.com", "password": "una clave cualquiera"});
    calls.push(visitor.post("/v1/auth/login").json(&login));
    for call in calls {
        assert_unavailable(&call.header("x-request-id", "till-7.42").send().await);
    }
    let slowest = start.elapsed();
    assert_eq!(visitor.get("/livez").send().await.expect(200), "ok\n");
    let ready = visitor.get("/readyz").send().await;
    assert_eq!(ready.problem(503, "unavailable")["errors"][0]["code"], "postgres");
    visitor.get("/openapi.json").send().await.expect(200);

    proxy.restore();
    let mended = Instant::now();
    until_ready(&visitor).await;
    let back = mended.elapsed();
    let placed = place().send().await;
    assert_eq!(placed.expect(201)["number"], 2, "{placed:?}");
    let retried = place().send().await;
    assert_eq!((retried.expect(201), retried.is_replayed()), (&placed.body, true));
    let path = format!("/v1/orders/{}?after={}", placed.id(), placed.position());
    client.get(&path).send().await.expect(200);
    figure("S43", &format!("8 requests refused within {slowest:.1?}, ready {back:.1?} after it"));
}

/// Sets whether later sessions of the system's database accept writes.
async fn takes_writes(owner: &mut PgConnection, writes: bool) {
    let name: String =
        sqlx::query_scalar("SELECT current_database()").fetch_one(&mut *owner).await.unwrap();
    let read_only = if writes { "off" } else { "on" };
    let set = format!("ALTER DATABASE {name} SET default_transaction_read_only = {read_only}");
    owner.execute(AssertSqlSafe(set)).await.unwrap();
    owner
        .execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE datname = current_database() AND usename = 'fastops_app'",
        )
        .await
        .unwrap();
}

/// As when an unpromoted standby has taken over, or an operator has set the database read-only.
#[tokio::test]
async fn s43_a_read_only_database_serves_reads_and_refuses_commands() {
    let system = System::start().await;
    let (client, visitor) = (system.client(), system.visitor());
    let menu = Menu::open(&client).await;
    let order = menu.place(&client).await;
    let path = format!("/v1/orders/{}?after={}", order.id(), order.position());
    client.get(&path).send().await.expect(200);
    let commands = of_every_kind(&client, &menu, 0).await;
    // An earlier session accepts writes.
    let mut owner = system.site.database.owner_pool().acquire().await.unwrap();

    takes_writes(&mut owner, false).await;
    let before = system.log().await;
    let sent = join_all(commands.iter().map(|command| command.call(&client).send())).await;
    let login = serde_json::json!({"email": "ana@example.com", "password": PASSWORD});
    let signed_in = visitor.post("/v1/auth/login").no_key().json(&login).send().await;
    for answer in sent.iter().chain([&signed_in]) {
        assert_eq!(answer.status, 503, "{answer:?}");
        assert!(answer.header("retry-after").is_some(), "{answer:?}");
    }
    client.get(&format!("/v1/orders/{}", order.id())).send().await.expect(200);
    assert_eq!(system.log().await, before);

    takes_writes(&mut owner, true).await;
    let deadline = Instant::now() + TIMEOUT;
    while client.post("/v1/orders").json(&menu.order(1, 0)).send().await.status != 201 {
        assert!(Instant::now() < deadline, "the server does not get ready");
    }
}

/// As after a restore from a backup. Cursors and positions from before name the former log.
#[tokio::test]
async fn f52_a_log_that_was_replaced_under_a_running_server_is_noticed() {
    let mut system = System::start().await;
    let client = system.client();
    let menu = Menu::open(&client).await;
    menu.place(&client).await;
    system.visitor().get("/readyz").send().await.expect(200);
    let owner = system.site.database.owner_pool();
    let replace = "UPDATE log_head SET incarnation = gen_random_uuid()";
    sqlx::query(replace).execute(&owner).await.unwrap();
    let ready = system.visitor().get("/readyz").send().await;
    let problem = ready.problem(503, "unavailable");
    let named = |error: &serde_json::Value| error["code"] == "log";
    assert!(problem["errors"].as_array().unwrap().iter().any(named), "{problem}");

    // The read models belong to the present log, as after a restore.
    system.crash();
    let restored = "UPDATE checkpoints SET incarnation = log_head.incarnation FROM log_head";
    sqlx::query(restored).execute(&owner).await.unwrap();
    system.restart(Silence::None).await;
    until_ready(&system.visitor()).await;
    assert_eq!(menu.place(&system.client()).await.body["number"], 2);
}

/// No granted order is lost through repeated outages.
#[tokio::test]
async fn every_order_that_was_answered_outlives_outages() {
    let (system, proxy) = System::start_behind_a_proxy().await;
    let client = system.client();
    let menu = Menu::open(&client).await;
    let mut numbers = Vec::new();
    for _ in 0..5 {
        let keys: Vec<_> = (0..10).map(|_| fresh()).collect();
        let place = |key| client.post("/v1/orders").key(key).json(&menu.order(1, 0)).send();
        let placing = join_all(keys.iter().copied().map(place));
        let outage = async {
            tokio::task::yield_now().await;
            proxy.cut();
            proxy.restore();
        };
        let (answers, ()) = tokio::join!(placing, outage);
        for (key, answer) in keys.into_iter().zip(answers) {
            let settled = if answer.status == 201 {
                answer
            } else {
                assert_eq!(answer.status, 503, "{answer:?}");
                until_ready(&system.visitor()).await;
                place(key).await
            };
            numbers.push(settled.expect(201)["number"].as_u64().unwrap());
        }
    }
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=50).collect::<Vec<_>>());
    assert_eq!(system.log().await.count("order.placed"), 50);
}
