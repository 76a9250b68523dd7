//! Branches are corrected, change their business day from a date on, and are closed and reopened.

use chrono::TimeDelta;
use e2e::client::id_in;
use e2e::menu::{SMALL, branch, cash, cop, stock_item};
use e2e::{Answer, Client, Menu, System};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

fn address() -> Value {
    json!({"street": "Calle 53 # 9-12", "city": "Bogotá", "region": "Cundinamarca"})
}

async fn shown(client: &Client, id: Uuid, after: &Answer) -> Answer {
    let shown = client.get(&format!("/v1/branches/{id}?after={}", after.position())).send().await;
    shown.expect(200);
    shown
}

#[tokio::test]
async fn t2_a_branch_is_corrected_at_its_current_revision() {
    let system = System::start().await;
    let client = system.client();
    let id = Menu::open(&client).await.branch;
    let path = format!("/v1/branches/{id}");
    let revised = json!({"name": "Parque 93", "address": address()});
    let put = |seen, body: &Value| client.put(&path).if_match(seen).json(body);
    client.put(&path).json(&revised).send().await.problem(428, "precondition-required");
    let corrected = put(1, &revised).send().await;
    corrected.expect(200);
    assert_eq!(corrected.revision(), 3);
    let branch_now = shown(&client, id, &corrected).await;
    assert_eq!(branch_now.revision(), 3);
    assert_eq!(
        (&branch_now.body["name"], &branch_now.body["address"]),
        (&json!("Parque 93"), &address())
    );
    put(1, &revised).send().await.problem(412, "version-conflict");
    put(3, &revised).send().await.expect(200);

    let open = |name: &str| client.post("/v1/branches").json(&branch(name)).send();
    open("parque 93").await.problem(409, "name-taken");
    open("Parque").await.expect(201);
    put(3, &json!({"name": "Parque"})).send().await.problem(409, "name-taken");
    let dollars = json!({"name": "Parque 93", "currency": "USD"});
    put(3, &dollars).send().await.problem(422, "unknown-field");
    let nameless = json!({"name": " ", "address": {"street": " ", "city": "B", "region": " "}});
    let problem = put(3, &nameless).send().await;
    let pointers = problem.problem(422, "validation")["errors"].as_array().unwrap().iter();
    let pointers: Vec<_> = pointers.map(|error| error["pointer"].as_str().unwrap()).collect();
    assert_eq!(pointers, ["/name", "/address/street", "/address/region"]);
}

/// The business date of an order that is placed at this moment.
async fn placed_on(system: &System, menu: &Menu) -> String {
    let client = system.signed_in("ana@example.com").await.client;
    let placed = menu.place(&client).await;
    let path = format!("/v1/orders/{}?after={}", placed.id(), placed.position());
    let shown = client.get(&path).send().await;
    shown.expect(200)["order"]["business_date"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn t2_a_business_day_changes_from_a_date_on_and_no_date_repeats() {
    let system = System::start().await;
    let client = system.client();
    let menu = Menu::open(&client).await;
    let path = format!("/v1/branches/{}/business-day", menu.branch);
    let put = |body: &Value| client.put(&path).if_match(1).json(body).send();
    let change =
        |from: &str| json!({"from": from, "time_zone": "America/Bogota", "cut_off": "06:00"});
    let begun = put(&change("2026-03-14")).await;
    let problem = begun.problem(422, "validation");
    assert_eq!(problem["errors"][0]["pointer"], "/from");
    assert!(problem["errors"][0]["detail"].as_str().unwrap().contains("2026-03-15"), "{problem}");
    let clockless = json!({"from": "2026-03-15", "cut_off": "06:00"});
    put(&clockless).await.problem(422, "validation");
    let nowhere = json!({"from": "2026-03-15", "time_zone": "UTC+5", "cut_off": "06:00"});
    put(&nowhere).await.problem(422, "validation");

    let before = menu.place(&client).await;
    let changed = put(&change("2026-03-15")).await;
    changed.expect(200);
    let branch = shown(&client, menu.branch, &changed).await;
    assert_eq!(branch.body["cut_off"], "04:00");
    assert_eq!(branch.body["business_day_changes"], json!([change("2026-03-15")]));
    // It was noon. With the earlier cut-off the next business day would begin at 04:00.
    for (hours, date) in
        [(11, "2026-03-14"), (5, "2026-03-14"), (2, "2026-03-15"), (22, "2026-03-15")]
    {
        system.site.clock.forward(TimeDelta::hours(hours));
        assert_eq!(placed_on(&system, &menu).await, date, "{hours} later");
    }
    let client = system.signed_in("ana@example.com").await.client;
    let order = client.get(&format!("/v1/orders/{}", before.id())).send().await;
    assert_eq!(order.expect(200)["order"]["business_date"], "2026-03-14");
}

#[tokio::test]
async fn t2_a_closed_branch_begins_nothing_and_finishes_its_orders() {
    let system = System::start().await;
    let client = system.client();
    let menu = Menu::open(&client).await;
    let item = client.post("/v1/stock-items").json(&stock_item("Panela")).send().await.id();
    let enroll = json!({"name": "Caja", "branch_id": menu.branch});
    let device = client.post("/v1/devices").json(&enroll).send().await.id();
    let order = menu.place(&client).await.id();
    let path = |more: &str| format!("/v1/branches/{}{more}", menu.branch);
    let closed = client.post(&path("/close")).send().await;
    closed.expect(200);
    client.post(&path("/close")).send().await.expect(200);
    assert_eq!(shown(&client, menu.branch, &closed).await.body["is_open"], false);

    let line = json!({"item_id": item, "quantity": "1", "cost": cop(90_000)});
    for begun in [
        client.post("/v1/orders").json(&menu.order(1, 0)),
        client.post(&path("/stock-receipts")).json(&json!({"lines": [line]})),
        client.post("/v1/devices").json(&enroll),
    ] {
        begun.send().await.problem(409, "branch-closed");
    }
    for step in ["confirm", "start", "ready", "deliver"] {
        client.post(&format!("/v1/orders/{order}/{step}")).send().await.expect(200);
    }
    let pay = client.post(&format!("/v1/orders/{order}/payments")).json(&cash(SMALL, SMALL));
    pay.send().await.expect(201);
    client.call(Method::DELETE, &format!("/v1/devices/{device}")).send().await.expect(200);
    let listed = client.get("/v1/branches").send().await;
    assert_eq!(id_in(listed.expect(200), "/data/0/id"), menu.branch);
    client.put(&path("")).if_match(2).json(&json!({"name": "Cerrada"})).send().await.expect(200);

    let reopened = client.post(&path("/reopen")).send().await;
    reopened.expect(200);
    client.post(&path("/reopen")).send().await.expect(200);
    assert_eq!(shown(&client, menu.branch, &reopened).await.body["is_open"], true);
    menu.place(&client).await;
    let log = system.log().await;
    let happened = log.of_stream(&format!("branch-{}", menu.branch));
    let happened: Vec<_> = happened.iter().map(|event| event.event_type.as_str()).collect();
    assert_eq!(happened, ["branch.opened", "branch.closed", "branch.renamed", "branch.reopened"]);
}

#[tokio::test]
async fn t2_a_branch_that_is_closed_makes_room_in_the_plan_until_it_reopens() {
    let system = System::start().await;
    let client = system.client();
    let first = client.post("/v1/branches").json(&branch("Parque")).send().await;
    let first = id_in(first.expect(201), "/branch/id");
    let company = format!("/v1/operator/companies/{}", system.company.tenant);
    let one = json!({"state": "active", "plan": {"name": "Una sede", "branches": 1}});
    let subscribe = format!("{company}/subscription");
    system.operator().put(&subscribe).json(&one).send().await.expect(200);
    let open = |name: &str| client.post("/v1/branches").json(&branch(name)).send();
    let step = |step: &str| client.post(&format!("/v1/branches/{first}/{step}")).send();
    open("Usaquén").await.problem(402, "plan-limit");
    step("close").await.expect(200);
    open("Usaquén").await.expect(201);
    step("reopen").await.problem(402, "plan-limit");
    step("close").await.expect(200);
    let seen = system.operator().get(&company).send().await;
    assert_eq!(seen.expect(200)["branches"], 1);
    open("Suba").await.problem(402, "plan-limit");
}
