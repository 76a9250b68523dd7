//! The loop that hands letters over until they are taken.
//!
//! A letter waits in the database, so that neither a mail server that is away nor a process that ends
//! loses it. While one process hands it over, no other does. It is handed over again only if nobody
//! said that it was taken; should that be wrong, it has the same `Message-ID` again.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use commands::Clock;
use commands::identity::{Post, PostError};
use futures_util::future::join_all;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use crate::identity::{DueLetter, People};

/// How often is looked for letters of other processes, and for those that are due again.
const LOOK: Duration = Duration::from_secs(1);

/// How many letters are handed over at once.
const AT_ONCE: u16 = 8;

/// How long handing a letter over may take: lettre waits without end for a server that says nothing.
const SEND_WITHIN: Duration = Duration::from_secs(15);

/// For how long a letter belongs to the process that hands it over. Longer than that takes.
const OWN_FOR: TimeDelta = TimeDelta::minutes(1);

/// How long a letter waits that was not taken, twice as long each time.
const WAIT_MIN: TimeDelta = TimeDelta::seconds(5);
const WAIT_MAX: TimeDelta = TimeDelta::minutes(15);

/// Hands letters over to `post` until `shutdown`; those that are on their way arrive before it ends.
/// Any number of processes may do so beside each other.
pub async fn deliver(
    people: People,
    post: Arc<dyn Post>,
    clock: Arc<dyn Clock>,
    shutdown: CancellationToken,
) {
    let delivery = Delivery { people, post, clock };
    while !shutdown.is_cancelled() {
        match delivery.round().await {
            Ok(n) if n == usize::from(AT_ONCE) => continue,
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "letters could not be looked up"),
        }
        tokio::select! {
            () = delivery.people.letter_written() => {}
            () = sleep(LOOK) => {}
            () = shutdown.cancelled() => {}
        }
    }
}

struct Delivery {
    people: People,
    post: Arc<dyn Post>,
    clock: Arc<dyn Clock>,
}

impl Delivery {
    /// Hands over what is due; says how many letters that were.
    async fn round(&self) -> Result<usize, sqlx::Error> {
        let now = self.clock.now();
        let due = self.people.letters_due(now, now + OWN_FOR, AT_ONCE).await?;
        let outcomes = join_all(due.iter().map(|letter| self.hand_over(letter))).await;
        outcomes.into_iter().collect::<Result<Vec<()>, _>>()?;
        Ok(due.len())
    }

    async fn hand_over(&self, due: &DueLetter) -> Result<(), sqlx::Error> {
        let sent = match due.letter.clone() {
            _ if due.expires_at <= self.clock.now() => Err(PostError::Never("too late".to_owned())),
            None => Err(PostError::Never("it cannot be opened".to_owned())),
            Some(letter) => match timeout(SEND_WITHIN, self.post.send(due.id, letter)).await {
                Ok(sent) => sent,
                Err(_) => Err(PostError::Later("it takes too long".to_owned())),
            },
        };
        let (letter, person) = (due.id, due.person);
        match sent {
            Ok(()) => self.people.letter_done(due).await,
            Err(error @ PostError::Never(_)) => {
                tracing::error!(letter.id = %letter, person.id = %person, %error,
                    "a letter is given up");
                self.people.letter_done(due).await
            }
            Err(error @ PostError::Later(_)) => {
                tracing::warn!(letter.id = %letter, person.id = %person, %error,
                    "a letter is sent again later");
                self.people.letter_put_off(due, self.again_at(due.tries)).await
            }
        }
    }

    fn again_at(&self, tries: u32) -> DateTime<Utc> {
        let doubled = WAIT_MIN * (1 << tries.saturating_sub(1).min(10));
        self.clock.now() + doubled.min(WAIT_MAX)
    }
}
