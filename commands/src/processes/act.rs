//! Sends what is due.

use std::sync::Arc;
use std::time::Duration;

use event_store::consumer::ConsumerError;
use event_store::timers::{About, Timer, Timers};
use serde::Deserialize;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::{Process, command_id};
use crate::error::CommandError;
use crate::execute::Commands;
use crate::scope::{Request, Scope};
use crate::sources::Clock;

/// How often is looked for what is due.
const LOOK: Duration = Duration::from_secs(1);

/// How many commands are looked for at once.
const DUE_MAX: u32 = 200;

/// Sends the commands of a process when they are due, until `shutdown`. Any number of processes may do
/// so beside each other.
///
/// A command that a rule refuses is not sent again; one that fails in the world is, a second later.
pub async fn act<P: Process>(
    commands: Commands,
    clock: Arc<dyn Clock>,
    timers: Timers,
    shutdown: CancellationToken,
) {
    while !shutdown.is_cancelled() {
        match send_due::<P>(&commands, clock.as_ref(), &timers).await {
            Ok(DUE_MAX) => continue,
            Ok(_) => {}
            Err(error) => {
                tracing::error!(process = P::NAME, %error, "what is due could not be looked up");
            }
        }
        shutdown.run_until_cancelled(sleep(LOOK)).await;
    }
}

/// Says how many were sent.
async fn send_due<P: Process>(
    commands: &Commands,
    clock: &dyn Clock,
    timers: &Timers,
) -> Result<u32, ConsumerError> {
    let mut n_sent = 0;
    for (about, timer) in timers.due(P::NAME, clock.now(), DUE_MAX).await? {
        if send::<P>(commands, about, &timer).await {
            timers.done(P::NAME, about, &timer).await?;
            n_sent += 1;
        }
    }
    Ok(n_sent)
}

/// Says whether the command has its answer.
async fn send<P: Process>(commands: &Commands, about: About, timer: &Timer) -> bool {
    let command = match P::Command::deserialize(&timer.command) {
        Ok(command) => command,
        Err(error) => {
            tracing::error!(process = P::NAME, %error, "what was planned cannot be read");
            return false;
        }
    };
    let mut scope = Scope::system(about.tenant, timer.correlation, P::NAME);
    scope.causation = Some(timer.event);
    let request = Request::live(command_id(P::NAME, timer.event));
    match commands.execute(&scope, request, command).await {
        Ok(_) => true,
        Err(CommandError::World(error)) => {
            tracing::warn!(process = P::NAME, %error, "a command of a process is sent again");
            false
        }
        Err(refusal) => {
            tracing::error!(process = P::NAME, tenant = %about.tenant, key = %about.key, %refusal,
                "a command of a process was refused");
            true
        }
    }
}
