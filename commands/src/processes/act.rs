//! Sends the commands of processes that are due.

use std::sync::Arc;
use std::time::Duration;

use event_store::consumer::ConsumerError;
use event_store::timers::{About, Failed, Timer, Timers};
use serde::Deserialize;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::{Process, command_id};
use crate::engine::error::CommandError;
use crate::engine::execute::Commands;
use crate::engine::scope::{Correlation, Request, Scope};
use crate::engine::sources::Clock;

/// The interval between two queries for due commands.
const LOOK: Duration = Duration::from_secs(1);

/// How many due commands one query returns.
const DUE_MAX: u32 = 200;

/// Sends the due commands of a process until `shutdown`. Several instances may run concurrently.
///
/// A command that a rule refuses is not sent again. One that fails for another reason is retried
/// after growing delays, then parked until an operator retries it.
pub async fn act<P: Process>(
    commands: Commands,
    clock: Arc<dyn Clock>,
    timers: Timers,
    shutdown: CancellationToken,
) {
    let mut is_failing = false;
    while !shutdown.is_cancelled() {
        match send_due::<P>(&commands, clock.as_ref(), &timers).await {
            Ok(n_due) => {
                if is_failing {
                    tracing::info!(
                        process = P::NAME,
                        "the due commands of the process are read and sent again"
                    );
                }
                is_failing = false;
                if n_due == DUE_MAX {
                    continue;
                }
            }
            Err(error) if !is_failing => {
                tracing::error!(process = P::NAME, %error, "the due commands of the process \
                    cannot be read: they are sent late");
                is_failing = true;
            }
            Err(error) => {
                tracing::debug!(process = P::NAME, %error, "the due commands of the process \
                    still cannot be read");
            }
        }
        shutdown.run_until_cancelled(sleep(LOOK)).await;
    }
}

/// Sends the due commands; returns how many there were.
async fn send_due<P: Process>(
    commands: &Commands,
    clock: &dyn Clock,
    timers: &Timers,
) -> Result<u32, ConsumerError> {
    let mut n_due = 0;
    for (about, timer) in timers.due(P::NAME, clock.now(), DUE_MAX).await? {
        n_due += 1;
        match send::<P>(commands, about, &timer).await {
            Ok(()) => {
                timers.done(P::NAME, about, &timer).await?;
                if timer.attempts > 0 {
                    tracing::info!(process = P::NAME, tenant = %about.tenant, key = %about.key,
                        attempts = timer.attempts, "a command of the process succeeded after failures");
                }
            }
            Err(Unsent { reason, is_transient }) => {
                let failed = Failed { at: clock.now(), reason, is_transient };
                report::<P>(about, &timer, &failed);
                timers.failed(P::NAME, about, &timer, &failed).await?;
            }
        }
    }
    timers.count_parked(P::NAME).await?;
    Ok(n_due)
}

/// Why a command has no answer.
struct Unsent {
    reason: String,
    is_transient: bool,
}

/// Sends a command; returns an error if it has no answer.
async fn send<P: Process>(commands: &Commands, about: About, timer: &Timer) -> Result<(), Unsent> {
    let command = P::Command::deserialize(&timer.command);
    let command = command.map_err(|error| Unsent {
        reason: format!("what was planned cannot be read: {error}"),
        is_transient: false,
    })?;
    let traceparent = timer.traceparent.as_deref().map(Arc::from);
    let correlation = Correlation { id: timer.correlation, traceparent };
    let mut scope = Scope::system(about.tenant, correlation, P::NAME);
    scope.causation = Some(timer.event);
    let request = Request::live(command_id(P::NAME, timer.event));
    match commands.execute(&scope, request, command).await {
        Ok(_) => Ok(()),
        Err(CommandError::World(world)) => {
            let (reason, is_transient) = (world.to_string(), world.is_transient());
            Err(Unsent { reason, is_transient })
        }
        Err(refusal) => {
            tracing::error!(process = P::NAME, tenant = %about.tenant, key = %about.key, %refusal,
                "a command of the process was refused by a rule and is not sent again");
            Ok(())
        }
    }
}

/// Logs the first and the last failure of a command; the others are not logged.
fn report<P: Process>(about: About, timer: &Timer, failed: &Failed) {
    let (reason, tenant, key) = (&failed.reason, about.tenant, about.key);
    if failed.retry_at(timer.attempts).is_none() {
        tracing::error!(process = P::NAME, %tenant, %key, reason, attempts = timer.attempts + 1,
            "a command of the process is parked: an operator has to have it sent again");
    } else if timer.attempts == 0 {
        tracing::warn!(process = P::NAME, %tenant, %key, reason,
            "a command of the process failed and is sent again after growing delays");
    }
}
