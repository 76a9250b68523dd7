//! Rates: how often a session and a company may ask, so that one does not take what is everybody's.

use std::num::NonZeroU32;
use std::time::Duration;

use domain::shared::{SessionId, TenantId};
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use poem::http::HeaderValue;
use poem::http::header::HeaderName;

use crate::caller::Caller;
use crate::problem::{Code, Problem};

/// How many requests a second are allowed on average; twice as many at once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rates {
    /// To one sign-in; any number if not given.
    pub session: Option<NonZeroU32>,
    /// To one company; any number if not given.
    pub tenant: Option<NonZeroU32>,
}

/// Counts requests against [`Rates`], in this process.
pub struct RateLimits {
    session: Option<Limit<SessionId>>,
    tenant: Option<Limit<TenantId>>,
    clock: DefaultClock,
}

struct Limit<K: Clone + std::hash::Hash + Eq> {
    name: &'static str,
    per_second: NonZeroU32,
    limiter: DefaultKeyedRateLimiter<K>,
}

impl<K: Clone + std::hash::Hash + Eq> Limit<K> {
    fn new(name: &'static str, per_second: NonZeroU32) -> Self {
        let burst = per_second.saturating_mul(NonZeroU32::MIN.saturating_add(1));
        let quota = Quota::per_second(per_second).allow_burst(burst);
        Self { name, per_second, limiter: RateLimiter::dashmap(quota) }
    }

    fn check(&self, key: &K, clock: &DefaultClock) -> Result<(), Problem> {
        self.limiter.check_key(key).map_err(|not_until| {
            let wait = not_until.wait_time_from(clock.now());
            exceeded(self.name, self.per_second, wait)
        })
    }
}

impl RateLimits {
    /// Nobody has asked yet.
    pub fn new(rates: Rates) -> Self {
        Self {
            session: rates.session.map(|rate| Limit::new("session", rate)),
            tenant: rates.tenant.map(|rate| Limit::new("tenant", rate)),
            clock: DefaultClock::default(),
        }
    }

    /// Goes on unless the caller's session or company asks too often.
    pub(crate) fn check(&self, caller: &Caller) -> Result<(), Problem> {
        if let Some(limit) = &self.session {
            limit.check(&caller.session, &self.clock)?;
        }
        if let Some(limit) = &self.tenant {
            limit.check(&caller.tenant, &self.clock)?;
        }
        Ok(())
    }

    /// Forgets those who have not asked for a while.
    pub fn forget_idle(&self) {
        if let Some(limit) = &self.session {
            limit.limiter.retain_recent();
        }
        if let Some(limit) = &self.tenant {
            limit.limiter.retain_recent();
        }
    }
}

/// Says when to come back, also in the fields of the IETF's draft on rate limits.
fn exceeded(name: &str, per_second: NonZeroU32, wait: Duration) -> Problem {
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    let value = |text: String| HeaderValue::from_str(&text).expect("digits and words are ASCII");
    Problem::new(Code::RateLimited)
        .retry_after(wait)
        .header(
            HeaderName::from_static("ratelimit-policy"),
            value(format!("\"{name}\";q={per_second};w=1")),
        )
        .header(
            HeaderName::from_static("ratelimit"),
            value(format!("\"{name}\";r=0;t={}", seconds.max(1))),
        )
}
