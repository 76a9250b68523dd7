//! PostgreSQL has judged a command, and its answer is lost with the connection.

use e2e::menu::{LARGE, cash};
use e2e::postgres_proxy::Wire;
use e2e::{Answer, Client, Menu, System, fresh, rounds};
use uuid::Uuid;

use crate::requests::{Command, of_every_kind};

/// Sends a command whose first answer to an append does not reach the server.
async fn losing(wire: &Wire, command: &Command, client: &Client, key: Uuid) -> Answer {
    wire.lose_answers(1);
    let answer = command.call(client).key(key).send().await;
    wire.lose_answers(0);
    answer
}

/// The same answer, but for the header that says whether it was given before.
#[track_caller]
fn assert_same(again: &Answer, first: &Answer) {
    let [again, first] = [again, first].map(|answer| {
        let mut answer = answer.indistinct();
        answer.headers.remove("idempotent-replayed");
        answer
    });
    assert_eq!(again, first);
}

/// Also where the server cannot know by which of its tries it was done.
#[tokio::test]
async fn f11_the_answer_to_a_command_of_any_kind_is_lost() {
    let (system, wire) = System::start_behind_a_wire().await;
    let client = system.client();
    let menu = Menu::open(&client).await;
    for round in 0..rounds(1) {
        let before = wire.lost();
        for command in of_every_kind(&client, &menu, round).await {
            let key = fresh();
            let first = losing(&wire, &command, &client, key).await;
            command.assert_accepted(&first);
            let log = system.log().await;
            let again = command.call(&client).key(key).send().await;
            assert!(again.is_replayed(), "{again:?}");
            assert_same(&again, &first);
            assert_eq!(system.log().await, log, "a retry did something");
        }
        assert!(wire.lost() > before, "no answer was lost");
    }
    goes_on(&client, &menu).await;
}

/// What was accepted long before is not done again, and nothing else is believed to have happened.
#[tokio::test]
async fn f11_the_answer_to_a_retry_of_any_kind_is_lost() {
    let (system, wire) = System::start_behind_a_wire().await;
    let client = system.client();
    let menu = Menu::open(&client).await;
    for round in 0..rounds(1) {
        let before = wire.lost();
        for command in of_every_kind(&client, &menu, round).await {
            let key = fresh();
            let first = command.call(&client).key(key).send().await;
            command.assert_accepted(&first);
            let log = system.log().await;
            let again = losing(&wire, &command, &client, key).await;
            assert!(again.is_replayed(), "{again:?}");
            assert_same(&again, &first);
            assert_eq!(system.log().await, log, "a retry did something");
        }
        assert!(wire.lost() > before, "no answer was lost");
    }
    goes_on(&client, &menu).await;
}

#[tokio::test]
async fn f11_a_part_payment_whose_retry_gets_no_answer_counts_once() {
    let (system, wire) = System::start_behind_a_wire().await;
    let client = system.client();
    let menu = Menu::open(&client).await;
    let order = client.post("/v1/orders").json(&menu.order(0, 1)).send().await.id();
    let path = format!("/v1/orders/{order}/payments");
    let part = LARGE / 4;
    let pay = |key, amount| client.post(&path).key(key).json(&cash(amount, amount)).send();
    let key = fresh();
    let first = pay(key, part).await;
    assert_eq!(first.expect(201)["balance"]["amount"], LARGE - part);
    wire.lose_answers(1);
    let again = pay(key, part).await;
    wire.lose_answers(0);
    assert_eq!((again.expect(201), again.is_replayed()), (&first.body, true));
    let rest = pay(fresh(), LARGE - part).await;
    assert_eq!(rest.expect(201)["balance"]["amount"], 0);
    assert_eq!(system.log().await.count("order.payment_taken"), 2);
}

/// Orders of the branch are placed, paid and moved.
async fn goes_on(client: &Client, menu: &Menu) {
    let commands = of_every_kind(client, menu, 1_000).await;
    for command in commands {
        let answer = command.call(client).send().await;
        command.assert_accepted(&answer);
        assert!(!answer.is_replayed(), "{answer:?}");
    }
}
