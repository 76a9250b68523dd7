//! The log is replaced by an older copy, as after a failover to a lagging replica: memory is ahead
//! of the log, or differs from it.

use std::sync::Arc;
use std::time::Duration;

use commands::orders::{MoveOrder, OrderRefusal, Step};
use commands::{CommandError, Receipt};
use domain::orders::Order;
use domain::orders::order::{self, Event};
use domain::shared::OrderId;
use event_store::consumer::CommitSignal;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use crate::held::Held;
use crate::support::{Company, fresh, pesos};

async fn company_on(log: &Arc<Held>) -> Company {
    let company = Company::open_on(log.clone()).await;
    company.place(company.order_id()).await.unwrap();
    company
}

/// Lets the node's memory follow the log.
fn follow(node: &Company) {
    let commands = node.commands.clone();
    tokio::spawn(
        async move { commands.follow(CommitSignal::silent(), CancellationToken::new()).await },
    );
}

/// Waits until the node decides without reading, because its memory is up to date.
async fn until_it_follows(log: &Held, node: &Company) {
    let following = async {
        loop {
            node.place(node.order_id()).await.unwrap();
            let before = log.reads();
            node.place(node.order_id()).await.unwrap();
            if log.reads() == before {
                return;
            }
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(Duration::from_secs(30), following).await.expect("the node follows the log");
}

async fn step(
    node: &Company,
    order: OrderId,
    step: Step,
) -> Result<Receipt, CommandError<OrderRefusal>> {
    let step = MoveOrder { order, seen: None, step };
    node.commands.execute(&node.scope, fresh(&node.commands), step).await
}

async fn number(node: &Company) -> u32 {
    let receipt = node.place(node.order_id()).await.unwrap();
    match &receipt.facts::<Order>().unwrap()[0].event {
        Event::Placed(placed) => placed.number,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn f49_commands_on_what_the_log_has_lost_are_decided_on_what_it_has() {
    for log in Held::all() {
        let company = company_on(&log).await;
        follow(&company);
        until_it_follows(&log, &company).await;
        let kept = log.accepted();
        let before = number(&company).await;
        let lost = company.order_id();
        company.place(lost).await.unwrap();
        log.rewind_to(kept).await;
        assert_eq!(number(&company).await, before, "the number that was lost is the next one");
        let unknown = step(&company, lost, Step::Confirm).await;
        let expected = OrderRefusal::Order(order::Error::Unplaced);
        assert!(
            matches!(&unknown, Err(CommandError::Refused(refusal)) if *refusal == expected),
            "{unknown:?}"
        );
    }
}

/// A refusal that is based on lost events would look final to its client.
#[tokio::test]
async fn f49_nothing_is_refused_for_what_the_log_has_lost() {
    for log in Held::all() {
        let company = company_on(&log).await;
        let order = company.order_id();
        company.place(order).await.unwrap();
        let kept = log.accepted();
        for lost in [Step::Confirm, Step::Start] {
            step(&company, order, lost).await.unwrap();
        }
        log.rewind_to(kept).await;
        step(&company, order, Step::Confirm).await.unwrap();
        step(&company, order, Step::Start).await.unwrap();
    }
}

/// The log is as long as before, or longer, when this node reads it: the events that it knew are
/// lost all the same.
#[tokio::test]
async fn f49_a_log_that_has_lost_events_and_got_others_is_not_taken_for_what_it_was() {
    for (n_more, log) in (0..4).flat_map(|n_more| Held::all().map(|log| (n_more, log))) {
        let one = company_on(&log).await;
        let other = one.on_another_node();
        let order = one.order_id();
        one.place(order).await.unwrap();
        follow(&one);
        until_it_follows(&log, &one).await;
        let kept = log.accepted();
        // Events that one node has and the other has not.
        let first = number(&one).await;
        step(&one, order, Step::Confirm).await.unwrap();
        log.rewind_to(kept).await;
        step(&other, order, Step::Cancel(order::CancelReason::Mistake)).await.unwrap();
        let mut taken = Vec::new();
        for _ in 0..=n_more {
            taken.push(number(&other).await);
        }
        assert_eq!(taken[0], first);
        let start = step(&one, order, Step::Start).await;
        assert!(matches!(&start, Err(CommandError::Refused(_))), "{start:?}");
        taken.push(number(&one).await);
        taken.push(number(&other).await);
        let expected: Vec<u32> = (first..).take(taken.len()).collect();
        assert_eq!(taken, expected);
    }
}

/// States that no append asserts, such as prices, do not conflict: they are dropped with the
/// others.
#[tokio::test]
async fn f49_what_no_append_asserts_is_forgotten_too() {
    for log in Held::all() {
        let one = company_on(&log).await;
        let kept = log.accepted();
        follow(&one);
        until_it_follows(&log, &one).await;
        one.reprice(30_000).await;
        until_it_follows(&log, &one).await;
        log.rewind_to(kept).await;
        let charged = async {
            while one.total().await != pesos(28_000) {
                sleep(Duration::from_millis(20)).await;
            }
        };
        timeout(Duration::from_secs(30), charged).await.expect("the price is that of the log");
    }
}
