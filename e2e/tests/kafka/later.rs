//! A release beside a later one, where consumers are fed from the topic.

use std::sync::Arc;
use std::time::Duration;

use domain::event::{EventType, StoredEvent};
use domain::orders::order;
use domain::shared::{CommandId, EventId, OrderId};
use e2e::broker::shared;
use e2e::companies::Plant;
use e2e::fresh;
use e2e::log::Log;
use e2e::system::PATIENCE;
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

/// What the later release writes where this one writes `order.started`.
const LATER: EventType = EventType { name: "order.taken_on", version: 1 };

fn later_consumers() -> Vec<Arc<dyn Consumer>> {
    let known = order::Event::from(order::Started {}).event_type();
    Later::all(consumers(), LATER, known)
}

/// Appends an event of the later release to an order, after the last event that it has; gives its id.
async fn is_taken_on(plant: &Plant) -> OrderId {
    let log = Log::read(&*plant.installation().store).await;
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
    let verdict = plant.installation().store.append(append.unwrap()).await.unwrap();
    assert!(matches!(verdict, Verdict::Committed(_)), "{verdict:?}");
    stream.id().parse().unwrap()
}

/// What waits of the read models.
async fn parked(plant: &Plant) -> Vec<ParkedEvent> {
    let parking = plant.installation().parking();
    let mut parked = parking.list(&ParkedFilter::default(), 100).await.unwrap();
    let read_models = projections::consumer_names();
    parked.retain(|event| read_models.contains(&&*event.consumer));
    parked
}

/// Runs the later release's consumers from the topic until nothing waits any more.
async fn later_release_takes_over(plant: &Plant, topic: &Topic) {
    let (board, shutdown) = (Board::default(), CancellationToken::new());
    let feed = plant.installation().feed(&board, Tail::unread());
    let mut running = JoinSet::new();
    for consumer in later_consumers() {
        let (feed, topic, shutdown) = (feed.clone(), topic.clone(), shutdown.clone());
        running.spawn(keep_running(consumer, feed, topic, SILENCE_MAX, shutdown));
    }
    let deadline = Instant::now() + PATIENCE;
    while !parked(plant).await.is_empty() {
        assert!(Instant::now() < deadline, "{:?}", parked(plant).await);
        sleep(Duration::from_millis(50)).await;
    }
    shutdown.cancel();
    while let Some(ended) = running.join_next().await {
        ended.unwrap().unwrap();
    }
}

async fn status(plant: &Plant, order: OrderId) -> String {
    let status = sqlx::query_scalar("SELECT status FROM orders WHERE order_id = $1");
    status.bind(order.uuid()).fetch_one(&plant.installation().projector).await.unwrap()
}

#[tokio::test]
async fn f43_what_an_older_release_does_not_know_of_a_topic_waits_for_one_that_does() {
    let plant = Plant::open().await;
    let topic = shared("later");
    let relay = Worker::start(Role::Relay(&topic), &plant.databases);
    let older = Worker::start(Role::WorkFrom(&topic), &plant.databases);
    plant.order(12).await;
    let changed = is_taken_on(&plant).await;
    plant.order(12).await;
    plant.until_shown().await;
    assert!(older.end().await, "it ends when it is asked to");
    assert_eq!(status(&plant, changed).await, "confirmed");
    let waits = parked(&plant).await;
    let of_orders = waits.iter().find(|event| event.consumer == Orders::NAME).unwrap();
    assert_eq!(of_orders.event_type, LATER.name);

    later_release_takes_over(&plant, &topic).await;
    assert_eq!(status(&plant, changed).await, "preparing");
    let upgraded = plant.fingerprint().await;
    assert_eq!(upgraded["orders"].0, 24);
    assert!(relay.end().await, "it ends when it is asked to");
}
