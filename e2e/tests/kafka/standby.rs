//! Several processes that may all keep the read models.

use std::time::Duration;

use e2e::assert_took;
use e2e::broker::shared;
use e2e::companies::Plant;
use e2e::system::PATIENCE;
use e2e::worker::{Role, Worker};
use sqlx::{Connection, PgConnection};
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
    assert_took(killed.elapsed(), TAKES_OVER_WITHIN);
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

/// What it answers to whoever watches over it.
async fn watched(worker: &Worker, path: &str) -> (u16, String) {
    let answer = reqwest::get(format!("http://{}{path}", worker.ops().await)).await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

async fn until_ready(worker: &Worker) {
    let deadline = Instant::now() + PATIENCE;
    while watched(worker, "/readyz").await.0 != 200 {
        assert!(Instant::now() < deadline, "{}", watched(worker, "/readyz").await.1);
        sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn every_role_is_watched_and_names_a_consumer_that_has_stopped() {
    let plant = Plant::open().await;
    let topic = shared("watched");
    let relay = Worker::start(Role::Relay(&topic), &plant.databases);
    let work = Worker::start(Role::Work, &plant.databases);
    let standby = Worker::start(Role::Work, &plant.databases);
    plant.order(12).await;
    plant.until_shown().await;
    for (worker, consumer) in [(&relay, "kafka-relay"), (&work, "orders"), (&standby, "orders")] {
        until_ready(worker).await;
        assert_eq!(watched(worker, "/livez").await, (200, "ok\n".to_owned()));
        let metrics = watched(worker, "/metrics").await.1;
        let alive = format!("fastops_consumer_alive{{consumer=\"{consumer}\"}} 1");
        assert!(metrics.contains(&alive), "{alive} is not in\n{metrics}");
    }

    // The log begins another life, so that whoever has checkpoints must not go on.
    let restored = "UPDATE log_head SET incarnation = gen_random_uuid()";
    let mut owner = PgConnection::connect_with(&plant.databases.owner).await.unwrap();
    sqlx::query(restored).execute(&mut owner).await.unwrap();
    let deadline = Instant::now() + PATIENCE;
    loop {
        let (status, said) = watched(&work, "/readyz").await;
        if status == 503 && said.contains("\"orders\"") {
            break;
        }
        assert!(Instant::now() < deadline, "{status} {said}");
        sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(watched(&work, "/livez").await.0, 200);
}
