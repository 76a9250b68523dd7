//! A command has one effect under its key, however often it is sent.

use std::time::Duration;

use chrono::TimeDelta;
use domain::identity::roles::Seed;
use e2e::menu::{SMALL, cash};
use e2e::silence::{Gate, Silence};
use e2e::system::{PASSWORD, sign_in};
use e2e::{Answer, Client, Menu, System, figure, fresh, rounds};
use futures_util::future::join_all;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::requests::of_every_kind;

const PARALLEL: usize = 50;

/// Sends one request fifty times concurrently; returns the answers with 201.
async fn fifty(client: &Client, path: &str, key: Uuid, body: &Value) -> Vec<Answer> {
    let send = || client.post(path).key(key).json(body).send();
    let answers = join_all((0..PARALLEL).map(|_| send())).await;
    let mut shown = Vec::new();
    for answer in answers {
        if answer.status == 409 {
            answer.problem(409, "idempotency-in-progress");
            assert!(answer.header("retry-after").is_some(), "{answer:?}");
        } else {
            answer.expect(201);
            shown.push(answer);
        }
    }
    shown
}

#[tokio::test]
async fn f04_fifty_parallel_requests_with_one_key() {
    let system = System::start().await;
    let client = system.client();
    let menu = Menu::open(&client).await;
    let n_rounds = rounds(2);
    for round in 1..=n_rounds {
        for (path, body) in [
            ("/v1/orders".to_owned(), menu.order(2, 1)),
            (format!("/v1/orders/{}/payments", menu.place(&client).await.id()), cash(SMALL, SMALL)),
        ] {
            let key = fresh();
            let before = system.log().await;
            let answers = fifty(&client, &path, key, &body).await;
            let firsts = answers.iter().filter(|answer| !answer.is_replayed()).count();
            assert_eq!(firsts, 1, "{round}: {path}");
            assert!(answers.iter().all(|answer| answer.body == answers[0].body), "{answers:?}");
            assert!(answers.iter().all(|answer| answer.revision() == answers[0].revision()));
            let after = system.log().await;
            assert_eq!(after.len() - before.len(), after.of_command(key).len());
        }
    }
    let log = system.log().await;
    let orders = 2 * n_rounds as usize;
    assert_eq!(log.count("order.placed"), orders);
    assert_eq!(log.count("order.payment_taken"), n_rounds as usize);
    let next = menu.place(&client).await;
    assert_eq!(next.body["number"], orders + 1, "a number was skipped");
    let effects = 2 * n_rounds;
    figure("F04", &format!("{effects} × {PARALLEL} requests, {effects} effects"));
}

#[tokio::test]
async fn f05_same_key_other_body() {
    let system = System::start().await;
    let client = system.client();
    let menu = Menu::open(&client).await;
    let key = fresh();
    let first = client.post("/v1/orders").key(key).json(&menu.order(1, 0)).send().await;
    let order = first.id();
    let before = system.log().await;
    let other_order = client.post("/v1/orders").json(&menu.order(2, 0));
    let other_thing = client.post("/v1/categories").json(&json!({"name": "Postres"}));
    let refused = client.post(&format!("/v1/orders/{order}/deliver"));
    let no_order = client.post(&format!("/v1/orders/{}/confirm", fresh()));
    for call in [other_order, other_thing, refused, no_order] {
        call.key(key).send().await.problem(422, "idempotency-mismatch");
    }
    assert_eq!(system.log().await, before, "a command was committed");
    let retried = client.post("/v1/orders").key(key).json(&menu.order(1, 0)).send().await;
    assert_eq!((retried.expect(201), retried.is_replayed()), (&first.body, true));
}

#[tokio::test]
async fn f05_an_order_paid_again_under_its_first_key_gives_the_first_answer() {
    let system = System::start().await;
    let client = system.client();
    let menu = Menu::open(&client).await;
    let path = format!("/v1/orders/{}/payments", menu.place(&client).await.id());
    let pay = |key| client.post(&path).key(key).json(&cash(SMALL, 2_000_000)).send();
    let key = fresh();
    let first = pay(key).await;
    assert_eq!(first.expect(201)["change"]["amount"], 800_000);
    let retried = pay(key).await;
    assert_eq!((retried.expect(201), retried.is_replayed()), (&first.body, true));
    pay(fresh()).await.problem(409, "invalid-transition");
    let retried = pay(key).await;
    assert_eq!((retried.expect(201), retried.is_replayed()), (&first.body, true));
    let log = system.log().await;
    assert_eq!(log.count("order.payment_taken"), 1);
}

/// Also when the order has changed since, and when the `If-Match` is stale.
#[tokio::test]
async fn f05_a_retry_is_answered_whatever_has_happened_since() {
    let system = System::start().await;
    let client = system.client();
    let menu = Menu::open(&client).await;
    let order = menu.place(&client).await.id();
    let step = |step: &str| client.post(&format!("/v1/orders/{order}/{step}"));
    let key = fresh();
    let first = step("confirm").if_match(1).key(key).send().await;
    first.expect(200);
    for next in ["start", "ready", "deliver"] {
        step(next).send().await.expect(200);
    }
    let retried = step("confirm").if_match(1).key(key).send().await;
    assert_eq!((retried.expect(200), retried.is_replayed()), (&first.body, true));
    step("confirm").if_match(5).key(key).send().await.problem(422, "idempotency-mismatch");
}

/// A terminal comes back and sends all stored commands again, and those that it could not send. All
/// caches are empty: only the log identifies the former.
#[tokio::test]
async fn f06_a_terminal_returns_after_four_days_and_sends_everything_again() {
    let mut system = System::start().await;
    let client = system.client();
    let menu = Menu::open(&client).await;
    let mut stored = Vec::new();
    for command in of_every_kind(&client, &menu, 0).await {
        let key = fresh();
        let first = command.call(&client).key(key).send().await;
        command.assert_accepted(&first);
        stored.push((command, key, first));
    }
    let unsent = (fresh(), menu.order(1, 0));

    system.crash();
    system.site.clock.forward(TimeDelta::days(4));
    let owner = system.site.database.owner_pool();
    sqlx::query("TRUNCATE snapshots").execute(&owner).await.unwrap();
    system.restart(Silence::None).await;
    let token = sign_in(&system.visitor(), &system.company.slug, &system.company.email).await;
    let client = system.visitor().with_token(&token);
    let before = system.log().await;
    for (command, key, first) in &stored {
        let retried = command.call(&client).key(*key).send().await;
        assert!(retried.is_replayed(), "{retried:?}");
        let mut retried = retried.indistinct();
        retried.headers.remove("idempotent-replayed");
        assert_eq!(retried, first.indistinct());
    }
    let after = system.log().await;
    let duplicates = after.len() - before.len();
    assert_eq!(after, before, "a command had two effects");
    let (key, order) = unsent;
    for is_replayed in [false, true] {
        let placed = client.post("/v1/orders").key(key).json(&order).send().await;
        placed.expect(201);
        assert_eq!(placed.is_replayed(), is_replayed);
    }
    let n_commands = stored.len();
    figure(
        "F06",
        &format!("{n_commands} commands sent again after 4 days, {duplicates} duplicates"),
    );
}

#[tokio::test]
async fn s39_requests_with_one_key_that_are_still_running_share_one_outcome() {
    let mut system = System::start().await;
    let menu = Menu::open(&system.client()).await;
    let gate = Gate::default();
    system.restart(Silence::BeforeCommit(gate.clone())).await;
    let client = system.client();
    let (same, mixed) = (fresh(), fresh());
    let placing = |key| client.post("/v1/orders").key(key).json(&menu.order(1, 0)).send();
    let adding = client.post("/v1/categories").key(mixed).json(&json!({"name": "Postres"}));
    let running =
        async { tokio::join!(placing(same), placing(same), placing(mixed), adding.send()) };
    // Of each key one request arrives at the gate; the other one waits for its outcome.
    let opening = async {
        let _by_chance = tokio::time::timeout(Duration::from_secs(1), gate.holds(2)).await;
        gate.open();
    };
    let ((one, two, order, category), ()) = tokio::join!(running, opening);
    assert_eq!(one.expect(201), two.expect(201));
    assert_ne!(one.is_replayed(), two.is_replayed());
    let (done, refused) =
        if order.status == 201 { (&order, &category) } else { (&category, &order) };
    done.expect(201);
    refused.problem(422, "idempotency-mismatch");
    let log = system.log().await;
    let lines = log.count("order.placed") + log.count("category.added");
    assert_eq!(lines, 3, "one category of the menu, one order, and one of the two");
}

#[tokio::test]
async fn s39_a_key_replays_only_to_the_user_who_used_it() {
    let system = System::start().await;
    let owner = system.client();
    let menu = Menu::open(&owner).await;
    let administrator = Seed::Administrator.role(system.company.tenant).uuid();
    let body = json!({
        "name": "Luz Marina", "email": "luz@example.com", "roles": [administrator],
        "all_branches": true,
    });
    owner.post("/v1/users").json(&body).send().await.expect(201);
    let token = system.site.emails.token("luz@example.com").await;
    let join = json!({"token": token, "password": PASSWORD});
    system.visitor().post("/v1/auth/join").no_key().json(&join).send().await.expect(200);
    let other = system.signed_in("luz@example.com").await.client;
    let commands = of_every_kind(&owner, &menu, 0).await;
    assert!(commands.len() > 20);
    for command in &commands {
        let key = fresh();
        let first = command.call(&owner).key(key).send().await;
        command.assert_accepted(&first);
        let before = system.log().await;
        let refused = command.call(&other).key(key).send().await;
        refused.problem(422, "idempotency-mismatch");
        let retried = command.call(&owner).key(key).send().await;
        assert!(retried.is_replayed() && retried.body == first.body, "{retried:?}");
        assert_eq!(system.log().await, before, "{command:?} happened twice");
    }
}
