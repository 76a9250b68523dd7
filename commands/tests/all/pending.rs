//! Commands that are decided on appends that are not committed yet.

use std::sync::Arc;
use std::time::Duration;

use commands::orders::{MoveOrder, OrderRefusal, Step};
use commands::{CommandError, LogError, Receipt, Request, World};
use domain::orders::order::{self, Event};
use domain::orders::{Order, Status};
use domain::shared::OrderId;
use tokio::task::JoinHandle;

use crate::held::Held;
use crate::support::{Company, fresh};

type Outcome = Result<Receipt, CommandError<OrderRefusal>>;

async fn company() -> (Arc<Held>, Company) {
    let log = Held::new();
    let company = Company::open_on(log.clone()).await;
    // Loads what the test's commands need into memory.
    company.place(company.order_id()).await.unwrap();
    (log, company)
}

fn place(company: &Company, request: Request) -> JoinHandle<Outcome> {
    let company = company.clone();
    tokio::spawn(async move {
        let order = company.order(company.order_id());
        company.commands.execute(&company.scope, request, order).await
    })
}

fn step(company: &Company, order: OrderId, step: Step) -> JoinHandle<Outcome> {
    let company = company.clone();
    tokio::spawn(async move {
        let (request, step) = (fresh(&company.commands), MoveOrder { order, seen: None, step });
        company.commands.execute(&company.scope, request, step).await
    })
}

fn number(outcome: Outcome) -> u32 {
    match &outcome.unwrap().facts::<Order>().unwrap()[0].event {
        Event::Placed(placed) => placed.number,
        other => panic!("{other:?}"),
    }
}

async fn is_waiting<T>(task: &mut JoinHandle<T>) -> bool {
    tokio::time::timeout(Duration::from_millis(50), task).await.is_err()
}

fn refused_move(outcome: &Outcome, from: Status, to: Status) {
    let expected = OrderRefusal::Order(order::Error::IllegalMove { from, to });
    assert!(
        matches!(outcome, Err(CommandError::Refused(refusal)) if *refusal == expected),
        "{outcome:?}"
    );
}

#[tokio::test]
async fn the_next_number_is_taken_before_the_last_one_is_committed() {
    let (log, company) = company().await;
    log.hold();
    let first = place(&company, fresh(&company.commands));
    log.holds(1).await;
    let second = place(&company, fresh(&company.commands));
    let mut third = place(&company, fresh(&company.commands));
    log.holds(2).await;
    assert!(is_waiting(&mut third).await);
    for _ in 0..3 {
        log.decide().await;
    }
    assert_eq!(number(first.await.unwrap()), 2);
    let mut later = [number(second.await.unwrap()), number(third.await.unwrap())];
    later.sort_unstable();
    assert_eq!(later, [3, 4]);
}

#[tokio::test]
async fn a_refusal_waits_for_the_state_that_it_comes_from() {
    let (log, company) = company().await;
    let order = company.order_id();
    company.place(order).await.unwrap();
    log.hold();
    let confirm = step(&company, order, Step::Confirm);
    log.holds(1).await;
    let mut deliver = step(&company, order, Step::Deliver);
    assert!(is_waiting(&mut deliver).await, "it was answered before the order is confirmed");
    log.decide().await;
    confirm.await.unwrap().unwrap();
    refused_move(&deliver.await.unwrap(), Status::Confirmed, Status::Delivered);
}

#[tokio::test]
async fn a_refusal_from_a_state_that_never_was_is_not_reported() {
    let (log, company) = company().await;
    let order = company.order_id();
    company.place(order).await.unwrap();
    log.hold();
    let first = step(&company, order, Step::Confirm);
    log.holds(1).await;
    // In the pending state the order is already confirmed.
    let mut second = step(&company, order, Step::Confirm);
    assert!(is_waiting(&mut second).await);
    log.lose();
    let lost = first.await.unwrap();
    let is_unavailable = |world: &World| matches!(world, World::Log(LogError::Unavailable { .. }));
    assert!(matches!(&lost, Err(CommandError::World(world)) if is_unavailable(world)), "{lost:?}");
    log.holds(1).await;
    log.decide().await;
    second.await.unwrap().unwrap();
}

#[tokio::test]
async fn what_was_decided_on_a_lost_append_is_decided_again() {
    let (log, company) = company().await;
    log.hold();
    let first = place(&company, fresh(&company.commands));
    log.holds(1).await;
    let chained: Vec<_> = (0..3).map(|_| place(&company, fresh(&company.commands))).collect();
    log.holds(3).await;
    log.lose();
    assert!(first.await.unwrap().is_err());
    // Each expects the number before its own, which is not assigned.
    for _ in 0..3 {
        log.decide().await;
    }
    log.holds(3).await;
    for _ in 0..3 {
        log.decide().await;
    }
    let mut numbers = Vec::new();
    for placed in chained {
        numbers.push(number(placed.await.unwrap()));
    }
    numbers.sort_unstable();
    assert_eq!(numbers, [2, 3, 4]);
}

#[tokio::test]
async fn an_append_without_an_answer_has_happened_once() {
    let (log, company) = company().await;
    log.hold();
    let request = fresh(&company.commands);
    let first = place(&company, request);
    log.holds(1).await;
    let chained = place(&company, fresh(&company.commands));
    log.holds(1).await;
    log.decide_without_answer().await;
    let unknown = first.await.unwrap();
    assert!(matches!(unknown, Err(CommandError::World(World::Log(LogError::OutcomeUnknown)))));
    log.decide().await;
    assert_eq!(number(chained.await.unwrap()), 3);
    let retried = place(&company, request);
    log.holds(1).await;
    log.decide().await;
    let retried = retried.await.unwrap();
    assert!(retried.as_ref().is_ok_and(|receipt| receipt.replayed), "{retried:?}");
    assert_eq!(number(retried), 2);
}

#[tokio::test]
async fn a_state_that_another_node_has_replaced_is_not_taken_for_the_pending_one() {
    let (log, company) = company().await;
    let other_node = company.on_another_node();
    log.hold();
    let first = place(&company, fresh(&company.commands));
    log.holds(1).await;
    let chained = place(&company, fresh(&company.commands));
    log.holds(1).await;
    let foreign = place(&other_node, fresh(&company.commands));
    log.holds(1).await;
    log.decide_last().await;
    assert_eq!(number(foreign.await.unwrap()), 2);
    // The series is where the second one expects it, but not because of the first one.
    log.decide().await;
    log.decide().await;
    log.holds(2).await;
    log.decide().await;
    log.decide().await;
    let mut numbers = [number(first.await.unwrap()), number(chained.await.unwrap())];
    numbers.sort_unstable();
    assert_eq!(numbers, [3, 4]);
}

#[tokio::test]
async fn an_order_that_is_there_already_is_not_placed_again() {
    let (_log, company) = company().await;
    let order = company.order_id();
    company.place(order).await.unwrap();
    let retried = company.place(order).await;
    let expected = OrderRefusal::Order(order::Error::AlreadyPlaced);
    assert!(
        matches!(&retried, Err(CommandError::Refused(refusal)) if *refusal == expected),
        "{retried:?}"
    );
    // A node that does not have the order in memory reads it from the log.
    let elsewhere = company.on_another_node();
    let retried = elsewhere.place(order).await;
    assert!(
        matches!(&retried, Err(CommandError::Refused(refusal)) if *refusal == expected),
        "{retried:?}"
    );
}
