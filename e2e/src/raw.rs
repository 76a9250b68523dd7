//! Somebody who sends bytes, whatever HTTP says about them.

use std::net::SocketAddr;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::system::PATIENCE;

/// What was read until the server closed the connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The status of the first answer; none when nothing was answered.
    pub status: Option<u16>,
    /// Everything as it came.
    pub text: String,
}

impl Reply {
    fn of(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes).into_owned();
        let status = text.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3)?.parse().ok());
        Self { status, text }
    }

    /// The body of the one answer as JSON.
    pub fn body(&self) -> Value {
        let body = self.text.split_once("\r\n\r\n").map_or("", |(_, body)| body);
        serde_json::from_str(body).unwrap_or(Value::Null)
    }
}

/// Sends bytes over a connection of their own and reads until it is closed.
pub async fn send(address: SocketAddr, bytes: &[u8]) -> Reply {
    let mut socket = TcpStream::connect(address).await.expect("the server listens");
    // The server may have answered and closed before the end.
    let _broken_pipe = socket.write_all(bytes).await;
    let mut reply = Vec::new();
    let reading = tokio::time::timeout(PATIENCE, socket.read_to_end(&mut reply)).await;
    let _reset = reading.expect("the server closes the connection");
    Reply::of(&reply)
}

/// Sends a beginning, then a byte every so often, until the server has had enough.
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
        read = tokio::time::timeout(PATIENCE, reading.read_to_end(&mut reply)) => read,
        () = dripping => unreachable!("dripping goes on"),
    };
    let _reset = read.expect("the server closes the connection");
    Reply::of(&reply)
}
