//! Brokers that refuse requests or answer late, simulated by librdkafka.

use std::sync::Arc;
use std::time::Duration;

use e2e::companies::Companies;
use e2e::system::TIMEOUT;
use e2e::{assert_took, figure, rounds};
use event_store::consumer::{Board, State, keep_running};
use event_store::kafka::{RELAY, Relay, Topic};
use rdkafka::mocking::MockCluster;
use rdkafka::producer::DefaultProducerContext;
use rdkafka::types::{RDKafkaApiKey, RDKafkaRespErr};
use rustix::time::{ClockId, clock_gettime};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::topic::{positions, read};

const REFUSALS: [RDKafkaRespErr; 3] = [
    RDKafkaRespErr::RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS,
    RDKafkaRespErr::RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
    RDKafkaRespErr::RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT,
];

/// The CPU time of all threads of this process.
fn worked() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn f22_the_relay_retries_a_refusing_or_slow_broker_with_backoff() {
    let companies = Companies::open().await;
    let cluster = MockCluster::<DefaultProducerContext>::new(1).unwrap();
    cluster.create_topic("slow", 12, 1).unwrap();
    let topic = Topic::new(cluster.bootstrap_servers(), "slow");
    let (board, shutdown) = (Board::default(), CancellationToken::new());
    let feed = companies.installation().feed(&board, companies.installation().tail(&shutdown));
    let relay = Arc::new(Relay::new(topic.clone()));
    let kept = tokio::spawn(keep_running(relay, feed, Duration::from_mins(1), shutdown.clone()));
    companies.until_at_end(RELAY).await;

    let n_refusals = (10 * rounds(1) as usize).min(40);
    let refusals: Vec<RDKafkaRespErr> = REFUSALS.into_iter().cycle().take(n_refusals).collect();
    cluster.request_errors(RDKafkaApiKey::Produce, &refusals);
    companies.order(12).await;
    companies.until_at_end(RELAY).await;

    // A round trip that exceeds the timeout of a page is a failure, shown and retried with backoff.
    cluster.broker_round_trip_time(1, Duration::from_secs(20)).unwrap();
    companies.order(12).await;
    let idle = (worked(), Instant::now());
    let deadline = idle.1 + TIMEOUT * 4;
    let attempts = loop {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let status = board.statuses().into_iter().find(|status| status.consumer == RELAY);
        match status.unwrap().state {
            State::Failing { attempts, .. } => break attempts,
            state => assert!(Instant::now() < deadline, "the failure is not shown: {state:?}"),
        }
    };
    let (worked, passed) = (worked().saturating_sub(idle.0), idle.1.elapsed());
    assert!(attempts < 10, "too many attempts: {attempts}");
    assert_took(worked, passed / 4);
    cluster.broker_round_trip_time(1, Duration::from_millis(500)).unwrap();
    companies.until_at_end(RELAY).await;

    shutdown.cancel();
    kept.await.unwrap().unwrap();
    cluster.broker_round_trip_time(1, Duration::ZERO).unwrap();
    let head = companies.head().await.get();
    assert_eq!(positions(&read(&topic).await), (1..=head).collect(), "nothing is missing");
    figure(
        "F22",
        &format!(
            "{n_refusals} requests refused, answers 20 s late: {attempts} tries and {worked:.1?} of \
             work in {passed:.0?}, 0 events missing"
        ),
    );
}
