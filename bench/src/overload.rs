//! Five times as many orders a second as the server can place, sent at that rate whether or not earlier
//! ones are answered; first alone, then beside readers of reports.

use std::cell::Cell;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use e2e::Client;
use futures_util::future::{join_all, try_join_all};
use serde_json::{Map, Value, json};
use tokio::time::sleep_until;
use tokio_util::sync::CancellationToken;

use crate::args::Args;
use crate::connection::{Connection, Request};
use crate::load::{any, load};
use crate::scene::Scene;
use crate::stand::Stand;
use crate::stats::{Spread, ms, per_s, quantile};

/// The offered rate, as a multiple of the measured capacity.
const TIMES: f64 = 5.0;

/// With so many connections the server places most orders a second.
const AT_CAPACITY: usize = 64;

/// Just below the server's limit of open connections.
const CONNECTIONS: usize = 4_000;

/// From so many addresses they come, because no address may have more than a share of all connections.
const ADDRESSES: u32 = 40;

/// How many clients read reports, each one report after another.
const READERS: usize = 8;

const REPORT: &str = "/v1/reports/sales?from=2025-12-01&to=2026-11-30";

/// What came of one run at the offered rate.
#[derive(Debug, Default)]
struct Flooded {
    placed: Vec<Duration>,
    refused: Vec<Duration>,
    reports: u64,
    took: Duration,
}

/// In every round: the capacity, the offered rate alone, the offered rate beside readers.
pub(crate) async fn measure(stand: &Stand, scene: &Scene, args: &Args) -> Map<String, Value> {
    let address = stand.server().address;
    let requests = scene.requests(stand).await.concat();
    let (mut goodput, mut beside) = (Run::default(), Run::default());
    let mut placed = stand.orders().await;
    for round in 1..=args.rounds {
        let closed = load(address, requests.clone(), AT_CAPACITY, args.lasting).await;
        let capacity = per_s(closed.placed, closed.took);
        placed += closed.placed;
        eprintln!("overload: round {round} of {}, capacity {capacity:.0} orders/s", args.rounds);
        let alone = flood(address, &requests, capacity * TIMES, args.lasting).await;
        placed += goodput.add(capacity, alone);
        let enough = CancellationToken::new();
        let read = read_reports(stand, &enough);
        let flooded = async {
            let flooded = flood(address, &requests, capacity * TIMES, args.lasting).await;
            enough.cancel();
            flooded
        };
        let (flooded, reports) = tokio::join!(flooded, read);
        placed += beside.add(capacity, Flooded { reports, ..flooded });
    }
    assert_eq!(stand.orders().await, placed, "every order that was answered is in the log, once");
    let figures =
        json!({"alone": goodput.figures("alone"), "beside": beside.figures("beside readers")});
    Map::from_iter([("overload".to_owned(), figures)])
}

/// What came of all rounds of one kind.
#[derive(Debug, Default)]
struct Run {
    ratios: Vec<f64>,
    placed: Vec<Duration>,
    refused: Vec<Duration>,
    reports: u64,
}

impl Run {
    /// Adds a round; returns how many orders it placed.
    fn add(&mut self, capacity: f64, round: Flooded) -> u64 {
        let placed = round.placed.len() as u64;
        self.ratios.push(per_s(placed, round.took) / capacity);
        self.placed.extend(round.placed);
        self.refused.extend(round.refused);
        self.reports += round.reports;
        placed
    }

    fn figures(mut self, how: &str) -> Value {
        let [ratio, min, max] = Spread::of(self.ratios).json(2);
        let [p50, p99] = [500, 990].map(|permille| ms(quantile(&mut self.placed, permille)));
        let refused_p99 = ms(quantile(&mut self.refused, 990));
        let (placed, refused, reports) = (self.placed.len(), self.refused.len(), self.reports);
        eprintln!(
            "overload {how}: goodput {ratio} ({min} to {max}) of the capacity; {placed} orders, p50 {p50} \
             ms, p99 {p99} ms; {refused} refused, p99 {refused_p99} ms; {reports} reports"
        );
        json!({
            "goodput": ratio, "goodput_min": min, "goodput_max": max, "orders": placed,
            "p50_ms": p50, "p99_ms": p99, "refused": refused, "refused_p99_ms": refused_p99,
            "reports": reports,
        })
    }
}

async fn flood(
    address: SocketAddr,
    requests: &[Request],
    offered_per_s: f64,
    lasting: Duration,
) -> Flooded {
    let requests = requests.to_vec();
    // On a thread of its own, like every load.
    let driven = tokio::task::spawn_blocking(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(drive(address, &requests, offered_per_s, lasting))
    });
    let driven = driven.await.expect("the clients do not panic");
    driven.expect("the server answers every request")
}

async fn drive(
    address: SocketAddr,
    requests: &[Request],
    offered_per_s: f64,
    lasting: Duration,
) -> std::io::Result<Flooded> {
    let mut connections = Vec::with_capacity(CONNECTIONS);
    for host in (0..ADDRESSES).cycle().take(CONNECTIONS) {
        let source = Ipv4Addr::from_bits(Ipv4Addr::LOCALHOST.to_bits() + host);
        connections.push(Connection::open_from(source, address).await?);
    }
    let (start, next) = (Instant::now(), Cell::new(0_u32));
    let due = || {
        let due = Duration::from_secs_f64(f64::from(next.replace(next.get() + 1)) / offered_per_s);
        (due < lasting && start.elapsed() < lasting).then(|| start + due)
    };
    let clients = connections.into_iter().map(|at| order(at, requests, due));
    let clients = try_join_all(clients).await?;
    let mut all = Flooded { took: start.elapsed(), ..Flooded::default() };
    for client in clients {
        all.placed.extend(client.placed);
        all.refused.extend(client.refused);
    }
    Ok(all)
}

/// Sends what is due next until nothing is.
async fn order(
    mut connection: Connection,
    requests: &[Request],
    due: impl Fn() -> Option<Instant>,
) -> std::io::Result<Flooded> {
    let mut answers = Flooded::default();
    while let Some(due) = due() {
        sleep_until(due.into()).await;
        let mut request = requests[any(requests.len())].clone();
        let sent = Instant::now();
        match connection.send(&mut request).await? {
            201 => answers.placed.push(sent.elapsed()),
            429 | 503 if connection.answer().to_ascii_lowercase().contains("\r\nretry-after: ") => {
                answers.refused.push(sent.elapsed());
            }
            _ => return Err(std::io::Error::other(connection.answer())),
        }
    }
    Ok(answers)
}

/// Reads reports of a year until it is enough; returns how many were answered.
async fn read_reports(stand: &Stand, enough: &CancellationToken) -> u64 {
    let readers = join_all((0..READERS).map(|number| async move {
        let (client, _) = stand.owner(number).await;
        read_until(&client, enough).await
    }));
    readers.await.iter().sum()
}

async fn read_until(client: &Client, enough: &CancellationToken) -> u64 {
    let mut n_reports = 0;
    while !enough.is_cancelled() {
        let answer = client.get(REPORT).send().await;
        match answer.status {
            200 => n_reports += 1,
            429 | 503 => assert!(answer.header("retry-after").is_some(), "{answer:?}"),
            _ => panic!("{answer:?}"),
        }
    }
    n_reports
}
