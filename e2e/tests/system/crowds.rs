//! Many clients that open connections and send no request, at a server with few file descriptors.

use std::fs;
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use e2e::process::Process;
use e2e::system::TIMEOUT;
use e2e::{System, assert_took, figure};
use futures_util::future::join_all;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

const HEALTHY: &[u8] = b"GET /livez HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";

async fn connect(from: [u8; 4], to: SocketAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind((IpAddr::from(from), 0).into()).unwrap();
    socket.connect(to).await.unwrap()
}

/// Sends half of a head, and then nothing until the server closes the connection.
async fn half_open(from: [u8; 4], to: SocketAddr) -> TcpStream {
    let mut socket = connect(from, to).await;
    let _closed_already = socket.write_all(b"GET /livez HTTP/1.1\r\nhost: a\r\nx: ").await;
    socket
}

async fn until_closed(mut socket: TcpStream) {
    let mut rest = Vec::new();
    let reading = timeout(TIMEOUT, socket.read_to_end(&mut rest)).await;
    let _reset = reading.expect("the server closes the connection");
}

async fn answered(from: [u8; 4], to: SocketAddr) -> Duration {
    let begun = Instant::now();
    let mut socket = connect(from, to).await;
    socket.write_all(HEALTHY).await.unwrap();
    let mut reply = String::new();
    let reading = timeout(TIMEOUT, socket.read_to_string(&mut reply)).await;
    reading.expect("the server answers").unwrap();
    assert!(reply.starts_with("HTTP/1.1 200 "), "{reply:?}");
    begun.elapsed()
}

/// The processor time that a process has used.
fn worked(process: &Process) -> Duration {
    let stat = fs::read_to_string(format!("/proc/{}/stat", process.id())).unwrap();
    let fields: Vec<_> = stat.rsplit(") ").next().unwrap().split(' ').collect();
    let ticks: u64 = fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap();
    // Linux counts a hundred of them a second.
    Duration::from_millis(ticks * 10)
}

#[tokio::test]
async fn f42_half_open_sockets_are_closed_and_others_are_served() {
    let system = System::start().await;
    let server = Process::serve_with_files(&system.site.databases, 256).await;
    let (begun, worked_before) = (Instant::now(), worked(&server));
    // From one address, then from many; another client asks meanwhile.
    let (mut slowest, mut longest) = (Duration::ZERO, Duration::ZERO);
    for n_addresses in [1, 10_u8] {
        let from = |n: u32| [127, 0, 1, u8::try_from(n % u32::from(n_addresses)).unwrap() + 1];
        let crowd = join_all((0..500).map(|n| half_open(from(n), server.address))).await;
        let opened = Instant::now();
        let closed = async {
            join_all(crowd.into_iter().map(until_closed)).await;
            opened.elapsed()
        };
        let (closed, asked) = tokio::join!(closed, answered([127, 0, 2, 1], server.address));
        (longest, slowest) = (longest.max(closed), slowest.max(asked));
    }
    assert_took(longest, Duration::from_secs(10));
    let (worked, passed) = (worked(&server).saturating_sub(worked_before), begun.elapsed());
    assert!(worked < passed / 2, "it worked {worked:?} in {passed:?}: it spins");
    figure("F42", &format!("closed after {longest:.1?}, others served within {slowest:.1?}"));
    answered([127, 0, 1, 1], server.address).await;
}
