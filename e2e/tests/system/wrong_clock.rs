//! The server's clock is set wrong by an hour in either direction, and right again, while it runs.

use chrono::{DateTime, TimeDelta, Utc};
use e2e::client::id_in;
use e2e::{Answer, Client, Menu, System};
use serde_json::Value;
use uuid::Uuid;

const HOUR: TimeDelta = TimeDelta::hours(1);

async fn moved(client: &Client, order: Uuid, step: &str) -> Answer {
    let moved = client.post(&format!("/v1/orders/{order}/{step}")).send().await;
    moved.expect(200);
    moved
}

async fn rows(client: &Client, path: &str, after: &Answer) -> Vec<Value> {
    let and = if path.contains('?') { '&' } else { '?' };
    let shown = client.get(&format!("{path}{and}after={}", after.position())).send().await;
    shown.expect(200)["data"].as_array().unwrap().clone()
}

fn ids(rows: &[Value]) -> Vec<Uuid> {
    rows.iter().map(|row| id_in(row, "/id")).collect()
}

fn moment(row: &Value, field: &str) -> DateTime<Utc> {
    row[field].as_str().unwrap().parse().unwrap()
}

/// Places orders before, while and after the clock is `wrong`; each is confirmed under the clock of
/// the next one.
async fn a_wrong_clock_reorders_nothing(wrong: TimeDelta) {
    let system = System::start().await;
    let email = system.company.email.clone();
    let menu = Menu::open(&system.client()).await;
    let mut placed = Vec::new();
    let mut last = None;
    for change in [TimeDelta::zero(), wrong, -wrong, wrong, -wrong] {
        system.site.clock.forward(change);
        let client = system.signed_in(&email).await.client;
        if let Some(before) = placed.last() {
            moved(&client, *before, "confirm").await;
        }
        let order = menu.place(&client).await;
        order.expect(201);
        assert_eq!(order.body["call_number"], placed.len() + 1, "numbers follow the log");
        placed.push(order.id());
        last = Some(order);
    }
    let client = system.signed_in(&email).await.client;
    let last_placed = last.unwrap();
    moved(&client, last_placed.id(), "confirm").await;
    let last = moved(&client, placed[1], "start").await;

    let board = rows(&client, &format!("/v1/branches/{}/kitchen", menu.branch), &last).await;
    assert_eq!(ids(&board), placed, "the kitchen board is in the order of the log");
    for order in &board {
        assert!(moment(order, "status_since") >= moment(order, "placed_at"), "{order}");
    }
    let newest: Vec<_> = placed.iter().rev().copied().collect();
    assert_eq!(ids(&rows(&client, "/v1/orders", &last).await), newest);
    let (mut paged, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = client.get(&format!("/v1/orders?limit=2{cursor}")).send().await;
        paged.extend(ids(page.expect(200)["data"].as_array().unwrap()));
        match page.body["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(paged, newest, "no page skips or repeats one");
}

#[tokio::test]
async fn f27_a_clock_that_is_an_hour_fast_reorders_nothing() {
    a_wrong_clock_reorders_nothing(HOUR).await;
}

#[tokio::test]
async fn f27_a_clock_that_is_an_hour_slow_reorders_nothing() {
    a_wrong_clock_reorders_nothing(-HOUR).await;
}

/// A signed-in user renews the session once and continues.
#[tokio::test]
async fn f27_a_signed_in_user_renews_once_when_the_clock_is_set() {
    for (wrong, code) in [(HOUR, "token-expired"), (-HOUR, "token-invalid")] {
        let system = System::start().await;
        let before = system.signed_in(&system.company.email.clone()).await;
        system.site.clock.forward(wrong);
        before.client.get("/v1/rbac/me").send().await.problem(401, code);
        let renewed = system.session(&system.refresh(&before.refresh_token).await);
        renewed.client.get("/v1/rbac/me").send().await.expect(200);
        system.site.clock.forward(-wrong);
        let renewed_again = system.session(&system.refresh(&renewed.refresh_token).await);
        renewed_again.client.get("/v1/rbac/me").send().await.expect(200);
        assert_eq!(system.log().await.count("user.session_ended"), 0, "no token came twice");
    }
}

/// The branch's business day begins at 04:00 in Bogotá. The clock shows 03:30, or an hour more.
#[tokio::test]
async fn f27_the_business_day_is_that_of_the_branch_at_what_the_clock_says() {
    let system = System::start().await;
    let email = system.company.email.clone();
    let menu = Menu::open(&system.client()).await;
    // From noon to 03:30 of the next morning.
    system.site.clock.forward(TimeDelta::minutes(15 * 60 + 30));
    let mut numbers = Vec::new();
    for change in [TimeDelta::zero(), HOUR, -HOUR] {
        system.site.clock.forward(change);
        let client = system.signed_in(&email).await.client;
        let placed = menu.place(&client).await;
        let path = format!("/v1/orders/{}?after={}", placed.id(), placed.position());
        let shown = client.get(&path).send().await;
        let order = &shown.expect(200)["order"];
        let date = order["business_date"].as_str().unwrap().to_owned();
        numbers.push((
            date,
            order["call_number"].as_u64().unwrap(),
            order["number"].as_u64().unwrap(),
        ));
    }
    let (today, tomorrow) = ("2026-03-14".to_owned(), "2026-03-15".to_owned());
    assert_eq!(numbers, [(today.clone(), 1, 1), (tomorrow, 1, 2), (today, 2, 3)]);
}
