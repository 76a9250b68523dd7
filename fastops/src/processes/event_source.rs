//! The source of the consumers' events: the log itself, or the topic that the relay publishes.

use event_store::kafka::Topic;
use event_store::kafka::topic::DEFAULT_NAME;

use crate::config::ConfigError;

/// The address of Kafka.
#[derive(clap::Args, Debug, Clone)]
pub struct KafkaArgs {
    /// Kafka's brokers: host:port, several with commas between them.
    #[arg(long, env = "FASTOPS_KAFKA_BROKERS")]
    kafka_brokers: Option<String>,

    /// The topic with the events; it is made with a partition per lane where there is none.
    #[arg(long, env = "FASTOPS_KAFKA_TOPIC", default_value = DEFAULT_NAME)]
    kafka_topic: String,
}

/// Where consumers get their events from.
#[derive(clap::Args, Debug, Clone)]
pub struct FeedArgs {
    /// Where consumers get their events from; the same for all processes of an installation.
    #[arg(long, env = "FASTOPS_FEED", value_enum, default_value = "log")]
    feed: FeedName,

    #[command(flatten)]
    kafka: KafkaArgs,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum FeedName {
    /// The event log in PostgreSQL; one process at a time keeps a read model.
    Log,
    /// The topic; all processes share the lanes of every read model.
    Kafka,
}

/// The source of the consumers' events, as configured by [`FeedArgs`].
#[derive(Debug, Clone)]
pub enum Source {
    /// The log itself.
    Log,
    /// What the relay has published of it.
    Topic(Topic),
}

impl KafkaArgs {
    /// The topic.
    pub fn topic(&self) -> Result<Topic, ConfigError> {
        let brokers = self.kafka_brokers.as_ref().ok_or(ConfigError::NoBrokers)?;
        Ok(Topic::new(brokers, &self.kafka_topic))
    }
}

impl FeedArgs {
    /// The topic, whether consumers read it or not.
    pub fn topic(&self) -> Result<Topic, ConfigError> {
        self.kafka.topic()
    }

    /// What was chosen.
    pub fn source(&self) -> Result<Source, ConfigError> {
        Ok(match self.feed {
            FeedName::Log => Source::Log,
            FeedName::Kafka => Source::Topic(self.topic()?),
        })
    }
}
