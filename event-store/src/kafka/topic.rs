//! The topic: where it is, and how it has to be.

use std::time::Duration;

use rdkafka::ClientConfig;
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};

use super::quiet::Quiet;
use crate::lane::LANES;

/// What the topic is called unless somebody says otherwise.
pub const DEFAULT_NAME: &str = "fastops.events.v1";

/// How long the brokers may take to answer a question about the topic.
const PATIENCE: Duration = Duration::from_secs(8);

/// The largest message, by what the brokers take of the topic: more than any event has.
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
        /// Where they should be.
        brokers: String,
        /// What the client says.
        reason: String,
    },
    /// The topic was made by somebody else, or for another release. Its partitions are the lanes, so
    /// events of one company would not stay in order.
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

    /// Where its brokers are.
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

    /// How many partitions it has, if it is there.
    fn n_partitions(&self) -> Result<Option<usize>, TopicError> {
        let admin = self.admin()?;
        let metadata = admin
            .inner()
            .fetch_metadata(Some(&self.name), PATIENCE)
            .map_err(|error| self.unavailable(&error))?;
        let found = metadata.topics().iter().find(|topic| topic.name() == self.name);
        let n_partitions = found.map(|topic| topic.partitions().len());
        Ok(n_partitions.filter(|n_partitions| *n_partitions > 0))
    }

    async fn create(&self) -> Result<(), TopicError> {
        let admin = self.admin()?;
        let topic = NewTopic::new(&self.name, LANES.into(), TopicReplication::Fixed(-1))
            .set("max.message.bytes", MESSAGE_BYTES_MAX);
        let options =
            AdminOptions::new().request_timeout(Some(PATIENCE)).operation_timeout(Some(PATIENCE));
        let created = admin.create_topics([&topic], &options).await;
        for outcome in created.map_err(|error| self.unavailable(&error))? {
            match outcome {
                // Another process was sooner.
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

    /// What every client of the topic begins with.
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
