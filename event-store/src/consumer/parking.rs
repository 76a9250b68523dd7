//! The parked events that a consumer's run reads, and how it parks further ones.

use std::collections::HashSet;

use domain::shared::TenantId;
use sqlx::PgConnection;
use uuid::Uuid;

use super::checkpoint::Lanes;
use super::{Consumer, ConsumerError, chain};
use crate::event::RecordedEvent;
use crate::stream::Position;

/// What a consumer keeps in order, over all tenants.
pub(super) type Key = (TenantId, String);

/// An event about to be parked.
#[derive(Debug)]
pub(super) struct Parked<'e> {
    pub(super) event: &'e RecordedEvent,
    pub(super) key: String,
    /// Why it could not be applied; nothing where it waits for an earlier event of its key.
    pub(super) reason: Option<Reason>,
}

/// Why an event could not be applied.
#[derive(Debug, Clone)]
pub(super) struct Reason {
    pub(super) text: String,
    /// Whether this release does not support the event, and a later one may.
    pub(super) is_unknown: bool,
}

impl Reason {
    pub(super) fn of(error: &ConsumerError) -> Self {
        Self { text: chain(error), is_unknown: error.is_unknown() }
    }
}

/// The key of an event for a consumer.
pub(super) fn key_of(consumer: &dyn Consumer, event: &RecordedEvent) -> Key {
    (event.stream.tenant(), consumer.key(event).into_owned())
}

/// The keys that wait. The lanes must be locked, or an operator could free one meanwhile.
pub(super) async fn parked_keys(
    tx: &mut PgConnection,
    consumer: &str,
) -> Result<HashSet<Key>, sqlx::Error> {
    let keys: Vec<(Uuid, String)> =
        sqlx::query_as("SELECT DISTINCT tenant_id, key FROM consumer_parked WHERE consumer = $1")
            .bind(consumer)
            .fetch_all(tx)
            .await?;
    Ok(keys.into_iter().map(|(tenant, key)| (TenantId::from_uuid(tenant), key)).collect())
}

/// Deletes the parked events of lanes that begin with empty tables, and returns the discarded ones. No
/// further ones are discarded while it runs: only an event that the consumer has passed can be.
pub(super) async fn begin(
    tx: &mut PgConnection,
    consumer: &str,
    lanes: &Lanes,
) -> Result<HashSet<Position>, sqlx::Error> {
    if lanes.has_one_at_start() {
        forget(tx, consumer, |tenant| lanes.position_of(tenant) == Some(Position::START)).await?;
    }
    let discarded: Vec<i64> = sqlx::query_scalar(
        "SELECT discarded FROM consumer_resolutions WHERE consumer = $1 AND discarded IS NOT NULL",
    )
    .bind(consumer)
    .fetch_all(tx)
    .await?;
    Ok(discarded.into_iter().map(Position::from_i64).collect())
}

/// Deletes what is parked of some tenants.
async fn forget(
    tx: &mut PgConnection,
    consumer: &str,
    of: impl Fn(TenantId) -> bool,
) -> Result<(), sqlx::Error> {
    let mut tenants: Vec<Uuid> =
        sqlx::query_scalar("SELECT DISTINCT tenant_id FROM consumer_parked WHERE consumer = $1")
            .bind(consumer)
            .fetch_all(&mut *tx)
            .await?;
    tenants.retain(|tenant| of(TenantId::from_uuid(*tenant)));
    sqlx::query("DELETE FROM consumer_parked WHERE consumer = $1 AND tenant_id = ANY ($2)")
        .bind(consumer)
        .bind(tenants)
        .execute(tx)
        .await?;
    Ok(())
}

/// Parks events after this many tries of their page.
pub(super) async fn park(
    tx: &mut PgConnection,
    consumer: &str,
    parked: &[Parked<'_>],
    attempts: u32,
) -> Result<(), sqlx::Error> {
    if parked.is_empty() {
        return Ok(());
    }
    let events = || parked.iter().map(|parked| parked.event);
    let reasons = || parked.iter().map(|parked| parked.reason.as_ref());
    let attempts = |reason: Option<&Reason>| reason.map_or(0, |_| i64::from(attempts));
    sqlx::query(
        "INSERT INTO consumer_parked (
             consumer, tenant_id, position, key, event_type, reason, is_unknown, attempts, recorded_at
         )
         SELECT $1,
             UNNEST($2::uuid[]), UNNEST($3::bigint[]), UNNEST($4::text[]), UNNEST($5::text[]),
             UNNEST($6::text[]), UNNEST($7::boolean[]), UNNEST($8::bigint[]),
             UNNEST($9::timestamptz[])",
    )
    .bind(consumer)
    .bind(events().map(|event| event.stream.tenant().uuid()).collect::<Vec<_>>())
    .bind(events().map(|event| event.position.to_i64()).collect::<Vec<_>>())
    .bind(parked.iter().map(|parked| parked.key.as_str()).collect::<Vec<_>>())
    .bind(events().map(|event| event.event_type.as_str()).collect::<Vec<_>>())
    .bind(reasons().map(|reason| reason.map(|reason| &*reason.text)).collect::<Vec<_>>())
    .bind(reasons().map(|reason| reason.map(|reason| reason.is_unknown)).collect::<Vec<_>>())
    .bind(reasons().map(attempts).collect::<Vec<_>>())
    .bind(events().map(|event| event.recorded_at).collect::<Vec<_>>())
    .execute(tx)
    .await?;
    Ok(())
}
