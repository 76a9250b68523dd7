//! Time and ids, as parameters.

use std::fmt;

use chrono::{DateTime, SubsecRound, Utc};
use uuid::Uuid;

/// Returns the time. Only [`SystemClock`] reads the machine's clock.
pub trait Clock: fmt::Debug + Send + Sync + 'static {
    /// The current time in whole microseconds, which is what the log keeps.
    fn now(&self) -> DateTime<Utc>;
}

/// Makes ids. Only [`RandomIds`] uses the machine's randomness.
pub trait IdGenerator: fmt::Debug + Send + Sync + 'static {
    /// A unique UUID of version 7.
    fn uuid(&self) -> Uuid;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that asks the machine")]
    fn now(&self) -> DateTime<Utc> {
        Utc::now().trunc_subsecs(6)
    }
}

/// Ids from the machine's clock and randomness.
#[derive(Debug, Clone, Copy)]
pub struct RandomIds;

impl IdGenerator for RandomIds {
    #[expect(clippy::disallowed_methods, reason = "the one place that asks the machine")]
    fn uuid(&self) -> Uuid {
        Uuid::now_v7()
    }
}
