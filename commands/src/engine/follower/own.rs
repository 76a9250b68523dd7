//! What this process has committed itself and the follower has yet to pass: it need not be read.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use domain::shared::EventId;
use event_store::{Committed, Position, RecordedEvent};

use super::Place;

/// How many commands are kept while the follower does not come to them; it reads the others.
const COMMANDS_MAX: usize = 20_000;

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Own(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    /// Where contiguous commands begin and end, and their last events; none while nobody follows.
    commands: Option<BTreeMap<Position, Place>>,
    /// The last events of the others, which are read and have to be there.
    scattered: BTreeMap<Position, Option<EventId>>,
    /// Whether two commands are at one position, or one was not read where it is: the log has lost it.
    is_torn: bool,
}

impl Own {
    /// The states of the events of a command are in memory already; the last of them is `event`.
    pub(crate) fn committed(&self, committed: Committed, event: Option<EventId>) {
        let mut kept = self.kept();
        let Committed { first, last, .. } = committed;
        if kept.commands.is_none() || committed.count == 0 {
            return;
        }
        if !committed.is_contiguous() {
            kept.is_torn |= kept.scattered.insert(last, event).is_some_and(|other| other != event);
            if kept.scattered.len() > COMMANDS_MAX {
                kept.scattered.pop_first();
            }
            return;
        }
        let Some(commands) = &mut kept.commands else { return };
        let overlaps = commands.range(..=last).next_back();
        let is_torn = overlaps.is_some_and(|(_, earlier)| earlier.position >= first);
        commands.insert(first, Place { position: last, event });
        if commands.len() > COMMANDS_MAX {
            commands.pop_first();
        }
        kept.is_torn |= is_torn;
    }

    /// From here on it is worth keeping them; nothing is kept of before.
    pub(super) fn begin(&self) {
        *self.kept() = Kept { commands: Some(BTreeMap::new()), ..Kept::default() };
    }

    pub(super) fn end(&self) {
        *self.kept() = Kept::default();
    }

    /// Whether the log has lost some of them, as the others show.
    pub(super) fn is_torn(&self) -> bool {
        self.kept().is_torn
    }

    /// These events come next after a position of the log. What is own and ends among them is one of them,
    /// or the log has lost it.
    pub(super) fn have_read(&self, after: Position, events: &[RecordedEvent]) {
        let Some(end) = events.last() else { return };
        let mut kept = self.kept();
        let later = kept.scattered.split_off(&end.position.plus(1));
        let mut passed = std::mem::replace(&mut kept.scattered, later);
        // The others were passed before they were known to be own.
        let ended = passed.split_off(&after.plus(1));
        kept.is_torn |= ended.iter().any(|(position, id)| {
            let found = events.binary_search_by_key(position, |event| event.position);
            found.ok().map(|found| events[found].id) != *id
        });
    }

    /// The last place up to which everything after `place` is certainly own, and how many events there may
    /// be from there to the next own ones. Only where no number lies in between is it certain that no
    /// event does.
    pub(super) fn pass(&self, mut place: Place) -> (Place, Option<u64>) {
        let mut kept = self.kept();
        let Some(commands) = &mut kept.commands else { return (place, None) };
        while let Some(next) = commands.first_entry() {
            let (first, last) = (*next.key(), *next.get());
            let n_between = first.get().saturating_sub(place.position.plus(1).get());
            if n_between > 0 {
                return (place, Some(n_between));
            }
            next.remove();
            if last.position > place.position {
                place = last;
            }
        }
        (place, None)
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use domain::shared::IncarnationId;
    use event_store::EventStore;
    use event_store::memory::MemoryStore;
    use event_store::testing::appends::{ANA, append};
    use futures_util::FutureExt;
    use uuid::Uuid;

    use super::*;

    fn place(position: u64) -> Place {
        let event = (position > 0).then(|| EventId::from_uuid(Uuid::from_u128(position.into())));
        Place { position: Position::new(position), event }
    }

    fn commits(own: &Own, first: u64, count: u32) {
        let last = first + u64::from(count.max(1)) - 1;
        let (first, at_last) = (Position::new(first), place(last));
        own.committed(Committed { first, last: at_last.position, count }, at_last.event);
    }

    fn following() -> Own {
        let own = Own::default();
        own.begin();
        own
    }

    #[test]
    fn what_is_own_is_passed_up_to_the_next_foreign_event() {
        let own = following();
        for (first, count) in [(3, 2), (1, 2), (9, 1)] {
            commits(&own, first, count);
        }
        assert_eq!(own.pass(place(0)), (place(4), Some(4)));
        assert_eq!(own.pass(place(8)), (place(9), None));
        assert!(!own.is_torn());
    }

    #[test]
    fn a_command_that_others_may_have_written_between_is_read() {
        let own = following();
        commits(&own, 1, 2);
        let between = Committed { first: Position::new(3), last: Position::new(5), count: 2 };
        own.committed(between, place(5).event);
        commits(&own, 4, 1);
        assert!(!own.is_torn(), "there may be room for it");
        assert_eq!(own.pass(place(0)), (place(2), Some(1)));
    }

    fn read(position: u64) -> RecordedEvent {
        let append = append(ANA, 1, &[("arepa", 0, 1)]);
        let store = MemoryStore::new(IncarnationId::from_uuid(Uuid::nil()));
        store.append(append).now_or_never();
        let log = store.read_all(Position::START, 1).now_or_never().unwrap().unwrap();
        let Place { position, event } = place(position);
        RecordedEvent { position, id: event.unwrap(), ..log[0].clone() }
    }

    #[test]
    fn a_command_that_is_not_read_where_it_is_was_lost_by_the_log() {
        let scattered = |own: &Own, first, last: u64| {
            let committed =
                Committed { first: Position::new(first), last: Position::new(last), count: 2 };
            own.committed(committed, place(last).event);
        };
        for (events, is_torn) in
            [(&[4, 7][..], false), (&[4, 9], true), (&[7], false), (&[4], false)]
        {
            let own = following();
            scattered(&own, 1, 3);
            scattered(&own, 4, 7);
            let events: Vec<RecordedEvent> = events.iter().map(|n| read(*n)).collect();
            own.have_read(Position::new(3), &events);
            assert_eq!(own.is_torn(), is_torn, "{events:?}");
        }
        let own = following();
        scattered(&own, 4, 7);
        own.have_read(Position::new(3), &[RecordedEvent { position: Position::new(7), ..read(8) }]);
        assert!(own.is_torn(), "another event is where it was");
    }

    #[test]
    fn two_commands_at_one_position_show_that_the_log_has_lost_one() {
        for (first, count) in [(3, 2), (4, 1), (2, 2), (1, 9)] {
            let own = following();
            commits(&own, 3, 2);
            commits(&own, first, count);
            assert!(own.is_torn(), "{first}, {count}");
        }
        let own = following();
        for (first, count) in [(3, 2), (5, 1), (1, 2), (7, 0)] {
            commits(&own, first, count);
        }
        assert!(!own.is_torn());
    }

    #[test]
    fn while_the_follower_stands_still_a_bounded_number_is_kept() {
        let own = following();
        let n_commands = COMMANDS_MAX as u64 + 500;
        for n in 0..n_commands {
            commits(&own, 2 * n + 1, 1);
        }
        assert_eq!(own.kept().commands.as_ref().map(BTreeMap::len), Some(COMMANDS_MAX));
        // What is not kept is read like what others commit.
        assert_eq!(own.pass(place(0)), (place(0), Some(1_000)));
    }
}
