//! The accept limiter: where many connections come at once, a few are accepted at a time, so that they do not
//! delay requests on those that were accepted before.

use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::net::{TcpListener, TcpSocket};

/// How many connections are accepted within a [`PAUSE`]: a few thousand a second. Each takes some dozens of
/// microseconds.
const AT_ONCE: u32 = 4;

/// How long the next ones wait then, in the system's queue as far as it has room.
const PAUSE: Duration = Duration::from_millis(1);

/// How many connections may wait in the system's queue, as far as the system has room
/// (`net.core.somaxconn`). Libraries ask for 128 by default, which is too few: a client that finds the queue
/// full tries again a second later, and then after three.
const QUEUE_MAX: u32 = 4_096;

/// Listens with a queue that has room for many connections at once.
///
/// # Errors
/// If the address is taken, or this process may not listen there.
pub fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // Connections that have ended must not keep the next process from the address. Elsewhere than on
    // Unix this would let two processes listen at once.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(QUEUE_MAX)
}

/// Counts the connections that are accepted.
#[derive(Debug, Default)]
pub(super) struct AcceptLimiter {
    since: Option<Instant>,
    n: u32,
}

impl AcceptLimiter {
    /// Counts one that was accepted; returns when the next one may be, if that is not at once.
    pub(super) fn accepted(&mut self, now: Instant) -> Option<Instant> {
        let since = self.since.filter(|since| now < *since + PAUSE);
        self.n = if since.is_some() { self.n + 1 } else { 1 };
        let since = *self.since.insert(since.unwrap_or(now));
        (self.n >= AT_ONCE).then_some(since + PAUSE)
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use futures_util::future::try_join_all;
    use tokio::net::TcpStream;
    use tokio::time::timeout;

    use super::*;

    #[tokio::test]
    async fn a_crowd_finds_room_in_the_queue_before_anybody_is_let_in() {
        let listener = listen((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
        let address = listener.local_addr().unwrap();
        let crowd = try_join_all((0..400).map(|_| TcpStream::connect(address)));
        // Nothing is accepted: connections refused by the system retry in vain.
        let crowd = timeout(Duration::from_secs(30), crowd).await.expect("there is room for all");
        assert_eq!(crowd.unwrap().len(), 400);
    }

    #[test]
    fn a_crowd_comes_in_a_few_at_a_time() {
        let (mut limiter, begun) = (AcceptLimiter::default(), Instant::now());
        let mut now = begun;
        for _ in 0..300 {
            now = limiter.accepted(now).unwrap_or(now);
        }
        assert_eq!(now, begun + PAUSE * (300 / AT_ONCE));
    }

    #[test]
    fn a_few_do_not_wait_and_neither_do_those_who_come_one_by_one() {
        let (mut limiter, now) = (AcceptLimiter::default(), Instant::now());
        for _ in 1..AT_ONCE {
            assert_eq!(limiter.accepted(now), None);
        }
        for n in 1..20 {
            assert_eq!(limiter.accepted(now + PAUSE * n), None, "{n}");
        }
    }
}
