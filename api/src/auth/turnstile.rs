//! The way in, one after another: a crowd that signs in must not stand before those who order.

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use poem::http::Method;
use poem::{Endpoint, Request, Response};
use tokio::time::sleep_until;

use super::origin;
use crate::problem::{Code, Problem};

/// What is behind the turnstile: what anybody may try. Whoever is in already and renews that does not
/// wait behind those who try.
pub const WAYS_IN: [&str; 3] = ["/v1/auth/login", "/v1/auth/pin/replace", "/v1/auth/pin"];

/// The least time between the beginnings of two requests: several times what it takes to send away who
/// finds no place before the cores that hash.
const DISTANCE: Duration = Duration::from_millis(5);

/// The longest that somebody waits to begin; whoever comes when it is longer is sent away until then.
const WAIT_MAX: Duration = Duration::from_secs(2);

/// How many of those who wait may be from one address, so that nobody has all of the places: half of them.
const SHARE_MAX: u32 = 200;

/// Lets requests for the ways in begin one after another, and all others at once.
pub(crate) struct Turnstile<E> {
    inner: E,
    turns: Turns,
}

impl<E> Turnstile<E> {
    /// Stands before `inner`.
    pub(crate) fn before(inner: E) -> Self {
        Self { inner, turns: Turns::default() }
    }
}

impl<E: Endpoint<Output = Response>> Endpoint for Turnstile<E> {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        if request.method() == Method::POST && WAYS_IN.contains(&request.uri().path()) {
            let now = Instant::now();
            let turn = self.turns.take(now, origin(&request))?;
            if turn > now {
                sleep_until(turn.into()).await;
            }
        }
        self.inner.call(request).await
    }
}

/// Who begins when.
#[derive(Default)]
struct Turns {
    line: Mutex<Line>,
}

#[derive(Default)]
struct Line {
    next: Option<Instant>,
    /// Whose turn is still to come, and from where they are; those who left keep their places.
    waiting: VecDeque<(Instant, Option<IpAddr>)>,
    shares: HashMap<Option<IpAddr>, u32>,
}

impl Turns {
    /// When somebody from an address may begin.
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
    /// Forgets those who have begun.
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
        let turnstile = Turnstile::before(poem::endpoint::make_sync(|_| Response::default()));
        let ends = Instant::now() + WAIT_MAX * 10;
        turnstile.turns.line.lock().unwrap().next = Some(ends);
        let ask = async |method: Method, path: &str| {
            let request = Request::builder().method(method).uri(path.parse().unwrap()).finish();
            turnstile.call(request).await
        };
        for path in WAYS_IN {
            let refused = ask(Method::POST, path).await.unwrap_err();
            assert_eq!(refused.status(), poem::http::StatusCode::TOO_MANY_REQUESTS, "{path}");
            assert!(ask(Method::GET, path).await.is_ok(), "{path}");
        }
        for path in ["/v1/auth/refresh", "/v1/auth/login/again", "/v1/orders"] {
            assert!(ask(Method::POST, path).await.is_ok(), "{path}");
        }
    }
}
