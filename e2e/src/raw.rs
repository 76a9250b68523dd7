//! Raw bytes over TCP, valid HTTP or not.

use std::net::SocketAddr;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::system::TIMEOUT;

/// What was received until the server closed the connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The status of the first answer; none if there was no answer.
    pub status: Option<u16>,
    /// All received bytes as text.
    pub text: String,
}

impl Reply {
    fn of(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes).into_owned();
        let status = text.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3)?.parse().ok());
        Self { status, text }
    }

    /// The body of the only answer as JSON.
    pub fn body(&self) -> Value {
        let body = self.text.split_once("\r\n\r\n").map_or("", |(_, body)| body);
        serde_json::from_str(body).unwrap_or(Value::Null)
    }
}

/// Sends bytes over a fresh connection and reads until the server closes it.
pub async fn send(address: SocketAddr, bytes: &[u8]) -> Reply {
    let mut socket = TcpStream::connect(address).await.expect("the server listens");
    // The server may have answered and closed before all bytes were sent.
    let _broken_pipe = socket.write_all(bytes).await;
    let mut reply = Vec::new();
    let reading = tokio::time::timeout(TIMEOUT, socket.read_to_end(&mut reply)).await;
    let _reset = reading.expect("the server closes the connection");
    Reply::of(&reply)
}

/// Sends `beginning`, then one byte every 200 ms, until the server closes the connection.
pub async fn drip(address: SocketAddr, beginning: &[u8]) -> Reply {
    let socket = TcpStream::connect(address).await.expect("the server listens");
    let (mut reading, mut writing) = socket.into_split();
    writing.write_all(beginning).await.expect("the server has just accepted");
    let dripping = async {
        let mut beat = tokio::time::interval(std::time::Duration::from_millis(200));
        loop {
            beat.tick().await;
            if writing.write_all(b"a").await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    };
    let mut reply = Vec::new();
    let read = tokio::select! {
        read = tokio::time::timeout(TIMEOUT, reading.read_to_end(&mut reply)) => read,
        () = dripping => unreachable!("dripping never ends"),
    };
    let _reset = read.expect("the server closes the connection");
    Reply::of(&reply)
}
