//! The messages on the topic.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use e2e::broker::shared;
use e2e::companies::Companies;
use e2e::log::Log;
use e2e::process::{Process, tool};
use e2e::worker::{Role, Worker};
use event_store::envelope::header;
use event_store::kafka::{RELAY, Topic};
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::message::{Headers, Message};
use rdkafka::{ClientConfig, Offset, TopicPartitionList};

const PARTITIONS: i32 = 12;

/// A message as a consumer outside of FastOps receives it.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) partition: i32,
    pub(crate) key: String,
    pub(crate) value: Vec<u8>,
    pub(crate) headers: BTreeMap<String, String>,
}

impl Seen {
    pub(crate) fn position(&self) -> u64 {
        self.headers[header::POSITION].parse().unwrap()
    }
}

/// Reads the whole topic, each partition in its order.
pub(crate) async fn read(topic: &Topic) -> Vec<Seen> {
    let topic = topic.clone();
    tokio::task::spawn_blocking(move || read_all(&topic)).await.unwrap()
}

fn read_all(topic: &Topic) -> Vec<Seen> {
    let timeout = Duration::from_secs(20);
    let consumer: BaseConsumer = ClientConfig::new()
        .set("bootstrap.servers", topic.brokers())
        .set("group.id", "a-test")
        .set("enable.auto.commit", "false")
        .create()
        .unwrap();
    let (mut from_start, mut left) = (TopicPartitionList::new(), 0);
    for partition in 0..PARTITIONS {
        let (low, high) = consumer.fetch_watermarks(topic.name(), partition, timeout).unwrap();
        left += high - low;
        from_start.add_partition_offset(topic.name(), partition, Offset::Beginning).unwrap();
    }
    consumer.assign(&from_start).unwrap();
    let mut all = Vec::new();
    while left > 0 {
        let message = consumer.poll(timeout).expect("the next message arrives in time").unwrap();
        let headers = message.headers().unwrap().iter();
        let text = |bytes: Option<&[u8]>| str::from_utf8(bytes.unwrap()).unwrap().to_owned();
        all.push(Seen {
            partition: message.partition(),
            key: text(message.key()),
            value: message.payload().unwrap().to_vec(),
            headers: headers.map(|header| (header.key.to_owned(), text(header.value))).collect(),
        });
        left -= 1;
    }
    all.sort_by_key(|seen| seen.partition);
    all
}

/// The distinct positions of the messages.
pub(crate) fn positions(seen: &[Seen]) -> BTreeSet<u64> {
    seen.iter().map(Seen::position).collect()
}

#[tokio::test]
async fn the_topic_has_every_event_as_it_was_written() {
    let companies = Companies::open().await;
    companies.order(40).await;
    let topic = shared("whole");
    let relay = Worker::start(Role::Relay(&topic), &companies.databases);
    companies.until_at_end(RELAY).await;
    assert!(relay.end().await, "it ends on SIGTERM");

    let log = Log::read(&*companies.installation().store).await;
    let mut seen = read(&topic).await;
    assert_eq!(seen.len(), log.len(), "the relay published each event once");
    let mut last: BTreeMap<i32, u64> = BTreeMap::new();
    for message in &seen {
        let previous = last.insert(message.partition, message.position()).unwrap_or_default();
        assert_eq!(message.headers[header::PREVIOUS], previous.to_string());
        assert!(previous < message.position(), "the events of a lane are in order");
    }
    assert!(last.len() > 1, "there is more than one lane");
    seen.sort_by_key(Seen::position);
    for (message, event) in seen.iter().zip(&log.events) {
        let tenant = event.stream.tenant();
        assert_eq!(message.partition, i32::from(event.lane));
        assert_eq!(message.key, format!("{tenant}:{}", event.stream.name()));
        assert_eq!(message.value, event.payload);
        let metrics = |key: &str| message.headers[key].as_str();
        assert_eq!(metrics(header::SPEC_VERSION), "1.0");
        assert_eq!(metrics(header::ID), event.id.to_string());
        assert_eq!(metrics(header::TYPE), format!("co.fastops.{}.v1", event.event_type));
        assert_eq!(metrics(header::SUBJECT), event.stream.name());
        assert_eq!(metrics(header::TENANT_ID), tenant.to_string());
        assert_eq!(metrics(header::INCARNATION), log.incarnation.to_string());
        assert_eq!(metrics(header::POSITION), event.position.to_string());
        assert_eq!(metrics(header::CONTENT_TYPE), "application/json");
        assert!(event.metadata.traceparent.is_some());
        assert_eq!(message.headers.get(header::TRACEPARENT), event.metadata.traceparent.as_ref());
    }
}

#[tokio::test]
async fn consumers_fed_from_the_topic_write_the_same_rows_as_from_the_log() {
    let companies = Companies::open().await;
    let topic = shared("fed");
    let relay = Worker::start(Role::Relay(&topic), &companies.databases);
    let worker = Worker::start(Role::WorkFrom(&topic), &companies.databases);
    companies.order(100).await;
    companies.until_shown().await;
    companies.order(50).await;
    companies.until_shown().await;
    assert!(worker.end().await && relay.end().await, "they end on SIGTERM");
    let from_topic = companies.fingerprint().await;
    assert!(from_topic["orders"].0 == 150, "{from_topic:?}");
    assert_eq!(from_topic, companies.fingerprint_of_log().await);
}

#[tokio::test]
async fn read_models_that_were_put_back_are_brought_up_to_date_from_the_topic() {
    let companies = Companies::open().await;
    let topic = shared("put-back");
    let relay = Worker::start(Role::Relay(&topic), &companies.databases);
    let worker = Worker::start(Role::WorkFrom(&topic), &companies.databases);
    companies.order(40).await;
    companies.until_shown().await;
    rebuild(&companies, &["orders"]).await;
    companies.order(40).await;
    companies.until_shown().await;
    assert!(worker.end().await, "it ends on SIGTERM");

    let then = companies.position("orders").await;
    rebuild(&companies, &["orders", "--rollback"]).await;
    assert!(
        companies.position("orders").await < then,
        "the group has read more than the read models show"
    );
    // Some lanes get later events, others do not.
    companies.order(2).await;
    let worker = Worker::start(Role::WorkFrom(&topic), &companies.databases);
    companies.until_shown().await;
    assert!(!worker.log().contains("the topic has lost"), "{}", worker.log());
    assert!(worker.end().await && relay.end().await, "they end on SIGTERM");
    let from_topic = companies.fingerprint().await;
    assert!(from_topic["orders"].0 == 82, "{from_topic:?}");
    assert_eq!(from_topic, companies.fingerprint_of_log().await);
}

async fn rebuild(companies: &Companies, what: &[&str]) {
    let rebuilt = tool(&companies.databases, &[&["rebuild"], what].concat()).await;
    assert!(rebuilt.status.success(), "{}", String::from_utf8_lossy(&rebuilt.stderr));
}

#[tokio::test]
async fn a_publishing_server_has_metrics_of_its_relay() {
    let companies = Companies::open().await;
    let topic = shared("served");
    let server = Process::publish(&companies.databases, &topic).await;
    companies.order(12).await;
    companies.until_at_end(RELAY).await;
    let metrics = server.metrics().await;
    assert!(metrics.contains(r#"fastops_consumer_alive{consumer="kafka-relay"} 1"#), "{metrics}");
    assert_eq!(read(&topic).await.len() as u64, companies.head().await.get());
}

#[tokio::test]
async fn a_topic_with_another_number_of_partitions_is_refused_with_a_clear_message() {
    use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
    let companies = Companies::open().await;
    let topic = shared("crooked");
    let admin: AdminClient<_> =
        ClientConfig::new().set("bootstrap.servers", topic.brokers()).create().unwrap();
    let crooked = NewTopic::new(topic.name(), 3, TopicReplication::Fixed(1));
    admin.create_topics([&crooked], &AdminOptions::new()).await.unwrap();
    tokio::time::sleep(Duration::from_secs(1)).await;

    let mut relay = Worker::start(Role::Relay(&topic), &companies.databases);
    assert!(!relay.ended().await);
    let metrics = relay.log();
    assert!(metrics.contains("has 3 partitions and has to have 12"), "{metrics}");
}
