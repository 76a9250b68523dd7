//! Sessions: who is signed in where, and the one token that renews each.

use api::auth::token::LEEWAY;
use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use commands::World;
use commands::identity::{Renewal, Renewed, Session, Sessions};
use domain::shared::{DeviceId, SessionId, TenantId, UserId};
use sqlx::postgres::PgRow;
use sqlx::{FromRow, Row};
use uuid::Uuid;

use super::{People, unavailable};

/// For how long a token that was just renewed still gets its successor: the answer may have been lost.
const GRACE: TimeDelta = TimeDelta::seconds(10);

/// How long a session lasts, however often it is renewed.
const LASTS_AT_MOST: TimeDelta = TimeDelta::days(60);

/// The maximum number of just used tokens that are stored: a client that renews faster than this ends its own
/// sign-in.
const USED_MAX: usize = 64;

/// Whether a used token may be used once more. Another node whose clock is ahead may have written the time; a
/// clock that was set back makes no old token valid.
fn is_lately(used_at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    used_at - LEEWAY <= now && now < used_at + GRACE
}

struct Stored {
    session: Session,
    token_hash: Vec<u8>,
    /// The tokens before it, the oldest first, with when each was used.
    used_hashes: Vec<Vec<u8>>,
    used_hashes_at: Vec<DateTime<Utc>>,
}

impl Stored {
    /// Whether a token was used so recently that its answer may have been lost, or that several tasks of one
    /// client use it at once.
    fn was_just_used(&self, token: &[u8], now: DateTime<Utc>) -> bool {
        let mut used = self.used_hashes.iter().zip(&self.used_hashes_at);
        used.any(|(hash, at)| hash == token && is_lately(*at, now))
    }

    /// Marks the current token as used, and makes another the current one.
    fn used(&mut self, successor: [u8; 32], now: DateTime<Utc>) {
        let n_old = self.used_hashes_at.iter().take_while(|at| !is_lately(**at, now)).count();
        let n_over = (self.used_hashes.len() + 1).saturating_sub(USED_MAX);
        let n_gone = n_old.max(n_over).min(self.used_hashes.len());
        self.used_hashes.drain(..n_gone);
        self.used_hashes_at.drain(..n_gone);
        self.used_hashes.push(std::mem::replace(&mut self.token_hash, successor.to_vec()));
        self.used_hashes_at.push(now);
        self.session.used_at = now;
    }
}

impl FromRow<'_, PgRow> for Stored {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let epoch: i64 = row.try_get("epoch")?;
        let epoch = u32::try_from(epoch).map_err(|error| sqlx::Error::Decode(error.into()))?;
        let device: Option<Uuid> = row.try_get("device_id")?;
        let session = Session {
            tenant: TenantId::from_uuid(row.try_get("tenant_id")?),
            id: SessionId::from_uuid(row.try_get("session_id")?),
            user: UserId::from_uuid(row.try_get("user_id")?),
            epoch,
            device: device.map(DeviceId::from_uuid),
            label: row.try_get("label")?,
            begun_at: row.try_get("begun_at")?,
            used_at: row.try_get("used_at")?,
            expires_at: row.try_get("expires_at")?,
        };
        Ok(Self {
            session,
            token_hash: row.try_get("token_hash")?,
            used_hashes: row.try_get("used_hashes")?,
            used_hashes_at: row.try_get("used_hashes_at")?,
        })
    }
}

#[async_trait]
impl Sessions for People {
    async fn begin(&self, session: &Session, token: [u8; 32]) -> Result<(), World> {
        let mut tx = self.within(session.tenant).await.map_err(unavailable)?;
        // Every sign-in deletes the person's expired sessions, so that no other job has to.
        sqlx::query(
            "DELETE FROM sessions WHERE tenant_id = $1 AND user_id = $2 AND expires_at <= $3",
        )
        .bind(session.tenant.uuid())
        .bind(session.user.uuid())
        .bind(session.begun_at)
        .execute(&mut *tx)
        .await
        .map_err(unavailable)?;
        sqlx::query(
            "INSERT INTO sessions (
                 tenant_id, session_id, user_id, epoch, device_id, label, token_hash, begun_at,
                 used_at, expires_at
             )
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, $9)",
        )
        .bind(session.tenant.uuid())
        .bind(session.id.uuid())
        .bind(session.user.uuid())
        .bind(i64::from(session.epoch))
        .bind(session.device.map(DeviceId::uuid))
        .bind(&session.label)
        .bind(&token[..])
        .bind(session.begun_at)
        .bind(session.expires_at)
        .execute(&mut *tx)
        .await
        .map_err(unavailable)?;
        tx.commit().await.map_err(unavailable)
    }

    async fn renew(&self, renewal: Renewal) -> Result<Renewed, World> {
        let Renewal { tenant, session, presented, successor, now, expires_at } = renewal;
        let mut tx = self.within(tenant).await.map_err(unavailable)?;
        // A concurrent request with the same token waits here and finds the successor.
        let stored: Option<Stored> = sqlx::query_as(
            "SELECT *
             FROM sessions
             WHERE tenant_id = $1 AND session_id = $2 AND expires_at > $3
             FOR UPDATE",
        )
        .bind(tenant.uuid())
        .bind(session.uuid())
        .bind(now)
        .fetch_optional(&mut *tx)
        .await
        .map_err(unavailable)?;
        let Some(mut stored) = stored else { return Ok(Renewed::Gone) };
        if stored.token_hash != presented {
            let is_repeated = stored.was_just_used(&presented, now);
            let session = stored.session;
            return Ok(if is_repeated { Renewed::Good(session) } else { Renewed::Reused(session) });
        }
        stored.used(successor, now);
        let Stored { session: mut stored, token_hash, used_hashes, used_hashes_at } = stored;
        // A shared till does not stay signed in for ever.
        if stored.device.is_none() {
            stored.expires_at = expires_at.min(stored.begun_at + LASTS_AT_MOST);
        }
        sqlx::query(
            "UPDATE sessions
             SET
                 token_hash = $3,
                 used_at = $4,
                 expires_at = $5,
                 used_hashes = $6,
                 used_hashes_at = $7
             WHERE tenant_id = $1 AND session_id = $2",
        )
        .bind(tenant.uuid())
        .bind(session.uuid())
        .bind(token_hash)
        .bind(stored.used_at)
        .bind(stored.expires_at)
        .bind(used_hashes)
        .bind(used_hashes_at)
        .execute(&mut *tx)
        .await
        .map_err(unavailable)?;
        tx.commit().await.map_err(unavailable)?;
        Ok(Renewed::Good(stored))
    }

    async fn of_user(
        &self,
        tenant: TenantId,
        user: UserId,
        now: DateTime<Utc>,
        after: Option<(DateTime<Utc>, SessionId)>,
        limit: u32,
    ) -> Result<Vec<Session>, World> {
        let mut tx = self.within(tenant).await.map_err(unavailable)?;
        let stored: Vec<Stored> = sqlx::query_as(
            "SELECT *
             FROM sessions
             WHERE tenant_id = $1 AND user_id = $2 AND expires_at > $3
                 AND ($4::timestamptz IS NULL OR (begun_at, session_id) < ($4, $5))
             ORDER BY begun_at DESC, session_id DESC
             LIMIT $6",
        )
        .bind(tenant.uuid())
        .bind(user.uuid())
        .bind(now)
        .bind(after.map(|(begun_at, _)| begun_at))
        .bind(after.map(|(_, session)| session.uuid()))
        .bind(i64::from(limit))
        .fetch_all(&mut *tx)
        .await
        .map_err(unavailable)?;
        Ok(stored.into_iter().map(|stored| stored.session).collect())
    }

    async fn has(
        &self,
        tenant: TenantId,
        user: UserId,
        session: SessionId,
        now: DateTime<Utc>,
    ) -> Result<bool, World> {
        let mut tx = self.within(tenant).await.map_err(unavailable)?;
        let found: Option<i32> = sqlx::query_scalar(
            "SELECT 1
             FROM sessions
             WHERE tenant_id = $1 AND user_id = $2 AND session_id = $3 AND expires_at > $4",
        )
        .bind(tenant.uuid())
        .bind(user.uuid())
        .bind(session.uuid())
        .bind(now)
        .fetch_optional(&mut *tx)
        .await
        .map_err(unavailable)?;
        Ok(found.is_some())
    }

    async fn end(&self, tenant: TenantId, user: UserId, session: SessionId) -> Result<bool, World> {
        let end = sqlx::query(
            "DELETE FROM sessions WHERE tenant_id = $1 AND user_id = $2 AND session_id = $3",
        );
        let end = end.bind(tenant.uuid()).bind(user.uuid()).bind(session.uuid());
        Ok(self.execute(tenant, end).await.map_err(unavailable)? > 0)
    }

    async fn end_on_tills(&self, tenant: TenantId, user: UserId) -> Result<(), World> {
        let end = sqlx::query(
            "DELETE FROM sessions
             WHERE tenant_id = $1 AND user_id = $2 AND device_id IS NOT NULL",
        );
        let end = end.bind(tenant.uuid()).bind(user.uuid());
        self.execute(tenant, end).await.map_err(unavailable)?;
        Ok(())
    }

    async fn end_all(&self, tenant: TenantId, user: UserId) -> Result<(), World> {
        let end = sqlx::query("DELETE FROM sessions WHERE tenant_id = $1 AND user_id = $2");
        let end = end.bind(tenant.uuid()).bind(user.uuid());
        self.execute(tenant, end).await.map_err(unavailable)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s07_a_clock_that_is_set_back_makes_no_used_token_good_again() {
        let used_at = DateTime::UNIX_EPOCH;
        for (seconds, is_repeat) in
            [(0, true), (9, true), (10, false), (-60, true), (-61, false), (-3600, false)]
        {
            let now = used_at + TimeDelta::seconds(seconds);
            assert_eq!(is_lately(used_at, now), is_repeat, "{seconds}");
        }
    }
}
