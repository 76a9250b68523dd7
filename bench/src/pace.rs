//! Open-loop clients: orders at a steady rate, however long the responses take.

use std::cell::Cell;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use futures_util::future::try_join_all;
use serde_json::Value;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;
use tokio::time::sleep_until;
use uuid::Uuid;

use crate::connection::{Connection, Request};
use crate::load::any;

/// The number of orders per second.
pub(crate) const PER_S: u32 = 200;

/// Enough that an order waits for a connection only if responses take a third of a second.
const CONNECTIONS: usize = 64;

/// An order that was answered with 201.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Placed {
    /// The number of its company.
    pub(crate) company: usize,
    pub(crate) order: Uuid,
    /// The time of the response.
    pub(crate) answered: Instant,
    /// The duration from when the order was due.
    pub(crate) took: Duration,
}

/// A run of orders in progress.
#[derive(Debug)]
pub(crate) struct Paced {
    /// Receives each order when it is answered; closes after the last one.
    pub(crate) placed: UnboundedReceiver<Placed>,
    driving: JoinHandle<std::io::Result<u64>>,
}

impl Paced {
    /// Starts sending random ones of the `requests` of each company; any status but 201 and 503
    /// ends it.
    pub(crate) fn start(
        address: SocketAddr,
        requests: Vec<Vec<Request>>,
        lasting: Duration,
    ) -> Self {
        let (placing, placed) = unbounded_channel();
        // On its own thread, so that nothing else in this program delays an order that is due.
        let driving = tokio::task::spawn_blocking(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(drive(address, &requests, lasting, &placing))
        });
        Self { placed, driving }
    }

    /// Waits for the last response; returns the number of responses 503.
    pub(crate) async fn unavailable(self) -> u64 {
        let driven = self.driving.await.expect("the clients do not panic");
        driven.expect("the server answers every request")
    }

    /// Waits for the last response; returns the duration of each order and the number of responses
    /// 503.
    pub(crate) async fn ended(mut self) -> (Vec<Duration>, u64) {
        let mut latencies = Vec::new();
        while let Some(placed) = self.placed.recv().await {
            latencies.push(placed.took);
        }
        (latencies, self.unavailable().await)
    }
}

async fn drive(
    address: SocketAddr,
    requests: &[Vec<Request>],
    lasting: Duration,
    placing: &UnboundedSender<Placed>,
) -> std::io::Result<u64> {
    let connections = (0..CONNECTIONS).map(|_| Connection::open(address));
    let connections = try_join_all(connections).await?;
    let (start, next) = (Instant::now(), Cell::new(0));
    let due = || {
        let due = Duration::from_secs(1) / PER_S * next.replace(next.get() + 1);
        (due < lasting).then(|| start + due)
    };
    let clients = connections.into_iter().map(|at| order(at, requests.to_vec(), due, placing));
    Ok(try_join_all(clients).await?.iter().sum())
}

/// Sends what is due next; returns the number of responses 503.
async fn order(
    mut connection: Connection,
    mut requests: Vec<Vec<Request>>,
    due: impl Fn() -> Option<Instant>,
    placing: &UnboundedSender<Placed>,
) -> std::io::Result<u64> {
    let mut unavailable = 0;
    while let Some(due) = due() {
        sleep_until(due.into()).await;
        let company = any(requests.len());
        let of_company = &mut requests[company];
        let request = any(of_company.len());
        match connection.send(&mut of_company[request]).await? {
            201 => {
                let answered = Instant::now();
                let order = id_in(&connection.answer())?;
                let took = answered.saturating_duration_since(due);
                // The receiver is gone only if the measurement has failed, which reports its own
                // error.
                let _listened = placing.send(Placed { company, order, answered, took });
            }
            503 => unavailable += 1,
            _ => return Err(std::io::Error::other(connection.answer())),
        }
    }
    Ok(unavailable)
}

/// The id in the body of a response.
fn id_in(answer: &str) -> std::io::Result<Uuid> {
    let body = answer.split_once("\r\n\r\n").map(|(_, body)| body);
    let body: Option<Value> = body.and_then(|body| serde_json::from_str(body).ok());
    let id = body.and_then(|body| body["id"].as_str()?.parse().ok());
    id.ok_or_else(|| std::io::Error::other(format!("no id in {answer}")))
}
