//! The commits of this process that the follower has not passed yet: their events are in memory and need not
//! be read.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use domain::shared::EventId;
use event_store::{Committed, Position, RecordedEvent};

use super::LogPosition;

/// How many commands are kept while the follower does not advance; it reads the others.
const COMMANDS_MAX: usize = 20_000;

/// The commits of this process ahead of the follower.
#[derive(Debug, Default)]
pub(crate) struct LocalCommits(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    /// The first position, the last position and the last event of contiguous commands; none while there is
    /// no follower.
    commands: Option<BTreeMap<Position, LogPosition>>,
    /// The last events of the other commands, which the follower reads and must find.
    scattered: BTreeMap<Position, Option<EventId>>,
    /// Whether two commands have one position, or one was not read at its position: the log has lost it.
    is_torn: bool,
}

impl LocalCommits {
    /// Records a command whose events are applied to the states in memory; the last of them is `event`.
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
        commands.insert(first, LogPosition { position: last, event });
        if commands.len() > COMMANDS_MAX {
            commands.pop_first();
        }
        kept.is_torn |= is_torn;
    }

    /// Begins to record commands; drops earlier ones.
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

    /// Compares the `events` after a position with the recorded commands that end there: one that is missing
    /// was lost by the log.
    pub(super) fn have_read(&self, after: Position, events: &[RecordedEvent]) {
        let Some(end) = events.last() else { return };
        let mut kept = self.kept();
        let later = kept.scattered.split_off(&end.position.plus(1));
        let mut passed = std::mem::replace(&mut kept.scattered, later);
        // Those up to `after` were passed before they were recorded.
        let ended = passed.split_off(&after.plus(1));
        kept.is_torn |= ended.iter().any(|(position, id)| {
            let found = events.binary_search_by_key(position, |event| event.position);
            found.ok().map(|found| events[found].id) != *id
        });
    }

    /// Advances `reached` over contiguous commands of this process, and returns how many events of others
    /// may follow before the next one. Events of others can only be ruled out where no position lies in
    /// between.
    pub(super) fn pass(&self, mut reached: LogPosition) -> (LogPosition, Option<u64>) {
        let mut kept = self.kept();
        let Some(commands) = &mut kept.commands else { return (reached, None) };
        while let Some(next) = commands.first_entry() {
            let (first, last) = (*next.key(), *next.get());
            let n_between = first.get().saturating_sub(reached.position.plus(1).get());
            if n_between > 0 {
                return (reached, Some(n_between));
            }
            next.remove();
            if last.position > reached.position {
                reached = last;
            }
        }
        (reached, None)
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

    fn log_position(position: u64) -> LogPosition {
        let event = (position > 0).then(|| EventId::from_uuid(Uuid::from_u128(position.into())));
        LogPosition { position: Position::new(position), event }
    }

    fn commits(local_commits: &LocalCommits, first: u64, count: u32) {
        let last = first + u64::from(count.max(1)) - 1;
        let (first, at_last) = (Position::new(first), log_position(last));
        local_commits.committed(Committed { first, last: at_last.position, count }, at_last.event);
    }

    fn following() -> LocalCommits {
        let local_commits = LocalCommits::default();
        local_commits.begin();
        local_commits
    }

    #[test]
    fn local_commits_are_passed_up_to_the_next_foreign_event() {
        let local_commits = following();
        for (first, count) in [(3, 2), (1, 2), (9, 1)] {
            commits(&local_commits, first, count);
        }
        assert_eq!(local_commits.pass(log_position(0)), (log_position(4), Some(4)));
        assert_eq!(local_commits.pass(log_position(8)), (log_position(9), None));
        assert!(!local_commits.is_torn());
    }

    #[test]
    fn a_command_that_others_may_have_written_between_is_read() {
        let local_commits = following();
        commits(&local_commits, 1, 2);
        let between = Committed { first: Position::new(3), last: Position::new(5), count: 2 };
        local_commits.committed(between, log_position(5).event);
        commits(&local_commits, 4, 1);
        assert!(!local_commits.is_torn(), "there may be room for it");
        assert_eq!(local_commits.pass(log_position(0)), (log_position(2), Some(1)));
    }

    fn read(position: u64) -> RecordedEvent {
        let append = append(ANA, 1, &[("arepa", 0, 1)]);
        let store = MemoryStore::new(IncarnationId::from_uuid(Uuid::nil()));
        store.append(append).now_or_never();
        let log = store.read_all(Position::START, 1).now_or_never().unwrap().unwrap();
        let LogPosition { position, event } = log_position(position);
        RecordedEvent { position, id: event.unwrap(), ..log[0].clone() }
    }

    #[test]
    fn a_command_that_is_not_read_where_it_is_was_lost_by_the_log() {
        let scattered = |local_commits: &LocalCommits, first, last: u64| {
            let committed =
                Committed { first: Position::new(first), last: Position::new(last), count: 2 };
            local_commits.committed(committed, log_position(last).event);
        };
        for (events, is_torn) in
            [(&[4, 7][..], false), (&[4, 9], true), (&[7], false), (&[4], false)]
        {
            let local_commits = following();
            scattered(&local_commits, 1, 3);
            scattered(&local_commits, 4, 7);
            let events: Vec<RecordedEvent> = events.iter().map(|n| read(*n)).collect();
            local_commits.have_read(Position::new(3), &events);
            assert_eq!(local_commits.is_torn(), is_torn, "{events:?}");
        }
        let local_commits = following();
        scattered(&local_commits, 4, 7);
        local_commits.have_read(
            Position::new(3),
            &[RecordedEvent { position: Position::new(7), ..read(8) }],
        );
        assert!(local_commits.is_torn(), "another event is where it was");
    }

    #[test]
    fn two_commands_at_one_position_show_that_the_log_has_lost_one() {
        for (first, count) in [(3, 2), (4, 1), (2, 2), (1, 9)] {
            let local_commits = following();
            commits(&local_commits, 3, 2);
            commits(&local_commits, first, count);
            assert!(local_commits.is_torn(), "{first}, {count}");
        }
        let local_commits = following();
        for (first, count) in [(3, 2), (5, 1), (1, 2), (7, 0)] {
            commits(&local_commits, first, count);
        }
        assert!(!local_commits.is_torn());
    }

    #[test]
    fn while_the_follower_stands_still_a_bounded_number_is_kept() {
        let local_commits = following();
        let n_commands = COMMANDS_MAX as u64 + 500;
        for n in 0..n_commands {
            commits(&local_commits, 2 * n + 1, 1);
        }
        assert_eq!(local_commits.kept().commands.as_ref().map(BTreeMap::len), Some(COMMANDS_MAX));
        // What is not kept is read like the commits of other processes.
        assert_eq!(local_commits.pass(log_position(0)), (log_position(0), Some(1_000)));
    }
}
