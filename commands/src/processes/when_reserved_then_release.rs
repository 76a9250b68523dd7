//! After stock was reserved for an order, releases the expired reservations of its branch soon
//! after the reservation ends.
//!
//! All reservations of a branch that end in one quarter of an hour share one timer: usually their
//! orders have used the stock by then, and nothing is left to release.

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use domain::inventory::Inventory;
use domain::inventory::stock::{Event, Reserved};
use domain::shared::BranchId;
use event_store::RecordedEvent;
use event_store::consumer::ConsumerError;
use event_store::timers::Reaction;
use uuid::Uuid;

use super::Process;
use crate::inventory::ReleaseExpired;

/// How much longer than their duration reservations may be kept.
const TOGETHER: TimeDelta = TimeDelta::minutes(15);

/// Releases reservations that have expired.
#[derive(Debug)]
pub struct WhenReservedThenRelease;

impl Process for WhenReservedThenRelease {
    const NAME: &'static str = "when_reserved_then_release";
    type Command = ReleaseExpired;

    fn wants(event: &RecordedEvent) -> bool {
        event.stream.is_of::<Inventory>()
    }

    fn react(event: &RecordedEvent) -> Result<Vec<Reaction<ReleaseExpired>>, ConsumerError> {
        let Event::Reserved(Reserved { expires_at, .. }) = event.decode()? else {
            return Ok(vec![]);
        };
        let misfit = |reason: &str| ConsumerError::Misfit {
            position: event.position,
            reason: reason.to_owned(),
        };
        let branch = event.stream.id().parse();
        let branch = branch.map_err(|_| misfit("the stream is not named after a branch"))?;
        let due_at = due_at(expires_at).ok_or_else(|| misfit("it never expires"))?;
        let command = ReleaseExpired { branch };
        Ok(vec![Reaction { key: key(branch, due_at), due_at, command }])
    }
}

/// The end of the quarter of an hour in which a reservation ends.
fn due_at(expires_at: DateTime<Utc>) -> Option<DateTime<Utc>> {
    expires_at.duration_trunc(TOGETHER).ok()?.checked_add_signed(TOGETHER)
}

fn key(branch: BranchId, due_at: DateTime<Utc>) -> Uuid {
    Uuid::new_v5(&branch.uuid(), &due_at.timestamp().to_be_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utc(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn reservations_that_end_in_one_quarter_of_an_hour_are_released_at_its_end() {
        for ends in ["2026-03-14T12:00:00Z", "2026-03-14T12:14:59.999999Z"] {
            assert_eq!(due_at(utc(ends)), Some(utc("2026-03-14T12:15:00Z")), "{ends}");
        }
        assert_eq!(due_at(utc("2026-03-14T12:15:00Z")), Some(utc("2026-03-14T12:30:00Z")));
    }

    #[test]
    fn branches_and_times_do_not_share_what_is_planned() {
        let [one, other] = [1, 2].map(|n| BranchId::from_uuid(Uuid::from_u128(n)));
        let (noon, later) = (utc("2026-03-14T12:00:00Z"), utc("2026-03-14T12:15:00Z"));
        assert_eq!(key(one, noon), key(one, noon));
        assert_ne!(key(one, noon), key(other, noon));
        assert_ne!(key(one, noon), key(one, later));
    }
}
