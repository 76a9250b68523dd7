//! Leases: which one of several processes on a database does a piece of work.
//!
//! A lease lasts for some seconds by the database's clock and is renewed while its holder lives. It keeps
//! processes from working against each other and is no lock: a process that was frozen may go on for a moment
//! after its lease went to another. What it writes meanwhile has to be refused by an epoch, that of the lease
//! or that of a checkpoint.

use std::time::Duration;

use sqlx::PgPool;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;
use uuid::Uuid;

/// How long a lease lasts after it was last renewed.
pub const DURATION: Duration = Duration::from_secs(4);

/// The interval at which a lease is renewed, and at which one that another process holds is asked for.
const LOOK: Duration = Duration::from_secs(1);

/// Makes an acquired epoch survive a crash of the database: it must not be given twice.
const BEGIN_DURABLE: &str = "BEGIN; SET LOCAL synchronous_commit = on";

/// Where a process gets its leases. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Leases {
    pool: PgPool,
    holder: Uuid,
}

/// A lease that this process holds. Dropping it lets it expire; [`release`](Self::release) makes it available
/// at once.
#[derive(Debug)]
pub struct Lease {
    leases: Leases,
    name: String,
    epoch: i64,
    lost: CancellationToken,
    renewing: AbortOnDropHandle<()>,
}

impl Leases {
    /// Leases of the process that is known by this id, which no other ever has.
    pub const fn new(pool: PgPool, holder: Uuid) -> Self {
        Self { pool, holder }
    }

    /// Acquires a lease if no process holds it.
    pub async fn try_acquire(&self, name: &str) -> Result<Option<Lease>, sqlx::Error> {
        let mut tx = self.pool.begin_with(BEGIN_DURABLE).await?;
        let epoch: Option<i64> = sqlx::query_scalar(
            "INSERT INTO leases (name, holder, epoch, expires_at)
             VALUES ($1, $2, 1, clock_timestamp() + $3)
             ON CONFLICT (name) DO UPDATE
             SET holder = excluded.holder, epoch = leases.epoch + 1, expires_at = excluded.expires_at
             WHERE leases.expires_at <= clock_timestamp()
             RETURNING epoch",
        )
        .bind(name)
        .bind(self.holder)
        .bind(DURATION)
        .fetch_optional(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(epoch.map(|epoch| self.held(name, epoch)))
    }

    /// Waits until the lease is this process's; nothing when `shutdown` comes first. `waits` is called
    /// with every look that was in vain, and with what went wrong if the database did not answer.
    pub async fn acquire(
        &self,
        name: &str,
        shutdown: &CancellationToken,
        waits: impl Fn(Option<&sqlx::Error>),
    ) -> Option<Lease> {
        while !shutdown.is_cancelled() {
            match self.try_acquire(name).await {
                Ok(Some(lease)) => return Some(lease),
                Ok(None) => waits(None),
                Err(error) => waits(Some(&error)),
            }
            shutdown.run_until_cancelled(sleep(LOOK)).await;
        }
        None
    }

    fn held(&self, name: &str, epoch: i64) -> Lease {
        let lost = CancellationToken::new();
        let (leases, name) = (self.clone(), name.to_owned());
        let renewing = tokio::spawn(renew(leases.clone(), name.clone(), epoch, lost.clone()));
        Lease { leases, name, epoch, lost, renewing: AbortOnDropHandle::new(renewing) }
    }

    /// Renews the lease; returns whether it still belongs to this process.
    async fn renew(&self, name: &str, epoch: i64) -> Result<bool, sqlx::Error> {
        let renewed = sqlx::query(
            "UPDATE leases
             SET expires_at = clock_timestamp() + $4
             WHERE name = $1 AND holder = $2 AND epoch = $3",
        )
        .bind(name)
        .bind(self.holder)
        .bind(epoch)
        .bind(DURATION)
        .execute(&self.pool)
        .await?;
        Ok(renewed.rows_affected() == 1)
    }
}

impl Lease {
    /// The epoch: grows whenever the lease changes hands, so earlier holders have smaller ones.
    pub const fn epoch(&self) -> i64 {
        self.epoch
    }

    /// Is cancelled when another process has the lease.
    pub const fn lost(&self) -> &CancellationToken {
        &self.lost
    }

    /// Whether another process has the lease. Where the database does not answer, it counts as this
    /// process's.
    pub async fn is_lost(&self) -> bool {
        if let Ok(false) = self.leases.renew(&self.name, self.epoch).await {
            self.lost.cancel();
        }
        self.lost.is_cancelled()
    }

    /// Releases the lease. Where that does not reach the database, the lease expires.
    pub async fn release(self) {
        self.renewing.abort();
        let released = sqlx::query(
            "UPDATE leases
             SET expires_at = '-infinity'
             WHERE name = $1 AND holder = $2 AND epoch = $3",
        )
        .bind(&self.name)
        .bind(self.leases.holder)
        .bind(self.epoch)
        .execute(&self.leases.pool)
        .await;
        if let Err(error) = released {
            tracing::warn!(lease = self.name, %error, "the lease was not released: other \
                processes wait until it expires");
        }
    }
}

async fn renew(leases: Leases, name: String, epoch: i64, lost: CancellationToken) {
    loop {
        sleep(LOOK).await;
        match leases.renew(&name, epoch).await {
            Ok(true) => {}
            Ok(false) => {
                tracing::warn!(
                    lease = name,
                    "another process has the lease: this one stops what it did under it"
                );
                return lost.cancel();
            }
            Err(error) => {
                tracing::warn!(lease = name, %error, "the lease was not renewed: another process \
                    takes it if this goes on until it expires");
            }
        }
    }
}
