//! The loop that sends the e-mails of the outbox.
//!
//! An e-mail waits in the database, so that it survives an unreachable mail server and the end of a process.
//! While one process sends it, no other does. It is sent again if the mail server did not confirm it; a server
//! that had accepted it all the same recognizes the `Message-ID`.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use commands::Clock;
use commands::identity::{Post, PostError};
use futures_util::future::join_all;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use crate::identity::{DueEmail, People};

/// The interval at which e-mails of other processes, and those to be retried, are looked up.
const LOOKUP_INTERVAL: Duration = Duration::from_secs(1);

/// How many e-mails are sent at once.
const AT_ONCE: u16 = 8;

/// The timeout of sending one: lettre waits without end for a server that does not answer.
const SEND_TIMEOUT: Duration = Duration::from_secs(15);

/// For how long an e-mail is reserved for the process that sends it; longer than the timeout.
const RESERVED_FOR: TimeDelta = TimeDelta::minutes(1);

/// How long an e-mail waits that was not accepted: twice as long each time, between these.
const WAIT_MIN: TimeDelta = TimeDelta::seconds(5);
const WAIT_MAX: TimeDelta = TimeDelta::minutes(15);

/// Sends e-mails by `transport` until `shutdown`, and ends when those are sent that it has begun with. Any
/// number of processes may do so at the same time.
pub async fn deliver(
    people: People,
    transport: Arc<dyn Post>,
    clock: Arc<dyn Clock>,
    shutdown: CancellationToken,
) {
    let delivery = Delivery { people, transport, clock };
    while !shutdown.is_cancelled() {
        match delivery.round().await {
            Ok(n) if n == usize::from(AT_ONCE) => continue,
            Ok(_) => {}
            Err(error) => {
                tracing::warn!(%error, "the due e-mails could not be looked up: they are sent \
                    late");
            }
        }
        tokio::select! {
            () = delivery.people.email_stored() => {}
            () = sleep(LOOKUP_INTERVAL) => {}
            () = shutdown.cancelled() => {}
        }
    }
}

struct Delivery {
    people: People,
    transport: Arc<dyn Post>,
    clock: Arc<dyn Clock>,
}

impl Delivery {
    /// Sends what is due; returns how many e-mails that were.
    async fn round(&self) -> Result<usize, sqlx::Error> {
        let now = self.clock.now();
        let due = self.people.emails_due(now, now + RESERVED_FOR, AT_ONCE).await?;
        let outcomes = join_all(due.iter().map(|email| self.send(email))).await;
        outcomes.into_iter().collect::<Result<Vec<()>, _>>()?;
        Ok(due.len())
    }

    async fn send(&self, due: &DueEmail) -> Result<(), sqlx::Error> {
        let sent = match due.email.clone() {
            _ if due.expires_at <= self.clock.now() => Err(PostError::Never("too late".to_owned())),
            None => Err(PostError::Never("it cannot be opened".to_owned())),
            Some(email) => match timeout(SEND_TIMEOUT, self.transport.send(due.id, email)).await {
                Ok(sent) => sent,
                Err(_) => Err(PostError::Later("it takes too long".to_owned())),
            },
        };
        let (email, person) = (due.id, due.person);
        match sent {
            Ok(()) => self.people.email_done(due).await,
            Err(error @ PostError::Never(_)) => {
                tracing::error!(email.id = %email, person.id = %person, %error,
                    "an e-mail cannot be sent and is deleted");
                self.people.email_done(due).await
            }
            Err(error @ PostError::Later(_)) => {
                tracing::warn!(email.id = %email, person.id = %person, %error,
                    "an e-mail could not be sent: trying again later");
                self.people.email_postponed(due, self.retry_at(due.tries)).await
            }
        }
    }

    fn retry_at(&self, tries: u32) -> DateTime<Utc> {
        let doubled = WAIT_MIN * (1 << tries.saturating_sub(1).min(10));
        self.clock.now() + doubled.min(WAIT_MAX)
    }
}
