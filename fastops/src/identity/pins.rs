//! Hashes of PINs, each with the number from its event.

use std::collections::HashSet;

use async_trait::async_trait;
use commands::World;
use commands::identity::{NumberedPin, Pins, TriedPin};
use domain::shared::{TenantId, UserId};
use sqlx::Postgres;
use sqlx::postgres::PgArguments;
use sqlx::query::Query;
use uuid::Uuid;

use super::{People, unavailable};

/// A number as PostgreSQL stores it; no person has had two thousand million PINs.
fn stored(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

/// Stores the hash of a PIN, unless that of the same or a later one is stored.
pub(super) fn keep_pin(
    tenant: TenantId,
    user: UserId,
    pin: NumberedPin<'_>,
) -> Query<'_, Postgres, PgArguments> {
    let keep = sqlx::query(
        "UPDATE credentials
         SET pin_hash = $4, pin_number = $3, pin_failures = 0, changed_at = now()
         WHERE tenant_id = $1 AND user_id = $2 AND pin_number < $3",
    );
    keep.bind(tenant.uuid()).bind(user.uuid()).bind(stored(pin.number)).bind(pin.hash)
}

#[async_trait]
impl Pins for People {
    async fn keep(
        &self,
        tenant: TenantId,
        user: UserId,
        pin: NumberedPin<'_>,
    ) -> Result<(), World> {
        self.execute(tenant, keep_pin(tenant, user, pin)).await.map_err(unavailable)?;
        Ok(())
    }

    async fn tried(&self, tenant: TenantId, user: UserId) -> Result<Option<TriedPin>, World> {
        let mut tx = self.within(tenant).await.map_err(unavailable)?;
        let row: Option<(String, i32, i32)> = sqlx::query_as(
            "UPDATE credentials SET pin_failures = pin_failures + 1
             WHERE tenant_id = $1 AND user_id = $2 AND pin_hash IS NOT NULL
             RETURNING pin_hash, pin_number, pin_failures",
        )
        .bind(tenant.uuid())
        .bind(user.uuid())
        .fetch_optional(&mut *tx)
        .await
        .map_err(unavailable)?;
        tx.commit().await.map_err(unavailable)?;
        let count = |n: i32| u32::try_from(n).unwrap_or_default();
        let tried =
            |(hash, number, tries)| TriedPin { hash, number: count(number), tries: count(tries) };
        Ok(row.map(tried))
    }

    async fn was_right(&self, tenant: TenantId, user: UserId, number: u32) -> Result<(), World> {
        let right = sqlx::query(
            "UPDATE credentials SET pin_failures = 0
             WHERE tenant_id = $1 AND user_id = $2 AND pin_number = $3",
        );
        let right = right.bind(tenant.uuid()).bind(user.uuid()).bind(stored(number));
        self.execute(tenant, right).await.map_err(unavailable)?;
        Ok(())
    }

    async fn rehashed(
        &self,
        tenant: TenantId,
        user: UserId,
        before: &str,
        hash: &str,
    ) -> Result<(), World> {
        let rehash = sqlx::query(
            "UPDATE credentials SET pin_hash = $4
             WHERE tenant_id = $1 AND user_id = $2 AND pin_hash = $3",
        );
        let rehash = rehash.bind(tenant.uuid()).bind(user.uuid()).bind(before).bind(hash);
        self.execute(tenant, rehash).await.map_err(unavailable)?;
        Ok(())
    }

    async fn who_has(&self, tenant: TenantId, users: &[UserId]) -> Result<HashSet<UserId>, World> {
        let mut tx = self.within(tenant).await.map_err(unavailable)?;
        let users: Vec<Uuid> = users.iter().map(|user| user.uuid()).collect();
        let having: Vec<Uuid> = sqlx::query_scalar(
            "SELECT user_id FROM credentials
             WHERE tenant_id = $1 AND user_id = ANY ($2) AND pin_hash IS NOT NULL",
        )
        .bind(tenant.uuid())
        .bind(users)
        .fetch_all(&mut *tx)
        .await
        .map_err(unavailable)?;
        Ok(having.into_iter().map(UserId::from_uuid).collect())
    }
}
