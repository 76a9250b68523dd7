//! Tickets: secrets that were sent out, stored as hashes only.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use commands::World;
use commands::identity::{TicketFor, Tickets};
use sqlx::PgConnection;

use super::{People, unavailable};

#[async_trait]
impl Tickets for People {
    async fn keep(
        &self,
        ticket: TicketFor,
        hash: [u8; 32],
        epoch: u32,
        expires_at: Option<DateTime<Utc>>,
    ) -> Result<(), World> {
        let mut tx = self.within(ticket.tenant).await.map_err(unavailable)?;
        keep_ticket(&mut tx, ticket, hash, epoch, expires_at).await.map_err(unavailable)?;
        tx.commit().await.map_err(unavailable)
    }

    async fn keep_first(&self, ticket: TicketFor, hash: [u8; 32]) -> Result<(), World> {
        let keep = sqlx::query(
            "INSERT INTO tickets (tenant_id, kind, subject_id, secret_hash)
             VALUES ($1, $2, $3, $4)
             ON CONFLICT DO NOTHING",
        );
        let keep = keep.bind(ticket.tenant.uuid()).bind(ticket.kind.word());
        let keep = keep.bind(ticket.subject).bind(&hash[..]);
        self.execute(ticket.tenant, keep).await.map_err(unavailable)?;
        Ok(())
    }

    async fn written_in(
        &self,
        ticket: TicketFor,
        hash: [u8; 32],
        now: DateTime<Utc>,
    ) -> Result<Option<u32>, World> {
        let mut tx = self.within(ticket.tenant).await.map_err(unavailable)?;
        let epoch: Option<i64> = sqlx::query_scalar(
            "SELECT epoch
             FROM tickets
             WHERE tenant_id = $1
                 AND kind = $2
                 AND subject_id = $3
                 AND secret_hash = $4
                 AND (expires_at IS NULL OR expires_at > $5)",
        )
        .bind(ticket.tenant.uuid())
        .bind(ticket.kind.word())
        .bind(ticket.subject)
        .bind(&hash[..])
        .bind(now)
        .fetch_optional(&mut *tx)
        .await
        .map_err(unavailable)?;
        Ok(epoch.and_then(|epoch| u32::try_from(epoch).ok()))
    }

    async fn take_away(&self, ticket: TicketFor) -> Result<(), World> {
        let take = sqlx::query(
            "DELETE FROM tickets WHERE tenant_id = $1 AND kind = $2 AND subject_id = $3",
        );
        let take = take.bind(ticket.tenant.uuid()).bind(ticket.kind.word()).bind(ticket.subject);
        self.execute(ticket.tenant, take).await.map_err(unavailable)?;
        Ok(())
    }
}

/// Stores the hash of a ticket and deletes the one before.
pub(super) async fn keep_ticket(
    tx: &mut PgConnection,
    ticket: TicketFor,
    hash: [u8; 32],
    epoch: u32,
    expires_at: Option<DateTime<Utc>>,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO tickets (tenant_id, kind, subject_id, secret_hash, epoch, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (tenant_id, kind, subject_id) DO UPDATE SET
             secret_hash = excluded.secret_hash,
             epoch = excluded.epoch,
             expires_at = excluded.expires_at",
    )
    .bind(ticket.tenant.uuid())
    .bind(ticket.kind.word())
    .bind(ticket.subject)
    .bind(&hash[..])
    .bind(i64::from(epoch))
    .bind(expires_at)
    .execute(tx)
    .await?;
    Ok(())
}
