//! Several processes that compete for the lease to keep the read models.

use std::time::Duration;

use e2e::assert_took;
use e2e::broker::shared;
use e2e::companies::Companies;
use e2e::system::TIMEOUT;
use e2e::worker::{Role, Worker};
use sqlx::{Connection, PgConnection};
use tokio::time::{Instant, sleep};

/// A lease lasts 4 s, and a waiting process checks it every second.
const TAKES_OVER_WITHIN: Duration = Duration::from_secs(15);

#[tokio::test]
async fn a_second_process_waits_and_takes_over_when_the_first_is_killed() {
    let companies = Companies::open().await;
    let first = Worker::start(Role::Work, &companies.databases);
    companies.order(12).await;
    companies.until_shown().await;
    let mut second = Worker::start(Role::Work, &companies.databases);
    sleep(Duration::from_secs(3)).await;
    companies.order(12).await;
    companies.until_shown().await;
    assert!(second.is_running());
    assert!(!second.log().contains("claimed"), "it waits: {}", second.log());

    let killed = Instant::now();
    first.kill().await;
    companies.order(12).await;
    companies.until_shown().await;
    assert_took(killed.elapsed(), TAKES_OVER_WITHIN);
    assert!(second.end().await);
}

#[tokio::test]
async fn a_process_that_was_frozen_leaves_the_read_models_to_the_other_and_waits() {
    let companies = Companies::open().await;
    let first = Worker::start(Role::Work, &companies.databases);
    companies.order(12).await;
    companies.until_shown().await;
    first.freeze();
    let second = Worker::start(Role::Work, &companies.databases);
    companies.order(12).await;
    companies.until_shown().await;
    first.thaw();
    sleep(Duration::from_secs(3)).await;
    companies.order(12).await;
    companies.until_shown().await;
    second.kill().await;
    companies.order(12).await;
    companies.until_shown().await;
    assert!(!first.log().contains("stopped for good"), "{}", first.log());
    assert!(first.end().await);
    let survived = companies.fingerprint().await;
    assert_eq!(survived, companies.fingerprint_of_log().await);
}

/// The answer of its probes and metrics to a path.
async fn probe(worker: &Worker, path: &str) -> (u16, String) {
    let answer = reqwest::get(format!("http://{}{path}", worker.ops().await)).await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

async fn until_ready(worker: &Worker) {
    let deadline = Instant::now() + TIMEOUT;
    while probe(worker, "/readyz").await.0 != 200 {
        assert!(Instant::now() < deadline, "{}", probe(worker, "/readyz").await.1);
        sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn every_role_has_probes_and_names_a_stopped_consumer() {
    let companies = Companies::open().await;
    let topic = shared("watched");
    let relay = Worker::start(Role::Relay(&topic), &companies.databases);
    let work = Worker::start(Role::Work, &companies.databases);
    let standby = Worker::start(Role::Work, &companies.databases);
    companies.order(12).await;
    companies.until_shown().await;
    for (worker, consumer) in [(&relay, "kafka-relay"), (&work, "orders"), (&standby, "orders")] {
        until_ready(worker).await;
        assert_eq!(probe(worker, "/livez").await, (200, "ok\n".to_owned()));
        let metrics = probe(worker, "/metrics").await.1;
        let alive = format!("fastops_consumer_alive{{consumer=\"{consumer}\"}} 1");
        assert!(metrics.contains(&alive), "{alive} is not in\n{metrics}");
    }

    // The log gets another incarnation, so that consumers with checkpoints must stop.
    let restored = "UPDATE log_head SET incarnation = gen_random_uuid()";
    let mut owner = PgConnection::connect_with(&companies.databases.owner).await.unwrap();
    sqlx::query(restored).execute(&mut owner).await.unwrap();
    let deadline = Instant::now() + TIMEOUT;
    loop {
        let (status, body) = probe(&work, "/readyz").await;
        if status == 503 && body.contains("\"orders\"") {
            break;
        }
        assert!(Instant::now() < deadline, "{status} {body}");
        sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(probe(&work, "/livez").await.0, 200);
}
