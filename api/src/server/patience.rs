//! A body that has to arrive: the longer it takes, the more of it there has to be.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use hyper::body::{Body, Bytes, Frame, Incoming, SizeHint};
use tokio::time::{Instant, Sleep};

/// What even a bad mobile connection sends in a second.
const BYTES_PER_SECOND_MIN: u32 = 8 << 10;

/// Ends with [`io::ErrorKind::TimedOut`] when the client drips.
pub(super) struct Patient {
    body: Incoming,
    grace: Duration,
    /// Set when somebody begins to read: a client does not pay for the time before.
    waiting: Option<Waiting>,
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

struct Waiting {
    until: Pin<Box<Sleep>>,
}

impl Patient {
    pub(super) fn new(body: Incoming, grace: Duration, unread: Unread) -> Self {
        Self { body, grace, waiting: None, ended: false, unread }
    }
}

impl Drop for Patient {
    fn drop(&mut self) {
        if !self.ended && !self.body.is_end_stream() {
            self.unread.0.store(true, Ordering::Relaxed);
        }
    }
}

impl Body for Patient {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let grace = self.grace;
        let polled = Pin::new(&mut self.body).poll_frame(context);
        self.ended |= matches!(polled, Poll::Ready(None));
        let waiting = self
            .waiting
            .get_or_insert_with(|| Waiting { until: Box::pin(tokio::time::sleep(grace)) });
        match polled {
            Poll::Ready(frame) => {
                if let Some(Ok(data)) =
                    frame.as_ref().map(|frame| frame.as_ref().map(Frame::data_ref))
                {
                    waiting.earn(data.map_or(0, Bytes::len));
                }
                Poll::Ready(frame.map(|frame| frame.map_err(io::Error::other)))
            }
            Poll::Pending => {
                ready!(waiting.until.as_mut().poll(context));
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

impl Waiting {
    fn earn(&mut self, bytes: usize) {
        let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
        let until: Instant =
            self.until.deadline() + Duration::from_secs(1) / BYTES_PER_SECOND_MIN * bytes;
        self.until.as_mut().reset(until);
    }
}
