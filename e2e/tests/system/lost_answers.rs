//! PostgreSQL has decided about a command, and its answer is lost with the connection.

use e2e::menu::{LARGE, cash};
use e2e::postgres_proxy::PostgresProxy;
use e2e::{Answer, Client, Menu, System, fresh, rounds};
use uuid::Uuid;

use crate::requests::{Command, of_every_kind};

/// Sends a command whose first append gets no answer.
async fn losing(proxy: &PostgresProxy, command: &Command, client: &Client, key: Uuid) -> Answer {
    proxy.lose_answers(1);
    let answer = command.call(client).key(key).send().await;
    proxy.lose_answers(0);
    answer
}

/// Checks that the answers are equal except for the header `Idempotent-Replayed`.
#[track_caller]
fn assert_same(retried: &Answer, first: &Answer) {
    let [retried, first] = [retried, first].map(|answer| {
        let mut answer = answer.indistinct();
        answer.headers.remove("idempotent-replayed");
        answer
    });
    assert_eq!(retried, first);
}

/// Also where the server cannot know which of its attempts was committed.
#[tokio::test]
async fn f11_the_answer_to_a_command_of_any_kind_is_lost() {
    let (system, proxy) = System::start_behind_a_proxy().await;
    let client = system.client();
    let menu = Menu::open(&client).await;
    for round in 0..rounds(1) {
        let before = proxy.lost();
        for command in of_every_kind(&client, &menu, round).await {
            let key = fresh();
            let first = losing(&proxy, &command, &client, key).await;
            command.assert_accepted(&first);
            let log = system.log().await;
            let retried = command.call(&client).key(key).send().await;
            assert!(retried.is_replayed(), "{retried:?}");
            assert_same(&retried, &first);
            assert_eq!(system.log().await, log, "a retry had an effect");
        }
        assert!(proxy.lost() > before, "no answer was lost");
    }
    goes_on(&client, &menu).await;
}

/// A retry of an earlier command has no effect, and no other command counts as committed.
#[tokio::test]
async fn f11_the_answer_to_a_retry_of_any_kind_is_lost() {
    let (system, proxy) = System::start_behind_a_proxy().await;
    let client = system.client();
    let menu = Menu::open(&client).await;
    for round in 0..rounds(1) {
        let before = proxy.lost();
        for command in of_every_kind(&client, &menu, round).await {
            let key = fresh();
            let first = command.call(&client).key(key).send().await;
            command.assert_accepted(&first);
            let log = system.log().await;
            let retried = losing(&proxy, &command, &client, key).await;
            assert!(retried.is_replayed(), "{retried:?}");
            assert_same(&retried, &first);
            assert_eq!(system.log().await, log, "a retry had an effect");
        }
        assert!(proxy.lost() > before, "no answer was lost");
    }
    goes_on(&client, &menu).await;
}

#[tokio::test]
async fn f11_a_part_payment_whose_retry_gets_no_answer_counts_once() {
    let (system, proxy) = System::start_behind_a_proxy().await;
    let client = system.client();
    let menu = Menu::open(&client).await;
    let order = client.post("/v1/orders").json(&menu.order(0, 1)).send().await.id();
    let path = format!("/v1/orders/{order}/payments");
    let part = LARGE / 4;
    let pay = |key, amount| client.post(&path).key(key).json(&cash(amount, amount)).send();
    let key = fresh();
    let first = pay(key, part).await;
    assert_eq!(first.expect(201)["balance"]["amount"], LARGE - part);
    proxy.lose_answers(1);
    let retried = pay(key, part).await;
    proxy.lose_answers(0);
    assert_eq!((retried.expect(201), retried.is_replayed()), (&first.body, true));
    let rest = pay(fresh(), LARGE - part).await;
    assert_eq!(rest.expect(201)["balance"]["amount"], 0);
    assert_eq!(system.log().await.count("order.payment_taken"), 2);
}

/// Places, pays and advances orders of the branch.
async fn goes_on(client: &Client, menu: &Menu) {
    let commands = of_every_kind(client, menu, 1_000).await;
    for command in commands {
        let answer = command.call(client).send().await;
        command.assert_accepted(&answer);
        assert!(!answer.is_replayed(), "{answer:?}");
    }
}
