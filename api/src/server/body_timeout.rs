//! The timeout of a body: every byte that arrives extends it, up to a fixed maximum.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use hyper::body::{Body, Bytes, Frame, Incoming, SizeHint};
use tokio::time::{Instant, Sleep, sleep_until};

use super::Limits;

/// What even a bad mobile connection sends in a second.
const BYTES_PER_SECOND_MIN: u32 = 8 << 10;

/// How long a body may take, from the headers on.
#[derive(Debug, Clone, Copy)]
pub(super) struct BodyTimeout {
    /// The time that a body has in any case; every byte that arrives adds to it.
    grace: Duration,
    /// The most that a body may take.
    at_most: Duration,
}

impl From<&Limits> for BodyTimeout {
    fn from(limits: &Limits) -> Self {
        Self { grace: limits.body_within, at_most: limits.body_at_most }
    }
}

/// Ends with [`io::ErrorKind::TimedOut`] when the client sends too slowly, or takes too long altogether. Bytes
/// that have arrived are read also after that time.
pub(super) struct TimedBody {
    body: Incoming,
    until: Instant,
    at_most: Instant,
    /// Set once the body had to be waited for: most bodies arrive with their headers.
    waiting: Option<Pin<Box<Sleep>>>,
    ended: bool,
    unread: Unread,
}

/// Whether a body was put away before its end; then the rest of it is still on its way.
#[derive(Debug, Clone, Default)]
pub(super) struct Unread(Arc<AtomicBool>);

impl Unread {
    pub(super) fn is_left(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

impl TimedBody {
    /// The time starts when the headers have arrived.
    pub(super) fn new(body: Incoming, timeout: BodyTimeout, unread: Unread) -> Self {
        let now = Instant::now();
        let (until, at_most) = (now + timeout.grace, now + timeout.at_most);
        Self { body, until: until.min(at_most), at_most, waiting: None, ended: false, unread }
    }

    /// Extends the time for `bytes` that have arrived.
    fn extend(&mut self, bytes: usize) {
        let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
        let until = self.until + Duration::from_secs(1) / BYTES_PER_SECOND_MIN * bytes;
        self.until = until.min(self.at_most);
    }

    fn poll_late(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let until = self.until;
        let waiting = self.waiting.get_or_insert_with(|| Box::pin(sleep_until(until)));
        if waiting.deadline() != until {
            waiting.as_mut().reset(until);
        }
        waiting.as_mut().poll(context)
    }
}

impl Drop for TimedBody {
    fn drop(&mut self) {
        if !self.ended && !self.body.is_end_stream() {
            self.unread.0.store(true, Ordering::Relaxed);
        }
    }
}

impl Body for TimedBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        self.ended |= matches!(polled, Poll::Ready(None));
        match polled {
            Poll::Ready(frame) => {
                if let Some(Ok(frame)) = &frame {
                    self.extend(frame.data_ref().map_or(0, Bytes::len));
                }
                Poll::Ready(frame.map(|frame| frame.map_err(io::Error::other)))
            }
            Poll::Pending => {
                ready!(self.poll_late(context));
                Poll::Ready(Some(Err(io::ErrorKind::TimedOut.into())))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
