//! An older release beside a later one, with consumers fed from the topic.

use std::sync::Arc;
use std::time::Duration;

use domain::event::{EventType, StoredEvent};
use domain::orders::order;
use domain::shared::{CommandId, EventId, OrderId};
use e2e::broker::shared;
use e2e::companies::Companies;
use e2e::fresh;
use e2e::log::Log;
use e2e::system::TIMEOUT;
use e2e::worker::{Role, Worker};
use event_store::consumer::{Board, Consumer, ParkedEvent, ParkedFilter, SILENCE_MAX, Tail};
use event_store::kafka::{Topic, keep_running};
use event_store::testing::later::Later;
use event_store::{
    Append, Decided, EventStore, Expected, Metadata, NewEvent, RecordedEvent, Verdict,
};
use projections::consumers;
use projections::orders::Orders;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

/// The event that the later release writes instead of `order.started`.
const LATER: EventType = EventType { name: "order.taken_on", version: 1 };

fn later_consumers() -> Vec<Arc<dyn Consumer>> {
    let known = order::Event::from(order::Started {}).event_type();
    Later::all(consumers(), LATER, known)
}

/// Appends an event of the later release to the order that was paid last; returns the order's id.
async fn is_taken_on(companies: &Companies) -> OrderId {
    let log = Log::read(&*companies.installation().store).await;
    let is_paid = |event: &&RecordedEvent| event.event_type == "order.payment_taken";
    let last = log.events.iter().rfind(is_paid).unwrap();
    let (stream, command) = (last.stream.clone(), CommandId::from_uuid(fresh()));
    let expected =
        Expected { stream: stream.clone(), revision: last.revision, last_event: Some(last.id) };
    let event = NewEvent {
        stream: stream.clone(),
        revision: last.revision.plus(1),
        id: EventId::from_uuid(fresh()),
        event_type: LATER,
        payload: order::Event::from(order::Started {}).encode(),
        decided: Decided::default(),
        metadata: Metadata { command, ..last.metadata.clone() },
        business_date: last.business_date,
        occurred_at: last.occurred_at,
        recorded_at: last.recorded_at,
    };
    let append = Append::try_new(stream.tenant(), command, [0; 32], vec![expected], vec![event]);
    let verdict = companies.installation().store.append(append.unwrap()).await.unwrap();
    assert!(matches!(verdict, Verdict::Committed(_)), "{verdict:?}");
    stream.id().parse().unwrap()
}

/// The parked events of the read models.
async fn parked(companies: &Companies) -> Vec<ParkedEvent> {
    let parking = companies.installation().parking();
    let mut parked = parking.list(&ParkedFilter::default(), 100).await.unwrap();
    let read_models = projections::consumer_names();
    parked.retain(|event| read_models.contains(&&*event.consumer));
    parked
}

/// Runs the later release's consumers from the topic until no event is parked.
async fn later_release_takes_over(companies: &Companies, topic: &Topic) {
    let (board, shutdown) = (Board::default(), CancellationToken::new());
    let feed = companies.installation().feed(&board, Tail::unread());
    let mut running = JoinSet::new();
    for consumer in later_consumers() {
        let (feed, topic, shutdown) = (feed.clone(), topic.clone(), shutdown.clone());
        running.spawn(keep_running(consumer, feed, topic, SILENCE_MAX, shutdown));
    }
    let deadline = Instant::now() + TIMEOUT;
    while !parked(companies).await.is_empty() {
        assert!(Instant::now() < deadline, "{:?}", parked(companies).await);
        sleep(Duration::from_millis(50)).await;
    }
    shutdown.cancel();
    while let Some(ended) = running.join_next().await {
        ended.unwrap().unwrap();
    }
}

async fn status(companies: &Companies, order: OrderId) -> String {
    let status = sqlx::query_scalar("SELECT status FROM orders WHERE order_id = $1");
    status.bind(order.uuid()).fetch_one(&companies.installation().projector).await.unwrap()
}

#[tokio::test]
async fn f43_what_an_older_release_does_not_know_of_a_topic_waits_for_one_that_does() {
    let companies = Companies::open().await;
    let topic = shared("later");
    let relay = Worker::start(Role::Relay(&topic), &companies.databases);
    let older = Worker::start(Role::WorkFrom(&topic), &companies.databases);
    companies.order(12).await;
    let changed = is_taken_on(&companies).await;
    companies.order(12).await;
    companies.until_shown().await;
    assert!(older.end().await, "it ends on SIGTERM");
    assert_eq!(status(&companies, changed).await, "confirmed");
    let waits = parked(&companies).await;
    let of_orders = waits.iter().find(|event| event.consumer == Orders::NAME).unwrap();
    assert_eq!(of_orders.event_type, LATER.name);

    later_release_takes_over(&companies, &topic).await;
    assert_eq!(status(&companies, changed).await, "preparing");
    let upgraded = companies.fingerprint().await;
    assert_eq!(upgraded["orders"].0, 24);
    assert!(relay.end().await, "it ends on SIGTERM");
}
