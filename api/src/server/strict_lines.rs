//! Line ends: hyper accepts a line feed alone as the end of a line, which a proxy in front may treat as part
//! of the line, and then the two see different requests.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// No line that is evaluated here is longer.
const LINE_BYTES_MAX: usize = 256;

/// How an answer begins after which there are no more requests on a connection.
const SWITCHED: &[u8] = b"HTTP/1.1 101";

/// A socket on which a line feed that no carriage return stands before becomes NUL wherever requests have
/// lines. hyper refuses that with 400, as it does any other NUL.
///
/// It follows requests only as far as it needs to find where bodies end. What it does not understand is left
/// to hyper, which judges every request for itself.
pub(super) struct StrictLines<S> {
    socket: S,
    requests: Requests,
}

impl<S> StrictLines<S> {
    pub(super) fn new(socket: S) -> Self {
        Self { socket, requests: Requests::default() }
    }
}

/// Where in a request a connection is.
#[derive(Default)]
struct Requests {
    state: State,
    /// The line so far, as much of it as may matter.
    line: Vec<u8>,
    /// Whether the line has more bytes than are kept, and what the last one was.
    is_cut: bool,
    last: u8,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Head(Head),
    /// In a body, or in a chunk of one, of which so much is left.
    Body(u64),
    Chunk(u64),
    /// Before a chunk.
    Size,
    Trailers,
    /// After the last request of the connection.
    Beyond,
}

impl Default for State {
    fn default() -> Self {
        Self::Head(Head::default())
    }
}

/// What the lines of a head declare about the body.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Head {
    has_begun: bool,
    length: u64,
    is_chunked: bool,
}

impl Requests {
    /// Checks the next bytes of a client.
    fn read(&mut self, mut bytes: &mut [u8]) {
        while !bytes.is_empty() {
            let used = match self.state {
                State::Beyond => return,
                State::Body(left) | State::Chunk(left) => self.pass(left, bytes.len()),
                State::Head(_) | State::Size | State::Trailers => self.line(bytes),
            };
            bytes = &mut bytes[used..];
        }
    }

    fn pass(&mut self, left: u64, n_bytes: usize) -> usize {
        let n_bytes = n_bytes as u64;
        self.state = match self.state {
            State::Chunk(_) if left <= n_bytes => State::Size,
            _ if left <= n_bytes => State::default(),
            State::Chunk(_) => State::Chunk(left - n_bytes),
            _ => State::Body(left - n_bytes),
        };
        usize::try_from(left.min(n_bytes)).unwrap_or(usize::MAX)
    }

    fn line(&mut self, bytes: &mut [u8]) -> usize {
        let end = bytes.iter().position(|byte| *byte == b'\n');
        let part = &bytes[..end.unwrap_or(bytes.len())];
        let room = (LINE_BYTES_MAX - self.line.len()).min(part.len());
        self.line.extend_from_slice(&part[..room]);
        self.is_cut |= room < part.len();
        self.last = part.last().copied().unwrap_or(self.last);
        let Some(end) = end else { return bytes.len() };
        if self.last == b'\r' {
            self.line.pop_if(|last| *last == b'\r');
            self.state = next(self.state, &self.line, self.is_cut);
        } else {
            bytes[end] = 0;
            self.state = State::Beyond;
        }
        self.line.clear();
        (self.is_cut, self.last) = (false, 0);
        end + 1
    }
}

/// Where a connection is after a line.
fn next(state: State, line: &[u8], is_cut: bool) -> State {
    match state {
        State::Head(head) if line.is_empty() => match head {
            // Some clients send an empty line after a body.
            Head { has_begun: false, .. } => state,
            Head { is_chunked: true, .. } => State::Size,
            Head { length: 0, .. } => State::default(),
            Head { length, .. } => State::Body(length),
        },
        State::Head(Head { has_begun: false, .. }) => {
            State::Head(Head { has_begun: true, ..Head::default() })
        }
        State::Head(head) => header(head, line, is_cut),
        State::Size => {
            let size = line.split(|byte| *byte == b';').next().unwrap_or_default();
            let size = str::from_utf8(size.trim_ascii()).ok();
            match size.and_then(|size| u64::from_str_radix(size, 16).ok()) {
                Some(0) => State::Trailers,
                // Its end of line belongs to it.
                Some(size) => size.checked_add(2).map_or(State::Beyond, State::Chunk),
                None => State::Beyond,
            }
        }
        State::Trailers if line.is_empty() => State::default(),
        other => other,
    }
}

fn header(head: Head, line: &[u8], is_cut: bool) -> State {
    let mut parts = line.splitn(2, |byte| *byte == b':');
    let name = parts.next().unwrap_or_default();
    let value = str::from_utf8(parts.next().unwrap_or_default()).unwrap_or_default().trim();
    let head = if name.eq_ignore_ascii_case(b"content-length") {
        value.parse().ok().map(|length| Head { length, ..head })
    } else if name.eq_ignore_ascii_case(b"transfer-encoding") {
        let last = value.rsplit(',').next().unwrap_or_default().trim();
        Some(Head { is_chunked: last.eq_ignore_ascii_case("chunked"), ..head })
    } else {
        return State::Head(head);
    };
    head.filter(|_| !is_cut).map_or(State::Beyond, State::Head)
}

impl<S: AsyncRead + Unpin> AsyncRead for StrictLines<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.socket).poll_read(context, buffer))?;
        self.requests.read(&mut buffer.filled_mut()[before..]);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for StrictLines<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if bytes.starts_with(SWITCHED) {
            self.requests.state = State::Beyond;
        }
        Pin::new(&mut self.socket).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if slices.first().is_some_and(|bytes| bytes.starts_with(SWITCHED)) {
            self.requests.state = State::Beyond;
        }
        Pin::new(&mut self.socket).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What hyper gets when a client's bytes come in pieces of this size.
    fn passed(text: &str, piece: usize) -> String {
        let mut requests = Requests::default();
        let mut bytes = text.as_bytes().to_vec();
        bytes.chunks_mut(piece).for_each(|piece| requests.read(piece));
        String::from_utf8(bytes).unwrap()
    }

    const GET: &str = "GET / HTTP/1.1\r\nhost: a\r\n\r\n";

    #[test]
    fn what_is_right_passes_as_it_came_and_bodies_may_be_anything() {
        let fixed = "POST / HTTP/1.1\r\nContent-Length: 5\r\nx: y\r\n\r\na\n\nb\n";
        let chunks = "4\r\na\n\nb\r\n1;x=y\r\n\n\r\n0\r\nx: y\r\n\r\n";
        let chunked =
            format!("POST / HTTP/1.1\r\ntransfer-encoding: gzip, Chunked\r\n\r\n{chunks}");
        let long = format!("GET / HTTP/1.1\r\nx: {}\r\n\r\n", "y".repeat(1_000));
        let all = [fixed, &chunked, "\r\n", GET, &long, fixed, GET].concat();
        for piece in [1, 2, 7, 64, all.len()] {
            assert_eq!(passed(&all, piece), all, "{piece}");
        }
    }

    #[test]
    fn s36_a_line_feed_alone_is_none_wherever_lines_are() {
        let body = "POST / HTTP/1.1\r\ncontent-length: 2\r\n\r\n\n\n";
        let chunked = "POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n1\r\n\n\r\n0\r\n\r\n";
        for bad in [
            "GET / HTTP/1.1\nhost: a\r\n\r\n",
            "GET / HTTP/1.1\r\nhost: a\nx: y\r\n\r\n",
            "GET / HTTP/1.1\r\nhost: a\r\n\n",
            "\nGET / HTTP/1.1\r\n\r\n",
        ] {
            for before in ["", GET, body, chunked] {
                let place = before.len() + bad.replace("\r\n", "__").find('\n').unwrap();
                for piece in [1, 5, 1_000] {
                    let passed = passed(&format!("{before}{bad}"), piece);
                    assert_eq!(passed.find('\0'), Some(place), "{passed:?}");
                }
            }
        }
    }
}
