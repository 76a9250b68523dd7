//! A broker that is killed, and one that loses its data.

use std::time::Duration;

use e2e::broker::Broker;
use e2e::companies::Companies;
use e2e::worker::{Role, Worker};
use e2e::{assert_took, figure, is_campaign};
use event_store::kafka::RELAY;
use tokio::time::{Instant, sleep};

use crate::topic::{positions, read};

const PAUSE: Duration = Duration::from_millis(60);

fn p99(mut took: Vec<Duration>) -> Duration {
    took.sort_unstable();
    took[took.len() * 99 / 100]
}

#[tokio::test]
async fn f21_the_broker_is_killed_under_load() {
    let companies = Companies::open().await;
    let mut broker = Broker::start().await;
    let topic = broker.topic();
    let relay = Worker::start(Role::Relay(&topic), &companies.databases);
    let worker = Worker::start(Role::WorkFrom(&topic), &companies.databases);
    companies.order(12).await;
    companies.until_shown().await;
    let away = Duration::from_secs(if is_campaign() { 60 } else { 5 });

    let ordering = companies.keep_ordering(PAUSE);
    sleep(away).await;
    let there = p99(ordering.stop().await);
    let ordering = companies.keep_ordering(PAUSE);
    broker.kill().await;
    sleep(away).await;
    let gone = ordering.stop().await;
    let (n_orders, gone) = (gone.len(), p99(gone));
    let backlog = companies.head().await.get() - companies.position(RELAY).await.get();
    assert!(backlog > 30, "the relay waits: {backlog}");
    if is_campaign() {
        assert!(relay.log().contains("is tried again"), "{}", relay.log());
        // Durations as integers: a fifth more is allowed, and 1 ms for the clock's resolution.
        assert_took(gone, there * 6 / 5 + Duration::from_millis(1));
    }

    let back = Instant::now();
    broker.start_again().await;
    companies.until_at_end(RELAY).await;
    let drained = back.elapsed();
    companies.until_shown().await;
    assert!(worker.end().await && relay.end().await, "they end on SIGTERM");
    let head = companies.head().await.get();
    assert_eq!(positions(&read(&topic).await), (1..=head).collect(), "nothing is missing");
    let from_topic = companies.fingerprint().await;
    assert_eq!(from_topic, companies.fingerprint_of_log().await);
    figure(
        "F21",
        &format!(
            "away for {away:?}: {n_orders} orders, p99 {there:.1?} before and {gone:.1?} meanwhile; \
             {backlog} events published {drained:.1?} after the broker was started again, 0 missing"
        ),
    );
}

#[tokio::test]
async fn f23_a_broker_that_lost_its_data_gets_it_again() {
    let companies = Companies::open().await;
    let mut broker = Broker::start().await;
    let topic = broker.topic();
    let relay = Worker::start(Role::Relay(&topic), &companies.databases);
    let worker = Worker::start(Role::WorkFrom(&topic), &companies.databases);
    companies.order(30).await;
    companies.until_shown().await;
    worker.kill().await;
    let seen = companies.head().await.get();
    // Events that no consumer has read yet are on the topic only.
    companies.order(30).await;
    companies.until_at_end(RELAY).await;
    broker.kill().await;
    broker.lose_everything();
    broker.start_again().await;

    let worker = Worker::start(Role::WorkFrom(&topic), &companies.databases);
    companies.order(30).await;
    companies.until_at_end(RELAY).await;
    worker.until_logged("the topic lacks events").await;
    sleep(Duration::from_secs(2)).await;
    assert!(companies.position("orders").await.get() <= seen + 1, "nothing is skipped");
    assert!(relay.end().await, "it ends on SIGTERM");
    let relay = Worker::start(Role::RelayFrom(&topic, seen), &companies.databases);
    companies.order(12).await;
    companies.until_at_end(RELAY).await;
    companies.until_shown().await;
    assert!(worker.end().await && relay.end().await, "they end on SIGTERM");

    let (head, on_topic) = (companies.head().await.get(), read(&topic).await);
    assert_eq!(positions(&on_topic), (seen + 1..=head).collect());
    let n_lost = head - seen;
    let from_topic = companies.fingerprint().await;
    assert_eq!(from_topic, companies.fingerprint_of_log().await);
    figure(
        "F23",
        &format!("{n_lost} events published again after {seen}, 0 skipped, 0 applied twice"),
    );
}
