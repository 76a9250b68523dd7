//! The sign-in limiter: requests to sign in begin one after another, so that many of them at once do not
//! delay orders.

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use poem::http::Method;
use poem::{Endpoint, Request, Response};
use tokio::time::sleep_until;

use super::origin;
use crate::problem::{Code, Problem};

/// The operations that are limited: those that need no token. A sign-in that is renewed does not wait for
/// requests to sign in.
pub const SIGN_IN_PATHS: [&str; 3] = ["/v1/auth/login", "/v1/auth/pin/replace", "/v1/auth/pin"];

/// The least time between the beginnings of two requests: several times what it takes to refuse one for which
/// the queue for hashing has no slot.
const DISTANCE: Duration = Duration::from_millis(5);

/// The longest that a request waits to begin; one that would wait longer is refused with `Retry-After`.
const WAIT_MAX: Duration = Duration::from_secs(2);

/// How many of the requests that wait may be from one address: half of all, so that others can wait too.
const SHARE_MAX: u32 = 200;

/// Lets requests to sign in begin one after another, and all others at once.
pub(crate) struct SignInLimiter<E> {
    inner: E,
    turns: Turns,
}

impl<E> SignInLimiter<E> {
    /// Stands before `inner`.
    pub(crate) fn before(inner: E) -> Self {
        Self { inner, turns: Turns::default() }
    }
}

impl<E: Endpoint<Output = Response>> Endpoint for SignInLimiter<E> {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        if request.method() == Method::POST && SIGN_IN_PATHS.contains(&request.uri().path()) {
            let now = Instant::now();
            let turn = self.turns.take(now, origin(&request))?;
            if turn > now {
                sleep_until(turn.into()).await;
            }
        }
        self.inner.call(request).await
    }
}

/// Which request begins when.
#[derive(Default)]
struct Turns {
    line: Mutex<Line>,
}

#[derive(Default)]
struct Line {
    next: Option<Instant>,
    /// When each request that waits begins, and its address; one whose client has left keeps its turn.
    waiting: VecDeque<(Instant, Option<IpAddr>)>,
    shares: HashMap<Option<IpAddr>, u32>,
}

impl Turns {
    /// When a request from an address may begin.
    fn take(&self, now: Instant, address: Option<IpAddr>) -> Result<Instant, Problem> {
        let mut line = self.line.lock().unwrap_or_else(PoisonError::into_inner);
        line.moves_up(now);
        let turn = line.next.map_or(now, |next| next.max(now));
        let share = line.shares.get(&address).copied().unwrap_or_default();
        if turn - now > WAIT_MAX || share >= SHARE_MAX {
            return Err(Problem::new(Code::RateLimited).retry_after(WAIT_MAX));
        }
        line.next = Some(turn + DISTANCE);
        if turn > now {
            line.waiting.push_back((turn, address));
            line.shares.insert(address, share + 1);
        }
        Ok(turn)
    }
}

impl Line {
    /// Forgets the requests that have begun.
    fn moves_up(&mut self, now: Instant) {
        while let Some((_, address)) = self.waiting.pop_front_if(|(turn, _)| *turn <= now) {
            if let Some(share) = self.shares.get_mut(&address) {
                *share -= 1;
                if *share == 0 {
                    self.shares.remove(&address);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(number: u32) -> IpAddr {
        IpAddr::V4(number.into())
    }

    #[test]
    fn whoever_comes_alone_begins_at_once() {
        let turns = Turns::default();
        let start = Instant::now();
        for moment in [start, start + DISTANCE, start + DISTANCE * 7] {
            assert_eq!(turns.take(moment, Some(address(1))).unwrap(), moment);
        }
    }

    #[test]
    fn a_crowd_begins_one_after_another_and_whoever_would_wait_too_long_is_sent_away() {
        let turns = Turns::default();
        let now = Instant::now();
        let last = 2 * SHARE_MAX;
        for place in 0..=last {
            assert_eq!(turns.take(now, Some(address(place))).unwrap(), now + DISTANCE * place);
        }
        let refused = turns.take(now, None).unwrap_err();
        assert_eq!(refused.code(), Code::RateLimited);
        let response = poem::error::ResponseError::as_response(&refused);
        assert_eq!(response.header("retry-after"), Some("2"));

        let later = now + WAIT_MAX;
        let turn = turns.take(later, None).unwrap();
        assert_eq!(turn, now + DISTANCE * (last + 1), "nobody lost a place");
    }

    #[test]
    fn a_crowd_from_one_address_leaves_places_to_others() {
        let turns = Turns::default();
        let now = Instant::now();
        let crowd = |at| (0..500).filter(|_| turns.take(at, Some(address(1))).is_ok()).count();
        assert_eq!(crowd(now), 201, "one begins and the others wait");
        assert!(turns.take(now, Some(address(2))).is_ok());
        assert_eq!(crowd(now + DISTANCE * 10), 10, "as many as have begun");
    }

    #[tokio::test]
    async fn the_line_is_for_those_who_sign_in_and_for_nobody_else() {
        let limiter = SignInLimiter::before(poem::endpoint::make_sync(|_| Response::default()));
        let ends = Instant::now() + WAIT_MAX * 10;
        limiter.turns.line.lock().unwrap().next = Some(ends);
        let ask = async |method: Method, path: &str| {
            let request = Request::builder().method(method).uri(path.parse().unwrap()).finish();
            limiter.call(request).await
        };
        for path in SIGN_IN_PATHS {
            let refused = ask(Method::POST, path).await.unwrap_err();
            assert_eq!(refused.status(), poem::http::StatusCode::TOO_MANY_REQUESTS, "{path}");
            assert!(ask(Method::GET, path).await.is_ok(), "{path}");
        }
        for path in ["/v1/auth/refresh", "/v1/auth/login/again", "/v1/orders"] {
            assert!(ask(Method::POST, path).await.is_ok(), "{path}");
        }
    }
}
