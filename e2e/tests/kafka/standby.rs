//! Several processes that may all keep the read models.

use std::time::Duration;

use e2e::plant::Plant;
use e2e::worker::{Role, Worker};
use tokio::time::{Instant, sleep};

/// A lease lasts for four seconds, and whoever waits for it looks every second.
const TAKES_OVER_WITHIN: Duration = Duration::from_secs(15);

#[tokio::test]
async fn a_second_process_waits_and_takes_over_when_the_first_is_killed() {
    let plant = Plant::open().await;
    let first = Worker::start(Role::Work, &plant.databases);
    plant.order(12).await;
    plant.until_shown().await;
    let mut second = Worker::start(Role::Work, &plant.databases);
    sleep(Duration::from_secs(3)).await;
    plant.order(12).await;
    plant.until_shown().await;
    assert!(second.is_running());
    assert!(!second.log().contains("claimed"), "it waits: {}", second.log());

    let killed = Instant::now();
    first.kill().await;
    plant.order(12).await;
    plant.until_shown().await;
    assert!(killed.elapsed() < TAKES_OVER_WITHIN, "after {:?}", killed.elapsed());
    assert!(second.end().await);
}

#[tokio::test]
async fn a_process_that_was_frozen_leaves_the_read_models_to_the_other_and_waits() {
    let plant = Plant::open().await;
    let first = Worker::start(Role::Work, &plant.databases);
    plant.order(12).await;
    plant.until_shown().await;
    first.freeze();
    let second = Worker::start(Role::Work, &plant.databases);
    plant.order(12).await;
    plant.until_shown().await;
    first.thaw();
    sleep(Duration::from_secs(3)).await;
    plant.order(12).await;
    plant.until_shown().await;
    second.kill().await;
    plant.order(12).await;
    plant.until_shown().await;
    assert!(!first.log().contains("stopped for good"), "{}", first.log());
    assert!(first.end().await);
    let survived = plant.fingerprint().await;
    assert_eq!(survived, plant.fingerprint_of_log().await);
}
