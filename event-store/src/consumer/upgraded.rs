//! Applies events that an older release parked because it did not support them.

use std::sync::Arc;

use domain::shared::{CommandId, TenantId};
use uuid::Uuid;

use super::checkpoint::Lanes;
use super::operator::Parking;
use super::parked::{Decision, ParkingError, Replay};
use super::writer::Interruption;
use super::{Consumer, Feed};
use crate::event::Actor;
use crate::stream::Position;

/// The name under which these replays are recorded.
const ACTOR: &str = "a release that takes over";

/// A key that waits for a release that supports one of its events.
#[derive(sqlx::FromRow)]
struct Unknown {
    tenant_id: Uuid,
    key: String,
    position: i64,
}

/// Replays the keys of these lanes with an event that was not supported when it was parked. What this release
/// does not support either stays parked.
pub(super) async fn replay_unknown(
    consumer: &Arc<dyn Consumer>,
    feed: &Feed,
    lanes: &Lanes,
) -> Result<(), Interruption> {
    let name = consumer.name();
    let mut keys: Vec<Unknown> = sqlx::query_as(
        "SELECT tenant_id, key, min(position) AS position
         FROM consumer_parked
         WHERE consumer = $1 AND is_unknown
         GROUP BY tenant_id, key
         ORDER BY position",
    )
    .bind(name)
    .fetch_all(&feed.pool)
    .await?;
    keys.retain(|unknown| lanes.position_of(TenantId::from_uuid(unknown.tenant_id)).is_some());
    let consumers = vec![Arc::clone(consumer)];
    let parking = Parking::new(Arc::clone(&feed.store), feed.pool.clone(), consumers);
    for unknown in keys {
        let (by, replay) = unknown.decision(name, lanes.epoch());
        let tenant = by.tenant;
        let Replay { key, .. } = &replay;
        match parking.replay(&by, &replay).await {
            Ok(resolved) => {
                let n_events = resolved.n_events;
                tracing::info!(consumer = name, %tenant, key, n_events, "replayed parked events \
                    that this release supports");
            }
            Err(ParkingError::StillFails { position, reason }) => {
                tracing::warn!(consumer = name, %tenant, key, %position, reason, "a parked event \
                    could not be replayed: its key stays parked until an operator decides about \
                    it");
            }
            // A person was faster.
            Err(ParkingError::NotParked | ParkingError::IdReused) => {}
            Err(ParkingError::Stopped(stopped)) => return Err(stopped.into()),
            Err(ParkingError::Consumer(error)) => return Err(error.into()),
        }
    }
    Ok(())
}

impl Unknown {
    /// The id differs per epoch: what an older release parks again is replayed again.
    fn decision(self, consumer: &str, epoch: i64) -> (Decision, Replay) {
        let Self { tenant_id, key, position } = self;
        let about = format!("{consumer} {} {epoch}", Position::from_i64(position));
        let by = Decision {
            tenant: TenantId::from_uuid(tenant_id),
            command: CommandId::derived(Uuid::new_v5(&tenant_id, about.as_bytes())),
            actor: Actor::System(ACTOR.to_owned()),
        };
        (by, Replay { consumer: consumer.to_owned(), key })
    }
}
