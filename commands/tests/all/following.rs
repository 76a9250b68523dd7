//! The memory of a node follows the log, whichever node writes to it.

use std::sync::Arc;
use std::time::Duration;

use commands::orders::{MoveOrder, Step};
use commands::{CommandError, Receipt, World};
use domain::orders::order::Event;
use domain::orders::series::SeriesId;
use domain::orders::{Order, OrderType, Series, series};
use domain::shared::EventId;
use event_store::consumer::CommitSignal;
use event_store::{EventStore, Snapshot, StreamId};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::held::Held;
use crate::support::{Company, fresh, id, pesos};

/// Two nodes of one installation; the second follows the log.
async fn two_nodes_on(log: Arc<Held>) -> (Arc<Held>, Company, Company) {
    let one = Company::open_on(log.clone()).await;
    let two = one.on_another_node();
    let follower = two.commands.clone();
    tokio::spawn(
        async move { follower.follow(CommitSignal::silent(), CancellationToken::new()).await },
    );
    until_it_follows(&log, &two).await;
    (log, one, two)
}

async fn two_nodes() -> (Arc<Held>, Company, Company) {
    two_nodes_on(Held::new()).await
}

/// Waits until the node decides on what it remembers.
async fn until_it_follows(log: &Held, node: &Company) {
    loop {
        let before = log.reads();
        node.place(node.order_id()).await.unwrap();
        if log.reads() == before {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_node_that_follows_decides_without_reading() {
    for log in Held::all() {
        let (log, one, two) = two_nodes_on(log).await;
        let mut before = usize::MAX;
        while log.reads() != before {
            before = log.reads();
            for _ in 0..5 {
                two.place(two.order_id()).await.unwrap();
            }
        }
        one.place(one.order_id()).await.unwrap();
        assert!(log.reads() > before, "a node that does not follow reads");
    }
}

#[tokio::test]
async fn a_price_that_was_changed_on_another_node_is_charged() {
    for log in Held::all() {
        let (log, one, two) = two_nodes_on(log).await;
        assert_eq!(two.total().await, pesos(28_000));
        one.reprice(30_000).await;
        // It is charged without being read, once the node has followed the commit.
        loop {
            let (before, charged) = (log.reads(), two.total().await);
            if charged == pesos(30_000) && log.reads() == before {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

#[tokio::test]
async fn a_refusal_looks_at_the_log_however_fresh_memory_is() {
    let (_log, one, two) = two_nodes().await;
    let order = two.order_id();
    two.place(order).await.unwrap();
    let step = |step| MoveOrder { order, seen: None, step };
    one.commands.execute(&one.scope, fresh(&one.commands), step(Step::Confirm)).await.unwrap();
    // The other node has not received the event; from its memory the order cannot be started.
    two.commands.execute(&two.scope, fresh(&two.commands), step(Step::Start)).await.unwrap();
}

/// Retries the same command until it is accepted, as a client does when a node is busy.
async fn place_at_last(node: Company) -> Receipt {
    let (order, request) = (node.order(node.order_id()), fresh(&node.commands));
    loop {
        match node.commands.execute(&node.scope, request, order.clone()).await {
            Err(CommandError::World(World::Busy)) => {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            done => return done.unwrap(),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_nodes_give_each_number_once() {
    let (_log, one, two) = two_nodes().await;
    let tries = (0..40).map(|n| {
        let node = if n % 2 == 0 { one.clone() } else { two.clone() };
        tokio::spawn(place_at_last(node))
    });
    let mut numbers = Vec::new();
    for done in tries.collect::<Vec<_>>() {
        let receipt = timeout(Duration::from_secs(30), done).await.unwrap().unwrap();
        match &receipt.facts::<Order>().unwrap()[0].event {
            Event::Placed(placed) => numbers.push(placed.number),
            other => panic!("{other:?}"),
        }
    }
    numbers.sort_unstable();
    assert_eq!(numbers, (numbers[0]..numbers[0] + 40).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_long_stream_is_read_from_its_snapshot_on_and_without_one_from_its_beginning() {
    let log = Held::new();
    let company = Company::open_on(log.clone()).await;
    for _ in 0..2_060 {
        company.place(company.order_id()).await.unwrap();
    }
    // Snapshots are written asynchronously.
    let series = SeriesId::at(company.branch, OrderType::DineIn, date(&company).await);
    let series = StreamId::of::<Series>(company.scope.tenant, &series);
    let kept = loop {
        let kept =
            log.snapshots(company.scope.tenant, std::slice::from_ref(&series)).await.unwrap();
        if let [Some(snapshot)] = &kept[..] {
            break snapshot.clone();
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    };
    assert_eq!(kept.revision.get(), 2_048);
    let read_by_a_new_node = async || {
        let (node, before) = (company.on_another_node(), log.events_read());
        let receipt = node.place(node.order_id()).await.unwrap();
        (log.events_read() - before, receipt.facts::<Series>().unwrap()[0].revision.get())
    };
    let (events, revision) = read_by_a_new_node().await;
    assert_eq!(revision, 2_062);
    assert!(events < 20, "{events} events were read");
    // A snapshot of a log that has lost its end since, and one of another release.
    let of_another_log = Snapshot { last_event: EventId::from_uuid(id(9)), ..kept.clone() };
    let of_another_release = Snapshot { version: 999, ..kept };
    for (useless, expected) in [(of_another_log, 2_063), (of_another_release, 2_064)] {
        log.keep_snapshot(useless).await.unwrap();
        let (events, revision) = read_by_a_new_node().await;
        assert_eq!(revision, expected);
        assert!(events > 2_000, "{events} events were read");
    }
}

async fn date(company: &Company) -> chrono::NaiveDate {
    let receipt = company.place(company.order_id()).await.unwrap();
    let series::Event::NumberTaken(taken) = &receipt.facts::<Series>().unwrap()[0].event;
    taken.business_date
}
