//! The end of a process on a signal.

use std::io;
use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

/// The two steps in which a process ends.
pub(super) struct Ending {
    /// Cancelled when the end is announced: `/readyz` is 503 from here on.
    pub(super) announced: CancellationToken,
    /// Cancelled when the end begins: no connection is accepted from here on.
    pub(super) shutdown: CancellationToken,
}

impl Ending {
    /// Announces the end on SIGTERM and begins it after `delay`, or on another signal before that;
    /// SIGINT (Ctrl-C) begins it at once.
    pub(super) fn on_signal(delay: Duration) -> io::Result<Self> {
        let (mut interrupt, mut terminate) = signals()?;
        let ending =
            Self { announced: CancellationToken::new(), shutdown: CancellationToken::new() };
        let (announced, shutdown) = (ending.announced.clone(), ending.shutdown.clone());
        tokio::spawn(async move {
            let is_announced = tokio::select! {
                _ = interrupt.recv() => false,
                _ = terminate.recv() => true,
            };
            announced.cancel();
            if is_announced && !delay.is_zero() {
                tracing::info!(?delay, "not ready any more, and still answering");
                tokio::select! {
                    () = sleep(delay) => {}
                    _ = interrupt.recv() => {}
                    _ = terminate.recv() => {}
                }
            }
            shutdown.cancel();
        });
        Ok(ending)
    }
}

/// A token that SIGINT (Ctrl-C) and SIGTERM cancel.
pub(super) fn shutdown_on_signal() -> io::Result<CancellationToken> {
    Ok(Ending::on_signal(Duration::ZERO)?.shutdown)
}

fn signals() -> io::Result<(Signal, Signal)> {
    Ok((signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?))
}
