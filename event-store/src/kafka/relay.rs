//! From the log to the topic: a consumer that publishes every event.
//!
//! Why a partition never lacks an event: a producer numbers its messages, and the brokers accept them in that
//! order only, so they hold a prefix of what it sent. After any failure the producer sends no more. The next
//! one begins at the checkpoint, which moves only over acknowledged messages. So messages are repeated, and
//! all later ones follow. Should brokers lose data all the same: each message names its predecessor, and a
//! reader that has not seen that one goes no further.

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;
use domain::shared::IncarnationId;
use futures_util::future::try_join_all;
use rdkafka::producer::{DeliveryFuture, FutureProducer, FutureRecord, Producer, PurgeConfig};
use sqlx::{PgConnection, PgPool};
use tokio::sync::Mutex;
use tokio::time::timeout;
use uuid::Uuid;

use super::message::headers;
use super::quiet::Quiet;
use super::topic::{MESSAGE_BYTES_MAX, Topic, TopicError};
use crate::consumer::checkpoint::Reached;
use crate::consumer::{Consumer, ConsumerError};
use crate::envelope::{LaneLink, key};
use crate::event::RecordedEvent;
use crate::lane::LANES;
use crate::store::EventStore;
use crate::stream::Position;

/// The name that the relay's checkpoints are kept under.
pub const RELAY: &str = "kafka-relay";

/// How long a page may take to be acknowledged; below the time that a transaction may be idle for.
const ACKNOWLEDGED_WITHIN: Duration = Duration::from_secs(15);

/// The consumer that publishes the log on a topic.
pub struct Relay {
    topic: Topic,
    /// The producer that has not failed yet.
    producer: Mutex<Option<FutureProducer<Quiet>>>,
}

impl Relay {
    /// Publishes on this topic, which is made where there is none.
    pub fn new(topic: Topic) -> Self {
        Self { topic, producer: Mutex::default() }
    }

    /// A producer that repeats by itself what was not acknowledged, without changing the order.
    async fn connected(&self) -> Result<FutureProducer<Quiet>, TopicError> {
        self.topic.make_ready().await?;
        self.topic
            .config()
            .set("enable.idempotence", "true")
            .set("acks", "all")
            // What cannot be delivered is dropped as a whole, see `publish`.
            .set("message.timeout.ms", "0")
            .set("compression.type", "zstd")
            .set("message.max.bytes", MESSAGE_BYTES_MAX)
            .set("linger.ms", "2")
            .set("retry.backoff.max.ms", "1000")
            .create_with_context(Quiet)
            .map_err(|error| self.topic.unavailable(&error))
    }

    /// Returns when the brokers have all of it.
    async fn publish(
        &self,
        producer: &FutureProducer<Quiet>,
        events: &[&RecordedEvent],
        lanes: &mut Lanes,
    ) -> Result<(), TopicError> {
        let mut deliveries: Vec<DeliveryFuture> = Vec::with_capacity(events.len());
        for event in events {
            let key = key(event);
            let record = FutureRecord::to(self.topic.name())
                .partition(i32::from(event.lane))
                .key(&key)
                .payload(&event.payload)
                .headers(headers(event, lanes.link(event)))
                .timestamp(event.recorded_at.timestamp_millis());
            let sent = producer.send_result(record);
            deliveries.push(sent.map_err(|(error, _)| self.topic.unavailable(&error))?);
        }
        let acknowledged = try_join_all(deliveries.into_iter().map(|delivery| async {
            let delivered = delivery.await.map_err(|gone| self.topic.unavailable(&gone))?;
            delivered.map_err(|(error, _)| self.topic.unavailable(&error))
        }));
        timeout(ACKNOWLEDGED_WITHIN, acknowledged)
            .await
            .map_err(|late| self.topic.unavailable(&late))??;
        Ok(())
    }
}

#[async_trait]
impl Consumer for Relay {
    fn name(&self) -> &'static str {
        RELAY
    }

    fn wants(&self, _: &RecordedEvent) -> bool {
        true
    }

    async fn apply(
        &self,
        tx: &mut PgConnection,
        events: &[&RecordedEvent],
    ) -> Result<(), ConsumerError> {
        let outside = |error: TopicError| ConsumerError::Outside(error.to_string());
        let mut kept = self.producer.lock().await;
        // Taken out: it is put back only if all went well.
        let producer = match kept.take() {
            Some(producer) => producer,
            None => self.connected().await.map_err(outside)?,
        };
        let mut lanes = Lanes::read(tx).await?;
        if let Err(error) = self.publish(&producer, events, &mut lanes).await {
            discard(producer);
            return Err(outside(error));
        }
        lanes.write(tx).await?;
        metrics::counter!("fastops_relay_events_total").increment(events.len() as u64);
        *kept = Some(producer);
        drop(kept);
        Ok(())
    }
}

/// Drops a producer with everything that it has not sent. Where it waits for a broker, that may take a while.
fn discard(producer: FutureProducer<Quiet>) {
    tokio::task::spawn_blocking(move || {
        producer.purge(PurgeConfig::default().queue().inflight());
        drop(producer);
    });
}

/// The last event of each lane that is on the topic.
struct Lanes {
    incarnation: IncarnationId,
    last: BTreeMap<u16, Position>,
}

impl Lanes {
    async fn read(tx: &mut PgConnection) -> Result<Self, sqlx::Error> {
        let lanes: Vec<(i16, Uuid, Option<i64>)> = sqlx::query_as(
            "SELECT c.lane, c.incarnation, r.position
             FROM checkpoints c
             LEFT JOIN relay_lanes r ON r.relay = c.consumer AND r.lane = c.lane
             WHERE c.consumer = $1",
        )
        .bind(RELAY)
        .fetch_all(tx)
        .await?;
        let log = lanes.first().map(|(_, log, _)| *log).unwrap_or_default();
        let last = |(lane, _, last): (i16, Uuid, Option<i64>)| {
            (lane.cast_unsigned(), Position::from_i64(last.unwrap_or_default()))
        };
        let incarnation = IncarnationId::from_uuid(log);
        Ok(Self { incarnation, last: lanes.into_iter().map(last).collect() })
    }

    /// Links an event to the one before it in its lane.
    fn link(&mut self, event: &RecordedEvent) -> LaneLink {
        let previous = self.last.insert(event.lane, event.position).unwrap_or_default();
        LaneLink { incarnation: self.incarnation, previous }
    }

    async fn write(self, tx: &mut PgConnection) -> Result<(), sqlx::Error> {
        sqlx::query(
            "INSERT INTO relay_lanes (relay, lane, position)
             SELECT $1, UNNEST($2::smallint[]), UNNEST($3::bigint[])
             ON CONFLICT (relay, lane) DO UPDATE SET position = excluded.position",
        )
        .bind(RELAY)
        .bind(self.last.keys().map(|lane| lane.cast_signed()).collect::<Vec<_>>())
        .bind(self.last.values().map(|last| last.to_i64()).collect::<Vec<_>>())
        .execute(tx)
        .await?;
        Ok(())
    }
}

/// Moves the relay back to a position, in the log as it is, so that it publishes all later events again. A
/// running relay can no longer move its checkpoint and stops.
pub async fn rewind(
    pool: &PgPool,
    store: &dyn EventStore,
    after: Position,
) -> Result<(), ConsumerError> {
    let log = store.head().await?;
    let after = after.min(log.position);
    let mut tx = pool.begin_with("BEGIN; SET LOCAL synchronous_commit = on").await?;
    sqlx::query(
        "INSERT INTO checkpoints (consumer, lane, incarnation, epoch, position)
         SELECT $1, lane, $2, 1, $3 FROM generate_series(0, $4 - 1) AS lane
         ON CONFLICT (consumer, lane) DO UPDATE
         SET epoch = checkpoints.epoch + 1, incarnation = excluded.incarnation,
             position = excluded.position, updated_at = now()",
    )
    .bind(RELAY)
    .bind(log.incarnation.uuid())
    .bind(after.to_i64())
    .bind(i32::from(LANES))
    .execute(&mut *tx)
    .await?;
    // Which event of a lane is the last one before that position is not known; that none lies between
    // the position and the first one that follows it is.
    sqlx::query("UPDATE relay_lanes SET position = LEAST(position, $2) WHERE relay = $1")
        .bind(RELAY)
        .bind(after.to_i64())
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    tracing::info!(%after, "the relay publishes again what comes after it");
    Ok(())
}

/// The published positions of lanes: everything of a lane up to its position has been published, and a reader
/// that has seen everything up to `last` has seen all of that.
pub(super) struct Published {
    /// The incarnation of the log on the topic.
    pub(super) incarnation: IncarnationId,
    pub(super) lanes: Vec<PublishedLane>,
}

/// One lane of [`Published`].
pub(super) struct PublishedLane {
    pub(super) number: u16,
    pub(super) position: Position,
    pub(super) last: Position,
}

impl Published {
    /// What the relay has published, if it ever ran.
    pub(super) async fn read(pool: &PgPool) -> Result<Option<Self>, sqlx::Error> {
        let lanes: Vec<(i16, Uuid, i64, Option<i64>)> = sqlx::query_as(
            "SELECT c.lane, c.incarnation, c.position, r.position
             FROM checkpoints c
             LEFT JOIN relay_lanes r ON r.relay = c.consumer AND r.lane = c.lane
             WHERE c.consumer = $1",
        )
        .bind(RELAY)
        .fetch_all(pool)
        .await?;
        let Some((_, incarnation, ..)) = lanes.first() else { return Ok(None) };
        let incarnation = IncarnationId::from_uuid(*incarnation);
        let lane = |(lane, _, position, last): (i16, Uuid, i64, Option<i64>)| PublishedLane {
            number: lane.cast_unsigned(),
            position: Position::from_i64(position),
            last: Position::from_i64(last.unwrap_or_default()),
        };
        Ok(Some(Self { incarnation, lanes: lanes.into_iter().map(lane).collect() }))
    }

    /// The positions up to which lanes at `standing` have seen everything, without another message.
    pub(super) fn seen_by(&self, standing: impl Fn(u16) -> Option<Position>) -> Reached {
        let seen = self.lanes.iter().filter(|lane| {
            standing(lane.number).is_some_and(|at| lane.last <= at && at < lane.position)
        });
        seen.map(|lane| (lane.number, lane.position)).collect()
    }

    /// The lanes of which the topic has more than lanes at `standing` have seen: the position of each, and
    /// its last event.
    pub(super) fn unseen_by(
        &self,
        standing: impl Fn(u16) -> Option<Position>,
    ) -> BTreeMap<u16, (Position, Position)> {
        let unseen = self.lanes.iter().filter_map(|lane| {
            let at = standing(lane.number)?;
            (at < lane.last).then_some((lane.number, (at, lane.last)))
        });
        unseen.collect()
    }
}
