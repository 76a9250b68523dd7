//! A clock that advances a little with each reading, and as far as a test sets it.

use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use commands::Clock;

/// The initial time of every system: noon in Bogotá, a Saturday.
pub const START: &str = "2026-03-14T17:00:00Z";

/// Shared by all processes of a system, so that they agree.
#[derive(Debug)]
pub struct TestClock {
    micros: AtomicI64,
}

impl TestClock {
    /// A clock at [`START`].
    pub fn new() -> Self {
        let start: DateTime<Utc> = START.parse().expect("the constant is RFC 3339");
        Self { micros: AtomicI64::new(start.timestamp_micros()) }
    }

    /// A separate clock that is ahead of this one.
    #[must_use]
    pub fn ahead(&self, by: TimeDelta) -> Self {
        let ahead = Self { micros: AtomicI64::new(self.micros.load(Ordering::Relaxed)) };
        ahead.forward(by);
        ahead
    }

    /// Advances the clock; a negative `by` sets it back.
    pub fn forward(&self, by: TimeDelta) {
        let micros = by.num_microseconds().expect("a test waits for less than a hundred years");
        self.micros.fetch_add(micros, Ordering::Relaxed);
    }
}

impl Default for TestClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for TestClock {
    fn now(&self) -> DateTime<Utc> {
        let micros = self.micros.fetch_add(1_000, Ordering::Relaxed);
        DateTime::from_timestamp_micros(micros).expect("a test ends within a hundred years")
    }
}
