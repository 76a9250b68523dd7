//! One process at a time runs a consumer; the others wait, and the next one takes over when it dies.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::board::State;
use super::{Consumer, Feed, Stopped, keep_running};
use crate::lease::{Lease, Leases};

/// Runs a consumer like [`keep_running`] while this process holds its lease, and waits for that lease
/// otherwise. Ends by `shutdown`, or because the consumer must not go on anywhere.
pub async fn keep_running_alone(
    consumer: Arc<dyn Consumer>,
    feed: Feed,
    leases: Leases,
    silence_max: Duration,
    shutdown: CancellationToken,
) -> Result<(), Stopped> {
    while let Some(lease) = stand_by(consumer.name(), &feed, &leases, &shutdown).await {
        let running = shutdown.child_token();
        let kept = keep_running(Arc::clone(&consumer), feed.clone(), silence_max, running.clone());
        let outcome = while_held(&lease, &running, kept).await;
        let is_lost = lease.is_lost().await;
        lease.release().await;
        match outcome {
            // A page may be refused before this process learns that it has lost the lease.
            Ok(()) | Err(Stopped::Superseded { .. }) if is_lost => {}
            outcome => {
                if let Err(stopped) = &outcome {
                    let consumer = consumer.name();
                    tracing::error!(consumer, reason = %stopped, "the consumer has stopped for \
                        good: remove the reason and restart the process");
                }
                return outcome;
            }
        }
    }
    feed.board.is(consumer.name(), State::Ended);
    Ok(())
}

/// Waits for the lease of a consumer; none when `shutdown` comes first.
pub async fn stand_by(
    consumer: &'static str,
    feed: &Feed,
    leases: &Leases,
    shutdown: &CancellationToken,
) -> Option<Lease> {
    let waits = |error: Option<&sqlx::Error>| {
        if let Some(error) = error {
            tracing::warn!(consumer, %error, "the lease of the consumer could not be read: this \
                process does not run it until it can be");
        }
        let reason = error.map(ToString::to_string);
        let failing = reason.map(|reason| State::Failing { attempts: 1, reason });
        feed.board.is(consumer, failing.unwrap_or(State::Standby));
    };
    leases.acquire(&format!("consumer:{consumer}"), shutdown, waits).await
}

/// Stops `work` by cancelling `running` when the lease is lost.
pub async fn while_held<T>(
    lease: &Lease,
    running: &CancellationToken,
    work: impl Future<Output = T>,
) -> T {
    tokio::pin!(work);
    tokio::select! {
        outcome = &mut work => return outcome,
        () = lease.lost().cancelled() => running.cancel(),
    }
    work.await
}
