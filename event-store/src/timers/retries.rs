//! When failed commands are retried.

use chrono::{DateTime, TimeDelta, Utc};

/// How often sending is tried before a person has to look: over about five hours.
pub const TRIES_MAX: u32 = 16;

/// The pause after the first failure, in seconds; each further one is twice as long.
const PAUSE_MIN_SECONDS: i64 = 1;

/// The longest pause.
const PAUSE_MAX: TimeDelta = TimeDelta::hours(1);

/// A try that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failed {
    /// When.
    pub at: DateTime<Utc>,
    /// The message of the failure.
    pub reason: String,
    /// Whether a retry may succeed without intervention.
    pub is_transient: bool,
}

impl Failed {
    /// When it is retried after so many earlier failures; never where an operator has to intervene.
    pub fn retry_at(&self, attempts: u32) -> Option<DateTime<Utc>> {
        let is_last = !self.is_transient || attempts + 1 >= TRIES_MAX;
        let pause = TimeDelta::seconds(PAUSE_MIN_SECONDS << attempts.min(TRIES_MAX)).min(PAUSE_MAX);
        (!is_last).then(|| self.at + pause)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fails_is_tried_later_and_later_and_not_for_ever() {
        let at = DateTime::from_timestamp(1_773_500_000, 0).unwrap();
        let failed = Failed { at, reason: "busy".to_owned(), is_transient: true };
        let mut pauses = Vec::new();
        while let Some(retry_at) = failed.retry_at(u32::try_from(pauses.len()).unwrap()) {
            pauses.push((retry_at - at).num_seconds());
        }
        let expected = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_024, 2_048, 3_600, 3_600, 3_600];
        assert_eq!(pauses, expected);
        assert_eq!(Failed { is_transient: false, ..failed }.retry_at(0), None);
    }
}
