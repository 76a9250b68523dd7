//! Keeps consumers running: whatever ends a loop without meaning to, or makes it silent, is followed
//! by another.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use super::board::{Board, Parked};
use super::{Consumer, Feed, Stopped, run};

/// How long a loop may show no sign of life before another takes over. A page is never that long; a
/// loop that only looks dead loses its page and cannot commit any more.
pub const SILENCE_MAX: Duration = Duration::from_mins(1);

/// How often it is looked at.
const LOOK: Duration = Duration::from_secs(1);

/// The pause before another loop begins.
const PAUSE: Duration = Duration::from_millis(500);

/// How often parked events are counted.
const COUNT: Duration = Duration::from_secs(5);

/// Runs a consumer like [`run`](run()), and restarts it when its task dies or makes no progress for
/// `silence_max`. Ends when a run ends regularly: by `shutdown`, or because it must not go on.
pub async fn keep_running(
    consumer: Arc<dyn Consumer>,
    feed: Feed,
    silence_max: Duration,
    shutdown: CancellationToken,
) -> Result<(), Stopped> {
    let start = || run(Arc::clone(&consumer), feed.clone(), shutdown.clone());
    watch(consumer.name(), &feed.board, silence_max, &shutdown, start).await
}

/// Keeps running whatever `start` begins, which shows its signs of life on the board under this name.
pub(crate) async fn watch<F>(
    name: &'static str,
    board: &Board,
    silence_max: Duration,
    shutdown: &CancellationToken,
    start: impl Fn() -> F,
) -> Result<(), Stopped>
where
    F: Future<Output = Result<(), Stopped>> + Send + 'static,
{
    loop {
        let running = start();
        let mut running = AbortOnDropHandle::new(tokio::spawn(running));
        let begun = Instant::now();
        let why = loop {
            match timeout(LOOK, &mut running).await {
                Ok(Ok(outcome)) => return outcome,
                Ok(Err(error)) => break error.to_string(),
                Err(_) => {
                    let silence = board.silence(name).unwrap_or(Duration::MAX);
                    let silence = silence.min(begun.elapsed());
                    if silence > silence_max {
                        break format!("no sign of life for {} s", silence.as_secs());
                    }
                }
            }
        };
        // One that cannot be stopped is no harm: the next one's epoch keeps it from committing.
        drop(running);
        tracing::error!(
            consumer = name,
            reason = why,
            "the consumer's task died or hangs and is started again"
        );
        metrics::counter!("fastops_consumer_restarts_total", "consumer" => name).increment(1);
        board.restarts(name);
        shutdown.run_until_cancelled(sleep(PAUSE)).await;
    }
}

/// Shows on the board how many events each consumer has parked, until `shutdown`.
pub async fn count_parked(feed: Feed, shutdown: CancellationToken) {
    loop {
        let counted = sqlx::query_as::<_, (String, i64, i64)>(
            "SELECT consumer, count(*), extract(epoch FROM now() - min(parked_at))::bigint
             FROM consumer_parked
             GROUP BY consumer",
        )
        .fetch_all(&feed.pool)
        .await;
        match counted {
            Ok(counted) => feed.board.have_parked(|consumer| {
                let found = counted.iter().find(|(name, ..)| name == consumer);
                found.map_or_else(Parked::default, |(_, n_events, seconds)| Parked {
                    n_events: n_events.cast_unsigned(),
                    oldest: Duration::from_secs(seconds.max(&0).cast_unsigned()),
                })
            }),
            Err(error) => {
                tracing::warn!(%error, "parked events could not be counted: the board shows the \
                    last count");
            }
        }
        if shutdown.run_until_cancelled(sleep(COUNT)).await.is_none() {
            return;
        }
    }
}
