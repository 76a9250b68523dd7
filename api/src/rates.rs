//! Rates: how often a session and a company may send requests, so that none takes the capacity of
//! others.

use std::num::NonZeroU32;
use std::time::Duration;

use domain::shared::{SessionId, TenantId};
use governor::clock::{Clock, DefaultClock};
use governor::middleware::{StateInformationMiddleware, StateSnapshot};
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};
use poem::http::HeaderMap;
use poem::http::header::{HeaderName, HeaderValue};

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
    limiter: RateLimiter<K, DashMapStateStore<K>, DefaultClock, StateInformationMiddleware>,
}

impl<K: Clone + std::hash::Hash + Eq> Limit<K> {
    fn new(name: &'static str, per_second: NonZeroU32) -> Self {
        let quota = Quota::per_second(per_second).allow_burst(burst(per_second));
        Self { name, per_second, limiter: RateLimiter::dashmap(quota).with_middleware() }
    }

    fn check(&self, key: &K, clock: &DefaultClock) -> Result<Remaining, Problem> {
        match self.limiter.check_key(key) {
            Ok(snapshot) => Ok(Remaining::of(self.name, self.per_second, &snapshot)),
            Err(not_until) => {
                let wait = not_until.wait_time_from(clock.now());
                Err(exceeded(self.name, self.per_second, wait))
            }
        }
    }
}

/// How many requests may come at once.
const fn burst(per_second: NonZeroU32) -> NonZeroU32 {
    per_second.saturating_mul(NonZeroU32::MIN.saturating_add(1))
}

impl RateLimits {
    /// No request is counted yet.
    pub fn new(rates: Rates) -> Self {
        Self {
            session: rates.session.map(|rate| Limit::new("session", rate)),
            tenant: rates.tenant.map(|rate| Limit::new("tenant", rate)),
            clock: DefaultClock::default(),
        }
    }

    /// Counts a request; refuses it if the session or its company asks too often, else returns what is left.
    pub(crate) fn check(&self, session: SessionId, tenant: TenantId) -> Result<RateState, Problem> {
        let limit = self.session.as_ref();
        let session = limit.map(|limit| limit.check(&session, &self.clock)).transpose()?;
        let limit = self.tenant.as_ref();
        let tenant = limit.map(|limit| limit.check(&tenant, &self.clock)).transpose()?;
        Ok(RateState { session, tenant })
    }

    /// Drops the counts of callers without recent requests.
    pub fn forget_idle(&self) {
        if let Some(limit) = &self.session {
            limit.limiter.retain_recent();
        }
        if let Some(limit) = &self.tenant {
            limit.limiter.retain_recent();
        }
    }
}

/// What is left of the limits after a request.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct RateState {
    session: Option<Remaining>,
    tenant: Option<Remaining>,
}

/// What is left of one limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Remaining {
    name: &'static str,
    per_second: NonZeroU32,
    /// How many requests may follow at once.
    requests: u32,
    /// After how many seconds without a request the full burst is available; at least one.
    seconds: u64,
}

impl Remaining {
    fn of(name: &'static str, per_second: NonZeroU32, snapshot: &StateSnapshot) -> Self {
        let requests = snapshot.remaining_burst_capacity();
        let used = burst(per_second).get().saturating_sub(requests);
        Self { name, per_second, requests, seconds: used.div_ceil(per_second.get()).max(1).into() }
    }
}

impl RateState {
    /// Writes the fields of the IETF's draft on rate limits, unless the answer has them already.
    pub(crate) fn write(&self, headers: &mut HeaderMap) {
        let limits = || [self.session, self.tenant].into_iter().flatten();
        if limits().next().is_none() || headers.contains_key(LIMIT) {
            return;
        }
        let policies: Vec<_> = limits().map(|left| policy(left.name, left.per_second)).collect();
        let states: Vec<_> =
            limits().map(|left| state(left.name, left.requests, left.seconds)).collect();
        headers.insert(POLICY, field(policies.join(", ")));
        headers.insert(LIMIT, field(states.join(", ")));
    }
}

const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const LIMIT: HeaderName = HeaderName::from_static("ratelimit");

fn policy(name: &str, per_second: NonZeroU32) -> String {
    format!("\"{name}\";q={per_second};w=1")
}

fn state(name: &str, requests: u32, seconds: u64) -> String {
    format!("\"{name}\";r={requests};t={seconds}")
}

fn field(text: String) -> HeaderValue {
    HeaderValue::try_from(text).expect("digits and words are ASCII")
}

/// Sets `Retry-After`, also in the fields of the IETF's draft on rate limits.
fn exceeded(name: &str, per_second: NonZeroU32, wait: Duration) -> Problem {
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    Problem::new(Code::RateLimited)
        .retry_after(wait)
        .header(POLICY, field(policy(name, per_second)))
        .header(LIMIT, field(state(name, 0, seconds.max(1))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s42_a_counted_client_is_told_what_is_left() {
        let per_second = NonZeroU32::new(2).unwrap();
        let clock = DefaultClock::default();
        let first = |name| Limit::<u32>::new(name, per_second).check(&7, &clock).unwrap();
        let mut headers = HeaderMap::new();
        RateState::default().write(&mut headers);
        assert!(headers.is_empty(), "no limit counts");
        let counted = RateState { session: Some(first("session")), tenant: Some(first("tenant")) };
        counted.write(&mut headers);
        assert_eq!(headers[POLICY], "\"session\";q=2;w=1, \"tenant\";q=2;w=1");
        assert_eq!(headers[LIMIT], "\"session\";r=3;t=1, \"tenant\";r=3;t=1");
        RateState { session: None, ..counted }.write(&mut headers);
        assert!(headers[LIMIT].to_str().unwrap().contains("session"), "what is said stays");
    }
}
