//! What depends on the connection, over a real one.

mod hostile;

use std::sync::atomic::Ordering;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::task::JoinHandle;

use super::*;
use crate::testing::{ORDER, SLOW, service};

struct Running {
    address: SocketAddr,
    shutdown: CancellationToken,
    done: JoinHandle<()>,
}

/// How long anything may take that is waited for.
const WAIT_MAX: Duration = Duration::from_secs(30);

/// Waits until so many requests of this test have begun that take their time.
async fn is_slow(n: usize) {
    while SLOW.load(Ordering::Relaxed) < n {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

fn quick() -> Limits {
    Limits {
        headers_within: Duration::from_millis(400),
        body_within: Duration::from_millis(400),
        drain_within: Duration::from_secs(5),
        ..Limits::default()
    }
}

async fn start(limits: Limits) -> Running {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let shutdown = CancellationToken::new();
    let done = tokio::spawn(serve(listener, service(), limits, shutdown.clone()));
    Running { address, shutdown, done }
}

impl Running {
    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// Sends bytes as they are and reads until the server closes.
    async fn send(&self, bytes: &[u8]) -> String {
        let mut socket = self.connect().await;
        // The server may have answered and closed before the end.
        let _broken_pipe = socket.write_all(bytes).await;
        read_to_end(&mut socket).await
    }
}

async fn read_to_end(socket: &mut TcpStream) -> String {
    let mut reply = Vec::new();
    let reading = socket.read_to_end(&mut reply);
    tokio::time::timeout(WAIT_MAX, reading).await.expect("never closed").unwrap();
    String::from_utf8(reply).unwrap()
}

async fn read_until(socket: &mut TcpStream, text: &str) -> String {
    let mut reply = String::new();
    let mut bytes = [0; 4_096];
    while !reply.contains(text) {
        let reading = socket.read(&mut bytes);
        let n = tokio::time::timeout(WAIT_MAX, reading).await.unwrap().unwrap();
        assert!(n > 0, "closed after {reply:?}");
        reply.push_str(std::str::from_utf8(&bytes[..n]).unwrap());
    }
    reply
}

fn line() -> String {
    format!(r#"{{"product_id":"{ORDER}","quantity":3}}"#)
}

fn echo(headers: &str, body: &str) -> Vec<u8> {
    format!(
        "POST /v1/echo HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n{headers}\r\n{body}"
    )
    .into_bytes()
}

fn chunked(body: &str) -> String {
    let chunk =
        |part: &[u8]| format!("{:x}\r\n{}\r\n", part.len(), std::str::from_utf8(part).unwrap());
    let chunks: String = body.as_bytes().chunks(1_000).map(chunk).collect();
    format!("{chunks}0\r\n\r\n")
}

#[tokio::test]
async fn one_connection_carries_many_requests() {
    let server = start(quick()).await;
    let mut socket = server.connect().await;
    for _ in 0..3 {
        socket.write_all(b"GET /livez HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
        let reply = read_until(&mut socket, "ok\n").await;
        assert!(reply.starts_with("HTTP/1.1 200 OK\r\n"), "{reply}");
    }
}

#[tokio::test]
async fn a_body_that_was_read_leaves_the_connection_open() {
    let server = start(quick()).await;
    let mut socket = server.connect().await;
    let length = format!("content-length: {}\r\n", line().len());
    for _ in 0..2 {
        for request in
            [echo(&length, &line()), echo("transfer-encoding: chunked\r\n", &chunked(&line()))]
        {
            socket.write_all(&request).await.unwrap();
            let reply = read_until(&mut socket, "\r\n\r\n3").await;
            assert!(!reply.contains("connection: close"), "{reply}");
        }
    }
}

#[tokio::test]
async fn s35_a_body_over_the_limit_is_refused_with_its_length_and_without() {
    let server = start(quick()).await;
    let large = format!("{}{}", line(), " ".repeat(64 << 10));
    let with_length = echo(&format!("content-length: {}\r\n", large.len()), &large);
    let without = echo("transfer-encoding: chunked\r\n", &chunked(&large));
    for request in [with_length, without] {
        let reply = server.send(&request).await;
        assert!(reply.starts_with("HTTP/1.1 413 "), "{reply}");
        assert!(reply.contains("\"payload-too-large\""), "{reply}");
        assert!(reply.contains("\r\nconnection: close\r\n"), "{reply}");
    }
    let fits = format!("{}{}", line(), " ".repeat(60_000));
    for request in [
        echo("transfer-encoding: chunked\r\nconnection: close\r\n", &chunked(&fits)),
        echo(&format!("content-length: {}\r\nconnection: close\r\n", fits.len()), &fits),
    ] {
        let reply = server.send(&request).await;
        assert!(reply.starts_with("HTTP/1.1 200 ") && reply.ends_with("\r\n3"), "{reply}");
    }
}

#[tokio::test]
async fn s35_a_client_that_goes_on_sending_still_gets_to_read_why_not() {
    let server = start(quick()).await;
    let mut socket = server.connect().await;
    socket.write_all(&echo("content-length: 60000000\r\n", "{")).await.unwrap();
    for _ in 0..4 {
        tokio::time::sleep(Duration::from_millis(50)).await;
        socket.write_all(&[b' '; 1_000]).await.unwrap();
    }
    let reply = read_to_end(&mut socket).await;
    assert!(reply.starts_with("HTTP/1.1 413 "), "{reply}");
}

#[tokio::test]
async fn s35_a_client_that_asks_first_need_not_send_a_body_in_vain() {
    let server = start(quick()).await;
    let request = echo("content-length: 60000000\r\nexpect: 100-continue\r\n", "");
    let reply = server.send(&request).await;
    assert!(reply.starts_with("HTTP/1.1 413 "), "{reply}");
}

#[tokio::test]
async fn s36_with_both_lengths_only_the_chunks_count_and_the_connection_ends() {
    let server = start(quick()).await;
    let smuggled = "GET /v1/fail/smuggled HTTP/1.1\r\nhost: a\r\n\r\n";
    for headers in [
        "content-length: 4\r\ntransfer-encoding: chunked\r\n",
        "transfer-encoding: chunked\r\ncontent-length: 4\r\n",
    ] {
        let request = [echo(headers, &chunked(&line())), smuggled.into()].concat();
        let reply = server.send(&request).await;
        assert!(reply.starts_with("HTTP/1.1 200 ") && reply.ends_with("\r\n3"), "{reply}");
        assert!(!reply.contains("smuggled"), "{reply}");
    }
}

#[tokio::test]
async fn s36_lines_that_are_not_headers_are_refused() {
    let server = start(quick()).await;
    for bad in [
        "GET /livez HTTP/1.1\r\nhost: a\r\nx: a\rb\r\n\r\n",
        "GET /livez HTTP/1.1\r\nhost: a\r\nx: a\0b\r\n\r\n",
        "GET /livez HTTP/1.1\r\nhost: a\r\nx y: a\r\n\r\n",
        "GET /livez HTTP/1.1\r\nhost: a\r\n folded\r\n\r\n",
        "GET /li vez HTTP/1.1\r\nhost: a\r\n\r\n",
        "POST /v1/echo HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n",
        "POST /v1/echo HTTP/1.1\r\nhost: a\r\ncontent-length: -1\r\n\r\n",
        "POST /v1/echo HTTP/1.1\r\nhost: a\r\ntransfer-encoding: gzip\r\n\r\n",
    ] {
        let reply = server.send(bad.as_bytes()).await;
        assert!(reply.starts_with("HTTP/1.1 400 "), "{bad:?} {reply:?}");
    }
}

#[tokio::test]
async fn s36_a_hundred_kilobytes_of_headers_are_too_many() {
    let server = start(quick()).await;
    let one = format!("GET /livez HTTP/1.1\r\nhost: a\r\nx: {}\r\n\r\n", "a".repeat(100_000));
    let header = format!("x: {}\r\n", "a".repeat(997));
    let many = format!("GET /livez HTTP/1.1\r\nhost: a\r\n{}\r\n", header.repeat(100));
    for request in [one, many] {
        let reply = server.send(request.as_bytes()).await;
        assert!(reply.starts_with("HTTP/1.1 431 "), "{reply:?}");
    }
    let some = format!(
        "GET /livez HTTP/1.1\r\nhost: a\r\nconnection: close\r\nx: {}\r\n\r\n",
        "a".repeat(30_000)
    );
    assert!(server.send(some.as_bytes()).await.starts_with("HTTP/1.1 200 "));
}

#[tokio::test]
async fn s37_headers_that_drip_are_not_waited_for() {
    let server = start(quick()).await;
    for beginning in [
        &b""[..],
        b"GET /livez HT",
        b"PRI * HTTP/2.0\r\n",
        b"GET /livez HTTP/1.1\r\nhost: a\r\nx: ",
    ] {
        let mut socket = server.connect().await;
        socket.write_all(beginning).await.unwrap();
        let (mut reading, mut writing) = socket.split();
        let dripping = async {
            loop {
                tokio::time::sleep(Duration::from_millis(50)).await;
                if !beginning.is_empty() && writing.write_all(b"a").await.is_err() {
                    break;
                }
            }
        };
        let mut reply = Vec::new();
        tokio::select! {
            _ = reading.read_to_end(&mut reply) => {}
            () = dripping => {}
            () = tokio::time::sleep(WAIT_MAX) => panic!("{beginning:?} is waited for"),
        }
    }
}

#[tokio::test]
async fn s37_a_body_that_drips_is_not_waited_for() {
    let server = start(quick()).await;
    let mut socket = server.connect().await;
    socket.write_all(&echo("content-length: 5000\r\n", "{")).await.unwrap();
    let (mut reading, mut writing) = socket.split();
    let dripping = async {
        while writing.write_all(b" ").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        std::future::pending::<()>().await;
    };
    let mut reply = vec![0; 4_096];
    let answered = tokio::select! {
        n = reading.read(&mut reply) => n.unwrap(),
        () = dripping => unreachable!("dripping goes on"),
        () = tokio::time::sleep(WAIT_MAX) => panic!("waited for"),
    };
    let reply = String::from_utf8_lossy(&reply[..answered]).into_owned();
    assert!(reply.starts_with("HTTP/1.1 408 "), "{reply:?}");
    assert!(reply.contains("\"request-timeout\""), "{reply}");
}

#[tokio::test]
async fn a_body_that_keeps_coming_is_waited_for() {
    // It takes longer than a body may stand still, and each pause is far shorter than that.
    let server = start(Limits { body_within: Duration::from_secs(3), ..quick() }).await;
    let mut socket = server.connect().await;
    let body = format!("{}{}", line(), " ".repeat(64_000));
    let head = format!("content-length: {}\r\nconnection: close\r\n", body.len());
    socket.write_all(&echo(&head, "")).await.unwrap();
    for part in body.as_bytes().chunks(6_000) {
        socket.write_all(part).await.unwrap();
        tokio::time::sleep(Duration::from_millis(350)).await;
    }
    let reply = read_to_end(&mut socket).await;
    assert!(reply.starts_with("HTTP/1.1 200 "), "{reply}");
}

#[tokio::test]
async fn a_silent_connection_is_closed() {
    let server = start(quick()).await;
    let mut socket = server.connect().await;
    socket.write_all(b"GET /livez HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
    let reply = read_to_end(&mut socket).await;
    assert!(reply.ends_with("ok\n"), "{reply}");
}

#[tokio::test]
async fn connections_over_the_limit_wait_for_a_place() {
    let server = start(Limits { connections_max: 1, ..quick() }).await;
    let first = server.connect().await;
    let mut second = server.connect().await;
    second.write_all(b"GET /livez HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").await.unwrap();
    let mut bytes = [0; 16];
    let early = tokio::time::timeout(Duration::from_millis(150), second.read(&mut bytes)).await;
    assert!(early.is_err(), "served beside the first");
    drop(first);
    assert!(read_to_end(&mut second).await.starts_with("HTTP/1.1 200 "));
}

#[tokio::test]
async fn a_shutdown_lets_running_requests_finish_and_takes_no_new_ones() {
    let server = start(quick()).await;
    let mut busy = server.connect().await;
    busy.write_all(b"GET /v1/fail/slow HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
    let mut idle = server.connect().await;
    idle.write_all(b"GET /livez HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
    read_until(&mut idle, "ok\n").await;
    is_slow(1).await;
    server.shutdown.cancel();
    assert_eq!(read_to_end(&mut idle).await, "");
    let refused = TcpStream::connect(server.address).await;
    let reply = read_to_end(&mut busy).await;
    assert!(reply.starts_with("HTTP/1.1 200 ") && reply.ends_with("done"), "{reply}");
    assert!(refused.is_err(), "somebody still listens");
    tokio::time::timeout(WAIT_MAX, server.done).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_shutdown_does_not_wait_for_ever() {
    let server = start(Limits { drain_within: Duration::from_millis(10), ..quick() }).await;
    let mut busy = server.connect().await;
    busy.write_all(b"GET /v1/fail/stuck HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
    is_slow(1).await;
    server.shutdown.cancel();
    tokio::time::timeout(WAIT_MAX, server.done).await.unwrap().unwrap();
}

#[test]
fn only_what_one_client_did_is_passed_over() {
    assert!(is_of_one_client(&io::ErrorKind::ConnectionAborted.into()));
    // EMFILE: the process has no file descriptor left.
    assert!(!is_of_one_client(&io::Error::from_raw_os_error(24)));
}
