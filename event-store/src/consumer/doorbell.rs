//! Wakes the readers of a process when the log has grown: one connection listens for all of them.

use std::future::pending;
use std::time::Duration;

use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// What the log notifies when it has grown; several batches may share a ring.
const CHANNEL: &str = "fastops_log";

/// How long to wait before listening again after the database went away.
const RETRY: Duration = Duration::from_secs(1);

/// Rings when something was committed, by whichever process. A ring may be missed, so nobody may
/// rely on it alone.
#[derive(Debug, Clone)]
pub struct Doorbell(watch::Receiver<()>);

impl Doorbell {
    /// Listens until `shutdown`, on a connection of its own that is made like those of `pool`.
    pub fn listen(pool: &PgPool, shutdown: CancellationToken) -> Self {
        let (bell, heard) = watch::channel(());
        let options = PgConnectOptions::clone(&pool.connect_options());
        tokio::spawn(async move {
            let own = PgPoolOptions::new().max_connections(1).connect_lazy_with(options);
            shutdown.run_until_cancelled(listen_for_ever(&own, &bell)).await;
        });
        Self(heard)
    }

    /// A bell that never rings, for logs that have none: whoever holds it polls.
    pub fn silent() -> Self {
        Self(watch::channel(()).1)
    }

    /// Returns when it has rung since the last call.
    pub async fn rung(&mut self) {
        if self.0.changed().await.is_err() {
            pending::<()>().await;
        }
    }
}

async fn listen_for_ever(pool: &PgPool, bell: &watch::Sender<()>) {
    loop {
        if let Err(error) = listen(pool, bell).await {
            tracing::warn!(%error, "the doorbell is silent, consumers poll");
        }
        tokio::time::sleep(RETRY).await;
    }
}

async fn listen(pool: &PgPool, bell: &watch::Sender<()>) -> Result<(), sqlx::Error> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.listen(CHANNEL).await?;
    loop {
        // Without a notification the connection was lost and is there again: something may have
        // been missed.
        listener.try_recv().await?;
        bell.send_replace(());
    }
}
