//! A connection that sends prepared requests and reads no more of a response than it must.
//!
//! The client shares its machine with what it measures, so it has to be cheap.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr};

use e2e::fresh;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use uuid::Uuid;

/// Larger than any response.
const ROOM: usize = 4 << 10;

/// A request as bytes, with room for its key.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    bytes: Vec<u8>,
    key_at: usize,
}

impl Request {
    /// A request with a JSON body.
    pub(crate) fn post(path: &str, token: &str, body: &Value) -> Self {
        let body = body.to_string();
        let start = format!(
            "POST {path} HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer {token}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\nidempotency-key: ",
            body.len()
        );
        let key = Uuid::nil();
        Self { key_at: start.len(), bytes: format!("{start}{key}\r\n\r\n{body}").into_bytes() }
    }

    fn under_a_fresh_key(&mut self) -> &[u8] {
        let key = &mut self.bytes[self.key_at..self.key_at + uuid::fmt::Hyphenated::LENGTH];
        fresh().hyphenated().encode_lower(key);
        &self.bytes
    }
}

/// An open connection, kept alive from request to request.
#[derive(Debug)]
pub(crate) struct Connection {
    socket: Socket,
    read: Vec<u8>,
}

#[derive(Debug)]
enum Socket {
    /// Shares a thread with others.
    Shared(TcpStream),
    /// Has its own thread, which blocks on every response: the cheapest way to wait for a single
    /// one.
    Alone(std::net::TcpStream),
}

impl Connection {
    /// Connects.
    pub(crate) async fn open(address: SocketAddr) -> std::io::Result<Self> {
        Self::over(TcpStream::connect(address).await?)
    }

    /// Connects, for a thread that does nothing else.
    pub(crate) fn open_alone(address: SocketAddr) -> std::io::Result<Self> {
        let socket = std::net::TcpStream::connect(address)?;
        socket.set_nodelay(true)?;
        Ok(Self::of(Socket::Alone(socket)))
    }

    /// Connects from an address of this machine.
    pub(crate) async fn open_from(source: Ipv4Addr, address: SocketAddr) -> std::io::Result<Self> {
        let socket = TcpSocket::new_v4()?;
        socket.bind((source, 0).into())?;
        Self::over(socket.connect(address).await?)
    }

    fn over(socket: TcpStream) -> std::io::Result<Self> {
        socket.set_nodelay(true)?;
        Ok(Self::of(Socket::Shared(socket)))
    }

    fn of(socket: Socket) -> Self {
        Self { socket, read: Vec::with_capacity(ROOM) }
    }

    /// Sends a request under a fresh key and returns the status of the response, whose body can be
    /// read until the next request.
    pub(crate) async fn send(&mut self, request: &mut Request) -> std::io::Result<u16> {
        let bytes = request.under_a_fresh_key();
        match &mut self.socket {
            Socket::Shared(socket) => socket.write_all(bytes).await?,
            Socket::Alone(socket) => socket.write_all(bytes)?,
        }
        self.read.clear();
        let headers = loop {
            self.more().await?;
            if let Some(end) = self.read.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
                break end + 4;
            }
        };
        let (status, length) = understood(&self.read[..headers])?;
        while self.read.len() < headers + length {
            self.more().await?;
        }
        Ok(status)
    }

    /// The last response as received.
    pub(crate) fn answer(&self) -> String {
        String::from_utf8_lossy(&self.read).into_owned()
    }

    async fn more(&mut self) -> std::io::Result<()> {
        let n_bytes = match &mut self.socket {
            Socket::Shared(socket) => socket.read_buf(&mut self.read).await?,
            Socket::Alone(socket) => {
                let mut bytes = [0; ROOM];
                let n_bytes = socket.read(&mut bytes)?;
                self.read.extend_from_slice(&bytes[..n_bytes]);
                n_bytes
            }
        };
        match n_bytes {
            0 => Err(std::io::ErrorKind::UnexpectedEof.into()),
            _ => Ok(()),
        }
    }
}

/// The status and the length of the body.
fn understood(headers: &[u8]) -> std::io::Result<(u16, usize)> {
    let text = str::from_utf8(headers).map_err(std::io::Error::other)?;
    let status = text.get(9..12).and_then(|status| status.parse().ok());
    let length = text.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().ok())?
    });
    status.zip(length).ok_or_else(|| std::io::Error::other(format!("not understood: {text}")))
}
