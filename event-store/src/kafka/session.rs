//! One membership in a group of readers of the topic, which assigns lanes to its members.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rdkafka::client::ClientContext;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::consumer::{
    BaseConsumer, CommitMode, Consumer, ConsumerContext, Rebalance, StreamConsumer,
};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::{Message, Offset, TopicPartitionList};
use tokio::time::{Instant, timeout, timeout_at};

use super::message::decode;
use super::quiet::Quiet;
use super::sieve::Received;
use super::topic::{Topic, TopicError};

/// How long to wait for the first message of a page.
const POLL: Duration = Duration::from_secs(1);

/// How long to wait for the others: a page costs a transaction however little is in it.
const GATHER: Duration = Duration::from_millis(25);

/// The timeout for reading a partition's offsets from a broker, and for seeking.
const SEEK_WITHIN: Duration = Duration::from_secs(5);

/// How long leaving the group may take.
const LEAVE_WITHIN: Duration = Duration::from_secs(3);

/// A membership in a consumer's group.
pub(super) struct Session {
    topic: Topic,
    consumer: Arc<StreamConsumer<Assignment>>,
}

/// The lanes that the group has assigned to this member. They change only while the member polls.
#[derive(Debug, Clone, Default)]
struct Assignment(Arc<Mutex<Lanes>>);

/// Some lanes, and the number of the assignment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Lanes {
    pub(super) generation: u64,
    pub(super) numbers: BTreeSet<u16>,
}

impl Session {
    /// Becomes a member of `group`.
    pub(super) fn join(topic: &Topic, group: &str) -> Result<Self, TopicError> {
        let consumer: StreamConsumer<Assignment> = topic
            .config()
            .set("group.id", group)
            // Offsets are a hint: what has been seen is in the checkpoints.
            .set("enable.auto.commit", "false")
            .set("auto.offset.reset", "earliest")
            // Every assignment is complete: all lanes are claimed again.
            .set("partition.assignment.strategy", "range")
            .set("session.timeout.ms", "6000")
            .set("heartbeat.interval.ms", "2000")
            .set("fetch.wait.max.ms", "100")
            .set("fetch.message.max.bytes", "1048576")
            .set("queued.max.messages.kbytes", "16384")
            .create_with_context(Assignment::default())
            .map_err(|error| topic.unavailable(&error))?;
        consumer.subscribe(&[topic.name()]).map_err(|error| topic.unavailable(&error))?;
        Ok(Self { topic: topic.clone(), consumer: Arc::new(consumer) })
    }

    /// At most `most` messages, as soon as there are some; none after a second. An error means that this
    /// membership is of no more use.
    pub(super) async fn next(&self, most: usize) -> Result<Vec<Received>, TopicError> {
        let mut page = Vec::new();
        let mut until = Instant::now() + POLL;
        while page.len() < most {
            let message = match timeout_at(until, self.consumer.recv()).await {
                Err(_) => break,
                Ok(Err(error)) if is_passing(&error) => {
                    tracing::warn!(%error, "a broker does not answer: the consumer waits for it");
                    continue;
                }
                Ok(Err(error)) => return Err(self.topic.unavailable(&error)),
                Ok(Ok(message)) => message,
            };
            if page.is_empty() {
                until = Instant::now() + GATHER;
            }
            match decode(&message) {
                Ok((event, link)) => {
                    page.push(Received { event: Arc::new(event), link, offset: message.offset() });
                }
                Err(error) => {
                    let (partition, offset) = (message.partition(), message.offset());
                    tracing::error!(partition, offset, %error, "a message of the topic is no \
                        event and is skipped: see who else writes there");
                    metrics::counter!("fastops_feed_malformed_total").increment(1);
                }
            }
        }
        Ok(page)
    }

    /// The lanes of this member.
    pub(super) fn lanes(&self) -> Lanes {
        self.consumer.context().lanes().clone()
    }

    /// Commits the group's offsets, without waiting: the message after the last one of each lane.
    pub(super) fn commit<'r>(&self, seen: impl Iterator<Item = &'r Received>) {
        let mut offsets = TopicPartitionList::new();
        for Received { event, offset, .. } in seen {
            let (name, partition) = (self.topic.name(), i32::from(event.lane));
            let next = Offset::Offset(offset + 1);
            let placed = match offsets.find_partition(name, partition) {
                Some(mut known) => known.set_offset(next),
                None => offsets.add_partition_offset(name, partition, next),
            };
            if let Err(error) = placed {
                tracing::warn!(%error, "the offset of a message could not be set: the group \
                    reads from an earlier one after a restart");
            }
        }
        if offsets.count() == 0 {
            return;
        }
        if let Err(error) = self.consumer.commit(&offsets, CommitMode::Async) {
            tracing::warn!(%error, "offsets were not committed: the group reads from earlier \
                ones after a restart");
        }
    }

    /// The end of a lane's partition, if everything up to it was read.
    pub(super) async fn end(&self, lane: u16) -> Result<Option<i64>, TopicError> {
        self.ask(move |topic, consumer| {
            let partition = i32::from(lane);
            let (first, end) = consumer.fetch_watermarks(topic.name(), partition, SEEK_WITHIN)?;
            let read = consumer.position()?;
            let read = read.find_partition(topic.name(), partition).map(|read| read.offset());
            let is_read = match read {
                Some(Offset::Offset(next)) => next >= end,
                // Nothing has come since the lane was given to this member.
                _ => next_of_group(consumer, topic, partition)?.max(first) >= end,
            };
            Ok(is_read.then_some(end))
        })
        .await
    }

    /// Rewinds a lane by so many messages before an offset, or to the first that its partition has. Returns
    /// whether there was one before that offset.
    pub(super) async fn go_back(
        &self,
        lane: u16,
        before: i64,
        messages: i64,
    ) -> Result<bool, TopicError> {
        self.ask(move |topic, consumer| {
            let partition = i32::from(lane);
            let (first, _) = consumer.fetch_watermarks(topic.name(), partition, SEEK_WITHIN)?;
            if first >= before {
                return Ok(false);
            }
            let to = Offset::Offset(first.max(before.saturating_sub(messages)));
            consumer.seek(topic.name(), partition, to, SEEK_WITHIN).map(|()| true)
        })
        .await
    }

    /// Runs a blocking call of the client in another thread.
    async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Topic, &StreamConsumer<Assignment>) -> Result<T, KafkaError>
        + Send
        + 'static,
    ) -> Result<T, TopicError> {
        let (topic, consumer) = (self.topic.clone(), Arc::clone(&self.consumer));
        let answer = tokio::task::spawn_blocking(move || question(&topic, &consumer)).await;
        let answer = answer.map_err(|ended| self.topic.unavailable(&ended))?;
        answer.map_err(|error| self.topic.unavailable(&error))
    }

    /// Leaves the group, so that others get the lanes at once.
    pub(super) async fn leave(self) {
        let left = tokio::task::spawn_blocking(move || drop(self));
        if timeout(LEAVE_WITHIN, left).await.is_err() {
            tracing::warn!(
                "leaving the group takes too long and goes on in the background: others get its \
                lanes later"
            );
        }
    }
}

/// Where the group goes on in a partition; where it has not begun, at its first message.
fn next_of_group(
    consumer: &StreamConsumer<Assignment>,
    topic: &Topic,
    partition: i32,
) -> Result<i64, KafkaError> {
    let mut asked = TopicPartitionList::new();
    asked.add_partition(topic.name(), partition);
    let committed = consumer.committed_offsets(asked, SEEK_WITHIN)?;
    match committed.find_partition(topic.name(), partition).map(|found| found.offset()) {
        Some(Offset::Offset(next)) => Ok(next),
        _ => Ok(0),
    }
}

/// Whether the client recovers by itself: some broker is unavailable, and others are not.
fn is_passing(error: &KafkaError) -> bool {
    matches!(
        error.rdkafka_error_code(),
        Some(RDKafkaErrorCode::BrokerTransportFailure | RDKafkaErrorCode::OperationTimedOut)
    )
}

impl Assignment {
    fn lanes(&self) -> MutexGuard<'_, Lanes> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ClientContext for Assignment {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        Quiet.log(level, facility, message);
    }

    fn error(&self, error: KafkaError, reason: &str) {
        Quiet.error(error, reason);
    }
}

impl ConsumerContext for Assignment {
    fn pre_rebalance(&self, _: &BaseConsumer<Self>, rebalance: &Rebalance<'_>) {
        let mut lanes = self.lanes();
        lanes.generation += 1;
        lanes.numbers = match rebalance {
            Rebalance::Assign(assigned) => {
                let partitions = assigned.elements().into_iter().map(|lane| lane.partition());
                partitions.filter_map(|partition| u16::try_from(partition).ok()).collect()
            }
            Rebalance::Revoke(_) | Rebalance::Error(_) => BTreeSet::new(),
        };
        tracing::info!(lanes = ?lanes.numbers, "the group has assigned lanes to this member");
    }
}
