//! Processes are killed and frozen while companies place orders.

use std::time::Duration;

use e2e::broker::shared;
use e2e::companies::Companies;
use e2e::worker::{Role, Worker};
use e2e::{figure, rounds};
use event_store::kafka::RELAY;
use event_store::kafka::Topic;
use sqlx::Connection;
use sqlx::postgres::PgConnection;
use tokio::time::{Instant, sleep};

use crate::topic::{positions, read};

/// The time between two kills.
const KILL_INTERVAL: Duration = Duration::from_secs(3);

const PAUSE: Duration = Duration::from_millis(60);

/// Kills the processes in turn and starts a replacement for each.
async fn kill_in_turn(companies: &Companies, roles: &[Role<'_>], n_kills: usize) -> Vec<Worker> {
    let mut workers: Vec<Worker> =
        roles.iter().map(|role| Worker::start(*role, &companies.databases)).collect();
    for number in 0..n_kills {
        sleep(KILL_INTERVAL).await;
        let next = number % roles.len();
        let another = Worker::start(roles[next], &companies.databases);
        std::mem::replace(&mut workers[next], another).kill().await;
    }
    workers
}

async fn end(workers: Vec<Worker>) {
    for worker in workers {
        assert!(worker.end().await, "it ends on SIGTERM");
    }
}

#[tokio::test]
async fn f25_projectors_of_one_group_are_killed_in_turn() {
    let companies = Companies::open().await;
    let topic = shared("f25");
    let relay = Worker::start(Role::Relay(&topic), &companies.databases);
    let n_kills = rounds(4) as usize;
    let ordering = companies.keep_ordering(PAUSE);
    let projectors = [Role::WorkFrom(&topic); 2];
    let workers = kill_in_turn(&companies, &projectors, n_kills).await;
    ordering.stop().await;
    companies.until_shown().await;
    end(workers).await;
    drop(relay);
    let (head, from_topic) = (companies.head().await, companies.fingerprint().await);
    assert_eq!(from_topic, companies.fingerprint_of_log().await);
    figure("F25", &format!("{n_kills} kills, {head} events, 0 skipped, 0 applied twice"));
}

#[tokio::test]
async fn f25_relay_and_projectors_are_killed_in_turn() {
    let companies = Companies::open().await;
    let topic = shared("f25-all");
    let n_events = u64::from(rounds(1)) * 2_000;
    let ordering = companies.keep_ordering(PAUSE);
    let roles = [Role::WorkFrom(&topic), Role::Relay(&topic), Role::WorkFrom(&topic)];
    let (mut workers, mut n_kills) = (Vec::new(), 0);
    while companies.head().await.get() < n_events || n_kills < roles.len() {
        end_at_once(workers).await;
        workers = kill_in_turn(&companies, &roles, roles.len()).await;
        n_kills += roles.len();
    }
    ordering.stop().await;
    companies.until_at_end(RELAY).await;
    companies.until_shown().await;
    end(workers).await;
    let (head, on_topic) = (companies.head().await.get(), read(&topic).await);
    assert_eq!(positions(&on_topic), (1..=head).collect(), "the topic has every event");
    let from_topic = companies.fingerprint().await;
    assert_eq!(from_topic, companies.fingerprint_of_log().await);
    let n_repeated = on_topic.len() - usize::try_from(head).unwrap();
    figure(
        "F25",
        &format!(
            "{n_kills} kills with the relay among the killed, {head} events, {n_repeated} more on the \
             topic, read models equal to those fed from the log"
        ),
    );
}

async fn end_at_once(workers: Vec<Worker>) {
    for worker in workers {
        worker.kill().await;
    }
}

/// Blocks the relay from advancing its checkpoint until the connection is closed.
async fn hold_checkpoint(companies: &Companies) -> PgConnection {
    let mut owner = PgConnection::connect_with(&companies.databases.owner).await.unwrap();
    sqlx::raw_sql("BEGIN; LOCK TABLE relay_lanes IN EXCLUSIVE MODE")
        .execute(&mut owner)
        .await
        .unwrap();
    owner
}

async fn until_on_topic(topic: &Topic, n_messages: usize) -> usize {
    let deadline = Instant::now() + Duration::from_mins(1);
    loop {
        let n = read(topic).await.len();
        if n >= n_messages {
            return n;
        }
        assert!(Instant::now() < deadline, "{n} of {n_messages} messages");
        sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test]
async fn f24_the_relay_is_killed_after_it_sent_and_before_its_checkpoint() {
    let companies = Companies::open().await;
    let topic = shared("f24");
    let worker = Worker::start(Role::WorkFrom(&topic), &companies.databases);
    let mut relay = Worker::start(Role::Relay(&topic), &companies.databases);
    let n_rounds = rounds(2).min(10);
    for _ in 0..n_rounds {
        companies.until_at_end(RELAY).await;
        let n_before = read(&topic).await.len();
        let held = hold_checkpoint(&companies).await;
        companies.order(20).await;
        until_on_topic(&topic, n_before + 1).await;
        relay.kill().await;
        drop(held);
        relay = Worker::start(Role::Relay(&topic), &companies.databases);
    }
    companies.until_at_end(RELAY).await;
    companies.until_shown().await;
    end(vec![worker, relay]).await;

    let (head, on_topic) = (companies.head().await.get(), read(&topic).await);
    let n_repeated = on_topic.len() - usize::try_from(head).unwrap();
    assert_eq!(positions(&on_topic), (1..=head).collect(), "the topic has every event");
    assert!(n_repeated > 0, "nothing was published twice");
    let from_topic = companies.fingerprint().await;
    assert_eq!(from_topic, companies.fingerprint_of_log().await);
    figure("F24", &format!("{n_rounds} kills, {n_repeated} events sent twice, 0 applied twice"));
}

#[tokio::test]
async fn f16_a_frozen_projector_blocks_no_writes_and_catches_up() {
    let companies = Companies::open().await;
    let worker = Worker::start(Role::Work, &companies.databases);
    companies.order(12).await;
    companies.until_shown().await;
    let frozen_for = Duration::from_secs(rounds(5).min(30).into());

    worker.freeze();
    let (before, head_before) = (companies.fingerprint().await, companies.head().await);
    let ordering = companies.keep_ordering(PAUSE);
    sleep(frozen_for).await;
    let n_orders = ordering.stop().await.len();
    assert!(n_orders > 20, "orders are placed meanwhile: {n_orders}");
    let lag = companies.head().await.get() - companies.position("orders").await.get();
    assert!(lag > 60, "the lag is reported: {lag}");
    assert!(companies.position("orders").await >= head_before);
    assert_eq!(companies.fingerprint().await, before);

    let thawed = Instant::now();
    worker.thaw();
    companies.until_shown().await;
    let caught_up = thawed.elapsed();
    end(vec![worker]).await;
    let survived = companies.fingerprint().await;
    assert_eq!(survived, companies.fingerprint_of_log().await);
    figure(
        "F16",
        &format!(
            "frozen for {frozen_for:?}: {n_orders} orders placed meanwhile, {lag} events behind, shown \
             {caught_up:.1?} after it went on"
        ),
    );
}
