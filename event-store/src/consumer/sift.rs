//! Applies events; where that keeps failing, finds the ones that cause it and applies the others.

use std::any::Any;
use std::collections::HashSet;
use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;
use sqlx::PgConnection;

use super::parking::{Key, Parked, Reason, key_of};
use super::{Consumer, ConsumerError};
use crate::event::RecordedEvent;

/// With more events than this that cannot be applied, the cause is the consumer or its tables, and parking
/// everything would hide it.
const POISON_MAX: usize = 100;

/// Applies events as a whole. A panic is a failure like any other.
pub(super) async fn apply(
    consumer: &dyn Consumer,
    tx: &mut PgConnection,
    events: &[&RecordedEvent],
) -> Result<(), ConsumerError> {
    if events.is_empty() {
        return Ok(());
    }
    match AssertUnwindSafe(consumer.apply(tx, events)).catch_unwind().await {
        Ok(outcome) => outcome,
        Err(panic) => Err(ConsumerError::Panicked(message(panic.as_ref()))),
    }
}

/// Takes the events of `held` keys out of `events`: they wait for earlier ones of their keys.
pub(super) fn hold_back<'e>(
    consumer: &dyn Consumer,
    events: &mut Vec<&'e RecordedEvent>,
    held: &HashSet<Key>,
) -> Vec<Parked<'e>> {
    if held.is_empty() {
        return Vec::new();
    }
    let mut waiting = Vec::new();
    events.retain(|event| {
        let key = key_of(consumer, event);
        let is_held = held.contains(&key);
        if is_held {
            waiting.push(Parked { event, key: key.1, reason: None });
        }
        !is_held
    });
    waiting
}

/// Applies all events but those that cannot be applied and the later ones of their keys; returns these.
///
/// Halves what fails until one event is left, in savepoints and in the order of the log.
pub(super) async fn sift<'e>(
    consumer: &dyn Consumer,
    tx: &mut PgConnection,
    events: Vec<&'e RecordedEvent>,
) -> Result<Vec<Parked<'e>>, ConsumerError> {
    let mut groups = vec![events];
    let mut poisoned: HashSet<Key> = HashSet::new();
    let mut parked = Vec::new();
    while let Some(mut group) = groups.pop() {
        parked.extend(hold_back(consumer, &mut group, &poisoned));
        sqlx::raw_sql("SAVEPOINT sifted").execute(&mut *tx).await?;
        match apply(consumer, tx, &group).await {
            Ok(()) => {
                sqlx::raw_sql("RELEASE SAVEPOINT sifted").execute(&mut *tx).await?;
            }
            Err(error) if error.blames_events() && poisoned.len() < POISON_MAX => {
                let back = "ROLLBACK TO SAVEPOINT sifted; RELEASE SAVEPOINT sifted";
                sqlx::raw_sql(back).execute(&mut *tx).await?;
                if let [event] = group[..] {
                    let key = key_of(consumer, event);
                    let reason = Some(Reason::of(&error));
                    parked.push(Parked { event, key: key.1.clone(), reason });
                    poisoned.insert(key);
                } else {
                    let later = group.split_off(group.len() / 2);
                    groups.extend([later, group]);
                }
            }
            Err(error) => return Err(error),
        }
    }
    Ok(parked)
}

fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message").to_owned()
}
