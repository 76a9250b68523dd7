//! The door: a crowd of newcomers does not stand before those who are in.

use std::time::{Duration, Instant};

/// How many come in within a [`BREATH`], a few thousand a second. Each takes some dozens of microseconds.
const AT_ONCE: u32 = 4;

/// How long the next ones wait then, in the system's queue as far as that goes.
const BREATH: Duration = Duration::from_millis(1);

/// Counts who comes in.
#[derive(Debug, Default)]
pub(super) struct Door {
    since: Option<Instant>,
    n: u32,
}

impl Door {
    /// Somebody comes in; says when the next one may, if that is not at once.
    pub(super) fn passed(&mut self, now: Instant) -> Option<Instant> {
        let since = self.since.filter(|since| now < *since + BREATH);
        self.n = if since.is_some() { self.n + 1 } else { 1 };
        let since = *self.since.insert(since.unwrap_or(now));
        (self.n >= AT_ONCE).then_some(since + BREATH)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crowd_comes_in_a_few_at_a_time() {
        let (mut door, begun) = (Door::default(), Instant::now());
        let mut now = begun;
        for _ in 0..300 {
            now = door.passed(now).unwrap_or(now);
        }
        assert_eq!(now, begun + BREATH * (300 / AT_ONCE));
    }

    #[test]
    fn a_few_do_not_wait_and_neither_do_those_who_come_one_by_one() {
        let (mut door, now) = (Door::default(), Instant::now());
        for _ in 1..AT_ONCE {
            assert_eq!(door.passed(now), None);
        }
        for n in 1..20 {
            assert_eq!(door.passed(now + BREATH * n), None, "{n}");
        }
    }
}
