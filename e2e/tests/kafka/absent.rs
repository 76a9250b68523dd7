//! Processes that start before PostgreSQL or Kafka is available.

use std::time::Duration;

use e2e::broker::Broker;
use e2e::cluster::{Cluster, Stop};
use e2e::companies::Companies;
use e2e::figure;
use e2e::process::Process;
use e2e::worker::{Role, Worker};
use fastops::schema::migrate_schema;
use tokio::time::{Instant, sleep};

#[tokio::test]
async fn f47_without_kafka_everything_else_works_and_processes_wait() {
    let companies = Companies::open().await;
    let mut broker = Broker::start().await;
    let topic = broker.topic();
    broker.kill().await;
    let mut relay = Worker::start(Role::Relay(&topic), &companies.databases);
    let mut worker = Worker::start(Role::WorkFrom(&topic), &companies.databases);
    companies.order(12).await;
    relay.until_logged("Kafka cannot be reached").await;
    worker.until_logged("cannot be reached").await;
    assert!(relay.is_running() && worker.is_running());

    let back = Instant::now();
    broker.start_again().await;
    let started = back.elapsed();
    companies.until_shown().await;
    let shown = back.elapsed();
    assert!(worker.end().await && relay.end().await, "they end on SIGTERM");
    let from_topic = companies.fingerprint().await;
    assert_eq!(from_topic, companies.fingerprint_of_log().await);
    let after = shown.saturating_sub(started);
    figure("F47", &format!("without Kafka: read models up to date {after:.1?} after it answered"));
}

#[tokio::test]
async fn f47_without_postgres_processes_log_it_and_wait() {
    let mut cluster = Cluster::start().await;
    let databases = cluster.databases("postgres");
    migrate_schema(&databases).await.unwrap();
    cluster.stop(Stop::Fast).await;
    let mut worker = Worker::start(Role::Work, &databases);
    let serving = tokio::spawn({
        let databases = databases.clone();
        async move { Process::serve(&databases).await }
    });
    let asked = Instant::now();
    worker.until_logged("the lease of the consumer could not be read").await;
    // The server gets more than the time that the worker needed to report the same.
    sleep(asked.elapsed() * 2 + Duration::from_secs(2)).await;
    assert!(worker.is_running(), "{}", worker.log());
    assert!(!serving.is_finished(), "a server without PostgreSQL does not listen");

    cluster.start_again().await;
    let back = Instant::now();
    let process = serving.await.unwrap();
    let served = back.elapsed();
    assert!(process.log().contains("PostgreSQL cannot be reached"), "{}", process.log());
    let companies = Companies::on(databases).await;
    companies.order(6).await;
    companies.until_shown().await;
    assert!(
        worker.log().contains("the lease of the consumer could not be read"),
        "{}",
        worker.log()
    );
    figure("F47", &format!("without PostgreSQL: answers {served:.1?} after it"));
}
