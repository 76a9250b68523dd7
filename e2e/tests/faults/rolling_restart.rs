//! Servers behind a load balancer end one after the other, as in a rolling restart.

use std::net::SocketAddr;
use std::time::Duration;

use e2e::process::Process;
use e2e::rig::checker::{check, check_log};
use e2e::rig::load::{Action, Entry, Journal, Load};
use e2e::rig::nemesis::Nemesis;
use e2e::rig::{Rig, Till};
use e2e::{assert_took, figure, fresh, is_campaign, rounds};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep};
use uuid::Uuid;

const CLIENTS: u32 = 4;

/// A server ends within this time after SIGTERM.
const ENDS_WITHIN: Duration = Duration::from_secs(15);

/// How often the load balancer asks whether a server is ready.
const PROBE_INTERVAL: Duration = Duration::from_millis(200);

/// The default delay in seconds.
const AS_DELIVERED: &str = "5";

/// Longer than a test takes: the second signal ends the wait, not the clock.
const UNTIL_A_SIGNAL: &str = "600";

/// What the server answers before it reads a body that the client holds back.
const CONTINUE: &[u8; 25] = b"HTTP/1.1 100 Continue\r\n\r\n";

/// An order whose second half is not sent yet.
struct HalfAnOrder {
    key: Uuid,
    socket: TcpStream,
    rest: Vec<u8>,
}

impl HalfAnOrder {
    async fn begin(address: SocketAddr, token: &str, order: &Value) -> Self {
        let key = fresh();
        let body = order.to_string().into_bytes();
        let (first, rest) = body.split_at(body.len() / 2);
        let head = format!(
            "POST /v1/orders HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {token}\r\n\
             idempotency-key: {key}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\
             expect: 100-continue\r\n\r\n",
            body.len(),
        );
        let mut socket = TcpStream::connect(address).await.expect("the server listens");
        socket.write_all(head.as_bytes()).await.expect("the server reads");
        // The request is in flight once the server asks for its body, not while it waits to be accepted.
        let mut asked = [0; CONTINUE.len()];
        socket.read_exact(&mut asked).await.expect("the server asks for the body");
        assert_eq!(&asked, CONTINUE);
        socket.write_all(first).await.expect("the server reads");
        Self { key, socket, rest: rest.to_vec() }
    }

    /// Sends the rest and returns what the server answers until it closes the connection.
    async fn finish(mut self) -> String {
        self.socket.write_all(&self.rest).await.expect("the server reads on");
        let mut reply = String::new();
        self.socket.read_to_string(&mut reply).await.expect("the server answers");
        reply
    }
}

/// Waits as a load balancer does until a server says that it is not ready; it must say so itself,
/// as long as it answers.
async fn until_not_ready(till: &Till) {
    while till.visitor().get("/readyz").send().await.status != 503 {
        sleep(PROBE_INTERVAL).await;
    }
}

/// Waits until a server accepts no connections.
async fn until_closed(address: SocketAddr) {
    while TcpStream::connect(address).await.is_ok() {
        sleep(Duration::from_millis(5)).await;
    }
}

/// The durations do not matter in `make test`: there the second signal, not the delay, has the
/// server stop listening, after all clients have left it.
#[tokio::test]
async fn f40_a_rolling_restart_breaks_no_request() {
    let mut nemesis = Nemesis::new();
    let rig = Rig::start().await;
    let delay = if is_campaign() { AS_DELIVERED } else { UNTIL_A_SIGNAL };
    let delay = ["--shutdown-delay", delay];
    let mut staying = rig.peer_with(&delay).await;
    let (mut journal, mut slowest) = (Journal::default(), Duration::ZERO);
    let n_rounds = rounds(2).min(20);
    for _ in 0..n_rounds {
        let (leaving, left) = staying;
        staying = rig.peer_with(&delay).await;
        let loads = [
            Load::start_at(&left, &rig, CLIENTS, &mut nemesis),
            Load::start_at(&staying.1, &rig, CLIENTS, &mut nemesis),
        ];
        sleep(nemesis.within(Duration::from_secs(1))).await;
        slowest = slowest.max(leave(&rig, leaving, &left, loads, &mut journal).await);
    }
    assert_eq!(journal.unanswered, 0, "a connection was refused or broke");
    check_log(&rig, &journal).await;
    // While a company passes from one server to the other, both may decide for it: a few commands
    // meet and are told to come back.
    journal.settle(&rig).await;
    check(&rig, &journal).await;
    assert_took(slowest, ENDS_WITHIN);
    figure(
        "F40",
        &format!(
            "{n_rounds} servers ended under load within {slowest:.1?}, {} commands granted, 0 connections \
             refused or broken, {} × 503, settled by a retry",
            journal.n_granted(),
            journal.refused,
        ),
    );
}

/// Ends a server while its clients move to the other; returns how long it took.
async fn leave(
    rig: &Rig,
    server: Process,
    left: &Till,
    [of_left, of_other]: [Load; 2],
    journal: &mut Journal,
) -> Duration {
    let address = server.address;
    server.terminate();
    let signalled = Instant::now();
    until_not_ready(left).await;
    journal.extend(of_left.stop().await);
    left.client().get("/v1/orders?limit=1").send().await.expect(200);
    let half = if is_campaign() {
        None
    } else {
        let half = HalfAnOrder::begin(address, left.token(), &rig.order(0)).await;
        let action = Action::Place(rig.branches[0]);
        journal.entries.push(Entry { key: half.key, action, granted: None });
        server.terminate();
        Some(half)
    };
    until_closed(address).await;
    if let Some(half) = half {
        let reply = half.finish().await;
        assert!(reply.starts_with("HTTP/1.1 201 "), "a request in flight was cut off: {reply}");
    }
    server.ended().await;
    let took = signalled.elapsed();
    journal.extend(of_other.stop().await);
    took
}
