//! Turns and rights of way as advisory locks of PostgreSQL.
//!
//! An import holds the lock of its tenant during each turn. Commands hold the same lock together, in shared
//! mode.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use domain::shared::TenantId;
use sqlx::{PgConnection, PgPool, Postgres, Transaction};
use tokio::sync::OnceCell;
use tokio::time::timeout;

use super::RightOfWay;

/// How long a command waits for a turn to end; a turn takes a fraction of that.
const TURN_MAX: Duration = Duration::from_secs(1);

/// The transaction that holds the lock until it is dropped.
type Held = Mutex<Transaction<'static, Postgres>>;

/// The lock as this process holds it for all commands of one tenant; `None` if it could not be taken in time.
type Shared = OnceCell<Option<Held>>;

/// Takes the right of way for the commands of a process.
#[derive(Debug)]
pub(crate) struct RightsOfWay {
    pool: PgPool,
    held: Mutex<HashMap<TenantId, Weak<Shared>>>,
}

impl RightsOfWay {
    /// `pool` is for transactions that only hold a lock.
    pub(crate) fn new(pool: PgPool) -> Self {
        Self { pool, held: Mutex::default() }
    }

    pub(crate) async fn of(&self, tenant: TenantId) -> RightOfWay {
        let held = self.shared(tenant);
        held.get_or_init(|| self.take(tenant)).await;
        RightOfWay::holding(held)
    }

    fn shared(&self, tenant: TenantId) -> Arc<Shared> {
        let mut all = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(held) = all.get(&tenant).and_then(Weak::upgrade) {
            return held;
        }
        all.retain(|_, held| held.strong_count() > 0);
        let held = Arc::default();
        all.insert(tenant, Arc::downgrade(&held));
        held
    }

    async fn take(&self, tenant: TenantId) -> Option<Held> {
        let taken = async {
            let mut tx = self.pool.begin().await?;
            sqlx::query("SELECT pg_advisory_xact_lock_shared($1)")
                .bind(key(tenant))
                .execute(&mut *tx)
                .await?;
            Ok::<_, sqlx::Error>(tx)
        };
        let why = match timeout(TURN_MAX, taken).await {
            Ok(Ok(tx)) => return Some(Mutex::new(tx)),
            Ok(Err(error)) => error.to_string(),
            Err(late) => late.to_string(),
        };
        tracing::warn!(%tenant, why, "the right of way was not taken: an import may change the streams of a command until it is \
            refused as busy");
        None
    }
}

/// The turns of an import.
#[derive(Debug)]
pub struct Turns {
    pool: PgPool,
    tenant: TenantId,
    /// Holds the lock during a turn; none before the first one, and after an error.
    connection: Option<PgConnection>,
    is_on: bool,
}

impl Turns {
    /// The turns of an import into a tenant; two imports into one tenant alternate.
    ///
    /// `pool` connects as the application's role; the connection with the lock is detached from it.
    pub const fn new(pool: PgPool, tenant: TenantId) -> Self {
        Self { pool, tenant, connection: None, is_on: false }
    }

    /// Ends the turn, if there is one, and begins the next as soon as no command has the right of way. Returns
    /// whether it waited for that. After an error it may be called again.
    pub async fn next(&mut self) -> Result<bool, sqlx::Error> {
        let next = self.try_next().await;
        if next.is_err() {
            // Closing the connection releases the lock.
            (self.connection, self.is_on) = (None, false);
        }
        next
    }

    /// Ends the turn.
    pub fn end(&mut self) {
        (self.connection, self.is_on) = (None, false);
    }

    async fn try_next(&mut self) -> Result<bool, sqlx::Error> {
        let connection = match &mut self.connection {
            Some(connection) => connection,
            None => self.connection.insert(self.pool.acquire().await?.detach()),
        };
        let of = key(self.tenant);
        if std::mem::take(&mut self.is_on) {
            sqlx::query("SELECT pg_advisory_unlock($1)").bind(of).execute(&mut *connection).await?;
        }
        let is_free: bool = sqlx::query_scalar("SELECT pg_try_advisory_lock($1)")
            .bind(of)
            .fetch_one(&mut *connection)
            .await?;
        if !is_free {
            sqlx::query("SELECT pg_advisory_lock($1)").bind(of).execute(&mut *connection).await?;
        }
        self.is_on = true;
        Ok(!is_free)
    }
}

/// The key of a tenant's advisory lock. Two tenants with the same key wait for each other, which is harmless.
fn key(tenant: TenantId) -> i64 {
    tenant.uuid().as_u64_pair().1.cast_signed()
}
