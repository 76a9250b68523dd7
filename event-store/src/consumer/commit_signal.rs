//! Wakes the readers of a process when the log has grown: one connection listens for all of them.

use std::future::pending;
use std::time::Duration;

use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// The channel that the log notifies after commits; several batches may share a notification.
const CHANNEL: &str = "fastops_log";

/// How long to wait before listening again after the connection was lost.
const RETRY: Duration = Duration::from_secs(1);

/// Reports that a process committed events. A report may be missed, so a reader must also poll.
#[derive(Debug, Clone)]
pub struct CommitSignal(watch::Receiver<()>);

impl CommitSignal {
    /// Listens until `shutdown`, on a separate connection with the options of `pool`.
    pub fn listen(pool: &PgPool, shutdown: CancellationToken) -> Self {
        let (sender, receiver) = watch::channel(());
        let options = PgConnectOptions::clone(&pool.connect_options());
        tokio::spawn(async move {
            let pool = PgPoolOptions::new().max_connections(1).connect_lazy_with(options);
            shutdown.run_until_cancelled(listen_for_ever(&pool, &sender)).await;
        });
        Self(receiver)
    }

    /// A signal that is never sent, for logs that have none: its receiver polls.
    pub fn silent() -> Self {
        Self(watch::channel(()).1)
    }

    /// Returns when there was a commit since the last call.
    pub async fn committed(&mut self) {
        if self.0.changed().await.is_err() {
            pending::<()>().await;
        }
    }
}

async fn listen_for_ever(pool: &PgPool, sender: &watch::Sender<()>) {
    loop {
        if let Err(error) = listen(pool, sender).await {
            tracing::warn!(%error, "the log's commit notifications are not received: its readers \
                in this process poll");
        }
        tokio::time::sleep(RETRY).await;
    }
}

async fn listen(pool: &PgPool, sender: &watch::Sender<()>) -> Result<(), sqlx::Error> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.listen(CHANNEL).await?;
    loop {
        // A receive without a notification means that the connection was lost and is restored: notifications
        // may have been missed.
        listener.try_recv().await?;
        sender.send_replace(());
    }
}
