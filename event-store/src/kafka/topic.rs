//! The topic: its address and its configuration.

use std::time::Duration;

use rdkafka::ClientConfig;
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};

use super::quiet::Quiet;
use crate::lane::LANES;

/// The default name of the topic.
pub const DEFAULT_NAME: &str = "fastops.events.v1";

/// The timeout of requests to the brokers about the topic.
const BROKER_TIMEOUT: Duration = Duration::from_secs(8);

/// The largest message that the brokers accept in the topic: more than any event has.
pub(super) const MESSAGE_BYTES_MAX: &str = "4194304";

/// One topic with a partition for each lane. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topic {
    brokers: String,
    name: String,
}

/// Why the topic cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TopicError {
    /// No broker answers, or those that do refuse; a later try may succeed.
    #[error("the brokers at {brokers} cannot be reached: {reason}")]
    Unavailable {
        /// The addresses of the brokers.
        brokers: String,
        /// The message of the client.
        reason: String,
    },
    /// The topic was not made by this release. Its partitions are the lanes, so events of one company would
    /// not stay in order.
    #[error(
        "the topic {topic} has {found} partitions and has to have {LANES}: name another one with \
         FASTOPS_KAFKA_TOPIC, which is made by itself"
    )]
    Mismatch {
        /// The topic.
        topic: String,
        /// How many partitions it has.
        found: usize,
    },
}

impl Topic {
    /// The topic of this name at these brokers, `host:port` with commas between them.
    pub fn new(brokers: impl Into<String>, name: impl Into<String>) -> Self {
        Self { brokers: brokers.into(), name: name.into() }
    }

    /// The addresses of its brokers.
    pub fn brokers(&self) -> &str {
        &self.brokers
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Makes the topic where there is none, as durable as the brokers make topics by themselves, and
    /// checks the number of its partitions.
    pub async fn make_ready(&self) -> Result<(), TopicError> {
        let asked = self.clone();
        let n_partitions = tokio::task::spawn_blocking(move || asked.n_partitions()).await;
        let n_partitions = n_partitions.map_err(|ended| self.unavailable(&ended))??;
        match n_partitions {
            Some(found) if found == usize::from(LANES) => Ok(()),
            Some(found) => Err(TopicError::Mismatch { topic: self.name.clone(), found }),
            None => self.create().await,
        }
    }

    /// The number of its partitions, if it exists.
    fn n_partitions(&self) -> Result<Option<usize>, TopicError> {
        let admin = self.admin()?;
        let metadata = admin
            .inner()
            .fetch_metadata(Some(&self.name), BROKER_TIMEOUT)
            .map_err(|error| self.unavailable(&error))?;
        let found = metadata.topics().iter().find(|topic| topic.name() == self.name);
        let n_partitions = found.map(|topic| topic.partitions().len());
        Ok(n_partitions.filter(|n_partitions| *n_partitions > 0))
    }

    async fn create(&self) -> Result<(), TopicError> {
        let admin = self.admin()?;
        let topic = NewTopic::new(&self.name, LANES.into(), TopicReplication::Fixed(-1))
            .set("max.message.bytes", MESSAGE_BYTES_MAX);
        let options = AdminOptions::new()
            .request_timeout(Some(BROKER_TIMEOUT))
            .operation_timeout(Some(BROKER_TIMEOUT));
        let created = admin.create_topics([&topic], &options).await;
        for outcome in created.map_err(|error| self.unavailable(&error))? {
            match outcome {
                // Another process created it first.
                Ok(_) | Err((_, RDKafkaErrorCode::TopicAlreadyExists)) => {}
                Err((_, code)) => return Err(self.unavailable(&code)),
            }
        }
        tracing::info!(topic = self.name, partitions = LANES, "made the topic");
        Ok(())
    }

    fn admin(&self) -> Result<AdminClient<Quiet>, TopicError> {
        self.config()
            .create_with_context(Quiet)
            .map_err(|error: KafkaError| self.unavailable(&error))
    }

    /// The common configuration of all clients of the topic.
    pub(super) fn config(&self) -> ClientConfig {
        let mut config = ClientConfig::new();
        config
            .set("bootstrap.servers", &self.brokers)
            .set("client.id", "fastops")
            .set("allow.auto.create.topics", "false")
            // A broker that comes back is found within a second.
            .set("reconnect.backoff.max.ms", "1000")
            .set("topic.metadata.refresh.interval.ms", "10000");
        config
    }

    pub(super) fn unavailable(&self, error: &dyn std::error::Error) -> TopicError {
        TopicError::Unavailable { brokers: self.brokers.clone(), reason: error.to_string() }
    }
}
