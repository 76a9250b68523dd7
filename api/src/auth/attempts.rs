//! Attempts to sign in: each failure makes the next attempt wait longer, by account and by address.
//!
//! Each process counts for itself. Failures for an account on an enrolled device of its own company are
//! counted apart, and by no address, so that guessing from elsewhere, or beside the till, locks no user out
//! of it.

use std::net::IpAddr;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use domain::shared::{DeviceId, EmailKey, UserId};
use moka::sync::Cache;

use crate::problem::{Code, Problem};

/// How many accounts and addresses are remembered; the least used are forgotten.
const KNOWN_MAX: u64 = 100_000;

/// For how long after its last failure something is remembered.
const REMEMBERED_FOR: Duration = Duration::from_hours(1);

/// How often one may fail before one has to wait.
const FREE_FOR_ACCOUNT: u32 = 5;

/// The same for an address, behind which many people may be.
const FREE_FOR_ADDRESS: u32 = 50;

/// The longest wait.
const WAIT_MAX: TimeDelta = TimeDelta::minutes(15);

/// What failures are counted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Subject {
    /// An e-mail address from anywhere.
    Account(EmailKey),
    /// An e-mail address on an enrolled device of a company in which it has an account.
    AccountOn(EmailKey, DeviceId),
    /// A person's PIN on an enrolled device.
    Pin(UserId, DeviceId),
    /// A signed-in user who proves their identity again.
    Person(UserId),
    /// An e-mail address that e-mails are requested for.
    LinkEmailsTo(EmailKey),
    /// Where requests for e-mails come from.
    LinkEmails(IpAddr),
    /// Where requests come from.
    Address(IpAddr),
    /// Where tries of the operator's token come from.
    Operator(IpAddr),
}

impl Subject {
    const fn free(self) -> u32 {
        match self {
            Self::Address(_) | Self::LinkEmails(_) | Self::Operator(_) => FREE_FOR_ADDRESS,
            Self::Account(_)
            | Self::AccountOn(..)
            | Self::LinkEmailsTo(_)
            | Self::Person(_)
            | Self::Pin(..) => FREE_FOR_ACCOUNT,
        }
    }
}

#[derive(Debug, Clone, Copy)]
struct Failures {
    n: u32,
    last: DateTime<Utc>,
}

impl Failures {
    /// For how long the next attempt is refused; none where it is not.
    fn wait(self, free: u32, now: DateTime<Utc>) -> Option<TimeDelta> {
        let beyond = self.n.checked_sub(free)?;
        let wait = TimeDelta::seconds(1_i64 << beyond.min(20)).min(WAIT_MAX);
        let left = self.last + wait - now;
        (left > TimeDelta::zero()).then_some(left)
    }
}

/// The failed attempts of this process, by account and by address.
#[derive(Debug)]
pub struct Attempts {
    failures: Cache<Subject, Failures>,
}

impl Default for Attempts {
    fn default() -> Self {
        let failures =
            Cache::builder().max_capacity(KNOWN_MAX).time_to_idle(REMEMBERED_FOR).build();
        Self { failures }
    }
}

impl Attempts {
    /// Goes on unless one of `subjects` has to wait. The attempt counts as failed until
    /// [`Attempts::succeeded`]: of many at once none is free.
    pub fn begin(&self, subjects: &[Subject], now: DateTime<Utc>) -> Result<(), Problem> {
        let wait = |subject: &Subject| {
            let mut failures = self.failures.get(subject)?;
            if failures.last > now {
                failures = self.clock_was_set_back(*subject, now);
            }
            failures.wait(subject.free(), now)
        };
        if let Some(wait) = subjects.iter().filter_map(wait).max() {
            let seconds = u64::try_from(wait.num_seconds() + 1).unwrap_or(1);
            return Err(Problem::new(Code::RateLimited).retry_after(Duration::from_secs(seconds)));
        }
        for subject in subjects {
            self.failures.entry(*subject).and_upsert_with(|entry| {
                let n = entry.map_or(0, |entry| entry.into_value().n);
                Failures { n: n.saturating_add(1), last: now }
            });
        }
        Ok(())
    }

    /// A failure recorded at a time in the future counts from the present, so that no wait exceeds
    /// [`WAIT_MAX`].
    fn clock_was_set_back(&self, subject: Subject, now: DateTime<Utc>) -> Failures {
        let entry = self.failures.entry(subject).and_upsert_with(|entry| {
            let n = entry.map_or(0, |entry| entry.into_value().n);
            Failures { n, last: now }
        });
        entry.into_value()
    }

    /// The attempt succeeded: earlier failures no longer count, except those of an address.
    pub fn succeeded(&self, subjects: &[Subject]) {
        for subject in subjects {
            match subject {
                Subject::Address(_) => {
                    self.failures.entry(*subject).and_upsert_with(|entry| {
                        let Failures { n, last } = entry
                            .map_or(Failures { n: 1, last: DateTime::UNIX_EPOCH }, |entry| {
                                entry.into_value()
                            });
                        Failures { n: n.saturating_sub(1), last }
                    });
                }
                other => self.failures.invalidate(other),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const ANA: Subject = Subject::Account(EmailKey::from_bytes([1; 32]));

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(1_000_000 + seconds)
    }

    #[test]
    fn s12_a_clock_that_is_set_back_lengthens_no_wait() {
        let attempts = Attempts::default();
        let mut now = 7200;
        for _ in 0..FREE_FOR_ACCOUNT + 20 {
            attempts.begin(&[ANA], at(now)).unwrap();
            now += WAIT_MAX.num_seconds();
        }
        let set_back = -3600;
        for seconds in [0, 60, WAIT_MAX.num_seconds() - 1] {
            attempts.begin(&[ANA], at(set_back + seconds)).unwrap_err();
        }
        attempts.begin(&[ANA], at(set_back + WAIT_MAX.num_seconds())).unwrap();
    }

    #[test]
    fn f27_no_client_waits_for_a_clock_that_was_set_back() {
        let attempts = Attempts::default();
        attempts.begin(&[ANA], at(3_600)).unwrap();
        attempts.begin(&[ANA], at(0)).unwrap();
        for _ in 3..=FREE_FOR_ACCOUNT {
            attempts.begin(&[ANA], at(3_600)).unwrap();
        }
        assert!(attempts.begin(&[ANA], at(0)).is_err(), "who has failed too often waits");
        attempts.begin(&[ANA], at(0) + WAIT_MAX).unwrap();
    }

    #[test]
    fn s12_whoever_keeps_failing_waits_longer_each_time() {
        let attempts = Attempts::default();
        for _ in 0..FREE_FOR_ACCOUNT {
            attempts.begin(&[ANA], at(0)).unwrap();
        }
        let mut now = 0;
        for wait in [1, 2, 4, 8] {
            let refused = attempts.begin(&[ANA], at(now)).unwrap_err();
            assert_eq!(refused.code(), Code::RateLimited);
            now += wait;
            attempts.begin(&[ANA], at(now)).unwrap();
        }
        for _ in 0..30 {
            now += WAIT_MAX.num_seconds();
            attempts.begin(&[ANA], at(now)).unwrap();
        }
    }

    #[test]
    fn s12_failures_elsewhere_do_not_keep_anybody_out_of_their_own_till() {
        let attempts = Attempts::default();
        for _ in 0..FREE_FOR_ACCOUNT {
            attempts.begin(&[ANA], at(0)).unwrap();
        }
        assert!(attempts.begin(&[ANA], at(0)).is_err());
        let till = DeviceId::from_uuid(Uuid::from_u128(1));
        let own = Subject::AccountOn(EmailKey::from_bytes([1; 32]), till);
        attempts.begin(&[own], at(0)).unwrap();
    }

    #[test]
    fn whoever_gets_in_is_forgiven() {
        let attempts = Attempts::default();
        let address = Subject::Address([127, 0, 0, 1].into());
        for _ in 0..200 {
            attempts.begin(&[ANA, address], at(0)).unwrap();
            attempts.succeeded(&[ANA, address]);
        }
        for _ in 0..FREE_FOR_ADDRESS {
            attempts.begin(&[address], at(0)).unwrap();
        }
        assert!(attempts.begin(&[address], at(0)).is_err());
    }
}
