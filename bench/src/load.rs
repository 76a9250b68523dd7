//! Closed-loop clients: each sends its next order when the one before is answered.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use futures_util::future::try_join_all;

use crate::connection::{Connection, Request};

/// The result of a round.
#[derive(Debug)]
pub(crate) struct Loaded {
    /// The number of orders placed.
    pub(crate) placed: u64,
    /// The number of responses 503.
    pub(crate) unavailable: u64,
    /// The duration of each placed order.
    pub(crate) latencies: Vec<Duration>,
    /// The duration of the round.
    pub(crate) took: Duration,
}

/// Sends random ones of `requests` on so many connections at once; any status but 201 and 503 ends
/// it.
pub(crate) async fn load(
    address: SocketAddr,
    requests: Vec<Request>,
    n_connections: usize,
    lasting: Duration,
) -> Loaded {
    // One thread drives all clients; the two or more threads of the rest of this program sleep.
    let driven = tokio::task::spawn_blocking(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(drive(address, &requests, n_connections, lasting))
    });
    let loaded = driven.await.expect("the clients do not panic");
    loaded.expect("the server answers every request")
}

async fn drive(
    address: SocketAddr,
    requests: &[Request],
    n_connections: usize,
    lasting: Duration,
) -> std::io::Result<Loaded> {
    let connections = if n_connections == 1 {
        vec![Connection::open_alone(address)?]
    } else {
        try_join_all((0..n_connections).map(|_| Connection::open(address))).await?
    };
    let start = Instant::now();
    let clients = connections.into_iter().map(|at| order(at, requests.to_vec(), start + lasting));
    let clients = try_join_all(clients).await?;
    let took = start.elapsed();
    let mut all = Loaded { placed: 0, unavailable: 0, latencies: Vec::new(), took };
    for client in clients {
        all.placed += client.placed;
        all.unavailable += client.unavailable;
        all.latencies.extend(client.latencies);
    }
    Ok(all)
}

async fn order(
    mut connection: Connection,
    mut requests: Vec<Request>,
    end: Instant,
) -> std::io::Result<Loaded> {
    let mut loaded =
        Loaded { placed: 0, unavailable: 0, latencies: Vec::new(), took: Duration::ZERO };
    while Instant::now() < end {
        let request = any(requests.len());
        let sent = Instant::now();
        match connection.send(&mut requests[request]).await? {
            201 => {
                loaded.placed += 1;
                loaded.latencies.push(sent.elapsed());
            }
            503 => loaded.unavailable += 1,
            _ => return Err(std::io::Error::other(connection.answer())),
        }
    }
    Ok(loaded)
}

/// A random number below `of`: the last bits of a UUID are random.
pub(crate) fn any(of: usize) -> usize {
    let random = e2e::fresh().as_u128() % of as u128;
    usize::try_from(random).expect("it is less than a length")
}
