//! Many users who sign in at once, next to orders at a steady rate.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use e2e::fresh;
use e2e::system::PASSWORD;
use futures_util::future::try_join_all;
use serde_json::{Map, Value, json};
use tokio::time::sleep;

use crate::args::Args;
use crate::connection::{Connection, Request};
use crate::cpu::resident_mb;
use crate::pace::{PER_S, Paced};
use crate::scene::Scene;
use crate::stand::{Stand, TENANTS, email};
use crate::stats::{Spread, ms, quantile, rounded};

/// The number of simultaneous logins.
const AT_ONCE: usize = 300;

/// How many of them are by owners of companies, three each; the others have no account.
const KNOWN: usize = 3 * TENANTS;

/// How long orders are placed before the logins start.
const AFTER: Duration = Duration::from_millis(200);

/// The responses to logins.
#[derive(Debug, Default)]
struct Answers {
    /// 200.
    ok: u32,
    /// 401: there is no such account.
    wrong: u32,
    /// 429 with `Retry-After`.
    later: u32,
    /// Anything else.
    others: u32,
    /// The duration of the slowest.
    slowest: Duration,
}

impl Answers {
    fn count(&mut self, status: u16, answer: &str, took: Duration) {
        let (headers, _) = answer.split_once("\r\n\r\n").unwrap_or((answer, ""));
        let tells_when = headers.to_ascii_lowercase().contains("\r\nretry-after: ");
        match status {
            200 => self.ok += 1,
            401 => self.wrong += 1,
            429 if tells_when => self.later += 1,
            _ => self.others += 1,
        }
        self.slowest = self.slowest.max(took);
    }

    fn add(&mut self, other: &Self) {
        self.ok += other.ok;
        self.wrong += other.wrong;
        self.later += other.later;
        self.others += other.others;
        self.slowest = self.slowest.max(other.slowest);
    }
}

/// In every round orders are placed alone, and then for as long during simultaneous logins.
pub(crate) async fn measure(stand: &Stand, scene: &Scene, args: &Args) -> Map<String, Value> {
    let requests = scene.requests(stand).await;
    let address = stand.server().address;
    let place = || Paced::start(address, requests.clone(), args.lasting);
    let (mut alone, mut beside, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    let (mut answers, mut unavailable) = (Answers::default(), 0);
    for _ in 0..args.rounds {
        let (mut took, refused) = place().ended().await;
        let p99 = quantile(&mut took, 990);
        alone.extend(took);
        unavailable += refused;

        let paced = place();
        sleep(AFTER).await;
        answers.add(&volley(address).await);
        let (mut took, refused) = paced.ended().await;
        ratios.push(quantile(&mut took, 990).as_secs_f64() / p99.as_secs_f64());
        beside.extend(took);
        unavailable += refused;
    }
    let resident = resident_mb(stand.server().id());
    let [alone, beside] = [alone, beside].map(|mut took| ms(quantile(&mut took, 990)));
    let [ratio, min, max] = Spread::of(ratios).json(2);
    eprintln!(
        "logins: p99 {beside} ms beside {alone} ms, {ratio} times that ({min} to {max}), at {PER_S} \
         orders a second and {AT_ONCE} logins at once: {answers:?}; {resident} MB afterwards"
    );
    let figures = json!({
        "p99_ms_alone": alone, "p99_ms_beside": beside,
        "ratio": ratio, "ratio_min": min, "ratio_max": max,
        "n_200": answers.ok, "n_401": answers.wrong, "n_429": answers.later,
        "n_others": answers.others, "slowest_ms": rounded(answers.slowest.as_secs_f64() * 1e3, 0),
        "unavailable": unavailable, "memory_mb": resident,
    });
    Map::from_iter([("logins".to_owned(), figures)])
}

/// All users sign in at the same moment, each from its own address.
async fn volley(address: SocketAddr) -> Answers {
    // On its own thread, like the orders.
    let driven = tokio::task::spawn_blocking(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(sign_in(address))
    });
    let driven = driven.await.expect("the clients do not panic");
    driven.expect("the server answers every request")
}

async fn sign_in(address: SocketAddr) -> std::io::Result<Answers> {
    let connections = try_join_all((0..AT_ONCE).map(|client| {
        let host = 2 + u32::try_from(client).expect("they are few");
        Connection::open_from(Ipv4Addr::from_bits(Ipv4Addr::LOCALHOST.to_bits() + host), address)
    }));
    let logins = connections.await?.into_iter().enumerate().map(|(client, mut connection)| {
        let email = if client < KNOWN { email(client % TENANTS) } else { stranger() };
        let body = json!({"email": email, "password": PASSWORD});
        let mut request = Request::post("/v1/auth/login", "none", &body);
        async move {
            let start = Instant::now();
            let status = connection.send(&mut request).await?;
            Ok::<_, std::io::Error>((status, connection.answer(), start.elapsed()))
        }
    });
    let mut answers = Answers::default();
    for (status, answer, took) in try_join_all(logins).await? {
        answers.count(status, &answer, took);
    }
    Ok(answers)
}

fn stranger() -> String {
    format!("{}@example.com", fresh())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_429_without_retry_after_counts_as_another_status() {
        let mut answers = Answers::default();
        let moment = Duration::from_millis(1);
        answers.count(429, "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 2\r\n\r\n", moment);
        answers.count(429, "HTTP/1.1 429 Too Many Requests\r\n\r\nretry-after: 2", moment);
        answers.count(200, "HTTP/1.1 200 OK\r\n\r\n{}", moment * 2);

        assert_eq!((answers.later, answers.others, answers.ok), (1, 1, 1));
        assert_eq!(answers.slowest, moment * 2);
    }
}
