//! What people do about parked events: look, replay a key, discard an event.

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

use domain::shared::TenantId;
use sqlx::types::Json;
use sqlx::{FromRow, PgConnection, PgPool};
use uuid::Uuid;

use super::Consumer;
use super::checkpoint::Lanes;
use super::parked::{
    Decision, Discard, ParkedEvent, ParkedFilter, ParkedKey, ParkingError, Replay, Resolved,
};
use super::parking::Reason;
use super::sift::sift;
use super::writer::BEGIN_DURABLE;
use crate::error::Error;
use crate::event::RecordedEvent;
use crate::store::EventStore;
use crate::stream::Position;

/// How many events are read and replayed at once.
const PAGE: usize = 2_000;

/// The decisions of operators about parked events. Cheap to clone.
///
/// While it works on a consumer's events it locks that consumer's checkpoints, which it never moves.
#[derive(Clone)]
pub struct Parking {
    store: Arc<dyn EventStore>,
    pool: PgPool,
    consumers: Arc<[Arc<dyn Consumer>]>,
}

impl fmt::Debug for Parking {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Parking").finish_non_exhaustive()
    }
}

impl Parking {
    /// Decides about the events of these consumers; `pool` connects as the projector's role.
    pub fn new(
        store: Arc<dyn EventStore>,
        pool: PgPool,
        consumers: Vec<Arc<dyn Consumer>>,
    ) -> Self {
        Self { store, pool, consumers: consumers.into() }
    }

    /// The first `limit` parked events, in the order of the log.
    pub async fn list(
        &self,
        filter: &ParkedFilter,
        limit: u32,
    ) -> Result<Vec<ParkedEvent>, ParkingError> {
        let parked = sqlx::query_as(
            "SELECT *
             FROM consumer_parked
             WHERE ($1::uuid IS NULL OR tenant_id = $1)
                 AND ($2::text IS NULL OR consumer = $2)
                 AND ($3::text IS NULL OR key = $3)
             ORDER BY position, consumer
             LIMIT $4",
        )
        .bind(filter.tenant.map(TenantId::uuid))
        .bind(filter.consumer.as_deref())
        .bind(filter.key.as_deref())
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await?;
        Ok(parked)
    }

    /// The keys under which events wait, those that wait longest first.
    pub async fn keys(&self, filter: &ParkedFilter) -> Result<Vec<ParkedKey>, ParkingError> {
        let keys: Vec<(Uuid, String, String)> = sqlx::query_as(
            "SELECT tenant_id, consumer, key
             FROM consumer_parked
             WHERE ($1::uuid IS NULL OR tenant_id = $1)
                 AND ($2::text IS NULL OR consumer = $2)
                 AND ($3::text IS NULL OR key = $3)
             GROUP BY tenant_id, consumer, key
             ORDER BY min(position), consumer",
        )
        .bind(filter.tenant.map(TenantId::uuid))
        .bind(filter.consumer.as_deref())
        .bind(filter.key.as_deref())
        .fetch_all(&self.pool)
        .await?;
        let key = |(tenant, consumer, key)| ParkedKey {
            tenant: TenantId::from_uuid(tenant),
            consumer,
            key,
        };
        Ok(keys.into_iter().map(key).collect())
    }

    /// Applies everything that waits under a key, in the order of the log, and ends its waiting; all
    /// of it or nothing.
    pub async fn replay(&self, by: &Decision, replay: &Replay) -> Result<Resolved, ParkingError> {
        let Replay { consumer: name, key } = replay;
        let consumer = self.consumer(name).ok_or(ParkingError::NotParked)?;
        let mut tx = self.pool.begin_with(BEGIN_DURABLE).await?;
        self.hold(&mut tx, name).await?;
        if let Some(earlier) = earlier(&mut tx, by).await? {
            return earlier
                .answer(name, |earlier| earlier.key == *key && earlier.discarded.is_none());
        }
        let positions = parked_under(&mut tx, by.tenant, replay).await?;
        if positions.is_empty() {
            return Err(ParkingError::NotParked);
        }
        for page in positions.chunks(PAGE) {
            let events = self.events(by.tenant, page).await?;
            let wanted = events.iter().filter(|event| consumer.wants(event)).collect();
            let failed = sift(consumer.as_ref(), &mut tx, wanted).await?.into_iter();
            let failed = failed.filter_map(|parked| Some((parked.event.position, parked.reason?)));
            if let Some((position, reason)) = failed.min_by_key(|(position, _)| *position) {
                tx.rollback().await?;
                self.has_failed_again(by.tenant, name, position, &reason).await?;
                return Err(ParkingError::StillFails { position, reason: reason.text });
            }
        }
        sqlx::query(
            "DELETE FROM consumer_parked WHERE tenant_id = $1 AND consumer = $2 AND key = $3",
        )
        .bind(by.tenant.uuid())
        .bind(name)
        .bind(key)
        .execute(&mut *tx)
        .await?;
        let resolution = Resolution {
            consumer: name.clone(),
            key: key.clone(),
            discarded: None,
            reason: None,
            n_events: (positions.len() as u64).cast_signed(),
        };
        resolution.record(&mut tx, by).await?;
        tx.commit().await?;
        Ok(Resolved { n_events: positions.len() as u64, earlier: false })
    }

    /// Discards an event, also whenever the log is read again. The later ones of its key wait until they are
    /// replayed.
    pub async fn discard(
        &self,
        by: &Decision,
        discard: &Discard,
    ) -> Result<Resolved, ParkingError> {
        let Discard { consumer: name, position, reason } = discard;
        let mut tx = self.pool.begin_with(BEGIN_DURABLE).await?;
        self.hold(&mut tx, name).await?;
        if let Some(earlier) = earlier(&mut tx, by).await? {
            return earlier.answer(name, |earlier| {
                earlier.discarded == Some(position.to_i64())
                    && earlier.reason.as_ref() == Some(reason)
            });
        }
        let key: Option<String> = sqlx::query_scalar(
            "DELETE FROM consumer_parked
             WHERE tenant_id = $1 AND consumer = $2 AND position = $3
             RETURNING key",
        )
        .bind(by.tenant.uuid())
        .bind(name)
        .bind(position.to_i64())
        .fetch_optional(&mut *tx)
        .await?;
        let resolution = Resolution {
            consumer: name.clone(),
            key: key.ok_or(ParkingError::NotParked)?,
            discarded: Some(position.to_i64()),
            reason: Some(reason.clone()),
            n_events: 1,
        };
        resolution.record(&mut tx, by).await?;
        tx.commit().await?;
        Ok(Resolved { n_events: 1, earlier: false })
    }

    fn consumer(&self, name: &str) -> Option<&Arc<dyn Consumer>> {
        self.consumers.iter().find(|consumer| consumer.name() == name)
    }

    /// Keeps the consumer's run from parking and applying anything until `tx` ends.
    async fn hold(&self, tx: &mut PgConnection, consumer: &str) -> Result<(), ParkingError> {
        let lanes = Lanes::lock(tx, consumer).await?;
        Ok(lanes.check(self.store.head().await?)?)
    }

    /// The events at these positions.
    async fn events(
        &self,
        tenant: TenantId,
        positions: &[Position],
    ) -> Result<Vec<RecordedEvent>, ParkingError> {
        let events = self.store.events_at(tenant, positions).await?;
        let found: HashSet<Position> = events.iter().map(|event| event.position).collect();
        match positions.iter().find(|position| !found.contains(position)) {
            Some(lacking) => {
                let reason = format!("the event at {lacking}, which is parked, is not in the log");
                Err(Error::Corrupt { reason }.into())
            }
            None => Ok(events),
        }
    }

    async fn has_failed_again(
        &self,
        tenant: TenantId,
        consumer: &str,
        position: Position,
        reason: &Reason,
    ) -> Result<(), sqlx::Error> {
        sqlx::query(
            "UPDATE consumer_parked
             SET attempts = attempts + 1, reason = $4, is_unknown = $5
             WHERE tenant_id = $1 AND consumer = $2 AND position = $3",
        )
        .bind(tenant.uuid())
        .bind(consumer)
        .bind(position.to_i64())
        .bind(&reason.text)
        .bind(reason.is_unknown)
        .execute(&self.pool)
        .await?;
        Ok(())
    }
}

/// A row of what was done.
#[derive(FromRow)]
struct Resolution {
    consumer: String,
    key: String,
    discarded: Option<i64>,
    reason: Option<String>,
    n_events: i64,
}

impl Resolution {
    /// The answer to a request with an id that was used for this.
    fn answer(
        self,
        consumer: &str,
        is_same: impl FnOnce(&Self) -> bool,
    ) -> Result<Resolved, ParkingError> {
        if self.consumer == consumer && is_same(&self) {
            Ok(Resolved { n_events: self.n_events.cast_unsigned(), earlier: true })
        } else {
            Err(ParkingError::IdReused)
        }
    }

    async fn record(self, tx: &mut PgConnection, by: &Decision) -> Result<(), sqlx::Error> {
        sqlx::query(
            "INSERT INTO consumer_resolutions (
                 tenant_id, command_id, consumer, key, discarded, reason, actor, n_events
             )
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(by.tenant.uuid())
        .bind(by.command.uuid())
        .bind(self.consumer)
        .bind(self.key)
        .bind(self.discarded)
        .bind(self.reason)
        .bind(Json(&by.actor))
        .bind(self.n_events)
        .execute(tx)
        .await?;
        Ok(())
    }
}

async fn earlier(tx: &mut PgConnection, by: &Decision) -> Result<Option<Resolution>, sqlx::Error> {
    sqlx::query_as("SELECT * FROM consumer_resolutions WHERE tenant_id = $1 AND command_id = $2")
        .bind(by.tenant.uuid())
        .bind(by.command.uuid())
        .fetch_optional(tx)
        .await
}

async fn parked_under(
    tx: &mut PgConnection,
    tenant: TenantId,
    replay: &Replay,
) -> Result<Vec<Position>, sqlx::Error> {
    let positions: Vec<i64> = sqlx::query_scalar(
        "SELECT position
         FROM consumer_parked
         WHERE tenant_id = $1 AND consumer = $2 AND key = $3
         ORDER BY position",
    )
    .bind(tenant.uuid())
    .bind(&replay.consumer)
    .bind(&replay.key)
    .fetch_all(tx)
    .await?;
    Ok(positions.into_iter().map(Position::from_i64).collect())
}
