//! The way in, one at a time: a crowd that signs in must not stand before those who order.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use poem::{Endpoint, Request, Response};
use tokio::time::sleep_until;

use crate::problem::{Code, Problem};

/// What is behind the turnstile: what anybody may try. Whoever is in already and renews that does not
/// wait behind those who try.
const WAYS_IN: [&str; 2] = ["/v1/auth/login", "/v1/auth/pin"];

/// The least time between the beginnings of two requests. It leaves nine tenths of a core to everybody
/// else, however many come at once.
const DISTANCE: Duration = Duration::from_millis(2);

/// The longest that somebody waits to begin; whoever comes when it is longer is sent away.
const WAIT_MAX: Duration = Duration::from_secs(1);

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
        if WAYS_IN.contains(&request.uri().path()) {
            let now = Instant::now();
            let turn = self.turns.take(now)?;
            if turn > now {
                sleep_until(turn.into()).await;
            }
        }
        self.inner.call(request).await
    }
}

/// When the next one may begin.
#[derive(Default)]
struct Turns(Mutex<Option<Instant>>);

impl Turns {
    fn take(&self, now: Instant) -> Result<Instant, Problem> {
        let mut next = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let turn = next.map_or(now, |next| next.max(now));
        if turn - now > WAIT_MAX {
            return Err(Problem::new(Code::RateLimited).retry_after(WAIT_MAX * 2));
        }
        *next = Some(turn + DISTANCE);
        Ok(turn)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_comes_alone_begins_at_once() {
        let turns = Turns::default();
        let start = Instant::now();
        for moment in [start, start + DISTANCE, start + DISTANCE * 7] {
            assert_eq!(turns.take(moment).unwrap(), moment);
        }
    }

    #[test]
    fn a_crowd_begins_one_after_another_and_whoever_would_wait_too_long_is_sent_away() {
        let turns = Turns::default();
        let now = Instant::now();
        for place in 0..=500 {
            assert_eq!(turns.take(now).unwrap(), now + DISTANCE * place);
        }
        let refused = turns.take(now).unwrap_err();
        assert_eq!(refused.code(), Code::RateLimited);
        let response = poem::error::ResponseError::as_response(&refused);
        assert_eq!(response.header("retry-after"), Some("2"));

        let later = now + WAIT_MAX;
        assert_eq!(turns.take(later).unwrap(), now + DISTANCE * 501, "nobody lost a place");
    }
}
