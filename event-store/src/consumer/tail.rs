//! The newest events of the log: read once per process, handed to every consumer in it.

use std::collections::VecDeque;
use std::future::pending;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::watch;
use tokio::time::{sleep, sleep_until};
use tokio_util::sync::CancellationToken;

use super::Doorbell;
use crate::error::Error;
use crate::event::RecordedEvent;
use crate::store::{EventStore, Head};
use crate::stream::Position;

/// How many events are read at once.
const PAGE: u32 = 2_000;

/// How often the end of the log is looked for when no doorbell rings.
const POLL: Duration = Duration::from_secs(1);

/// The least time between two looks; commits that come in quick succession share one.
const ROUND_MIN: Duration = Duration::from_millis(10);

/// What this process has committed is at hand so soon.
const MOMENT: Duration = Duration::from_millis(1);

/// What was read longer ago says nothing: the reader is in trouble, and everybody looks for themselves.
const FRESH: Duration = Duration::from_secs(3);

/// How many events are kept; whoever is further behind reads for itself.
const EVENTS_MAX: usize = 16_000;

/// How many bytes they may have.
const BYTES_MAX: usize = 32 << 20;

/// About what an event takes besides its payload.
const EVENT_BYTES: usize = 600;

/// Some events in order, and the end of the log when they were read.
pub(super) type Read = (Vec<Arc<RecordedEvent>>, Head);

/// See the module. Clones share what was read; each waits for itself.
#[derive(Debug, Clone)]
pub struct Tail {
    window: Arc<Mutex<Option<Window>>>,
    grown: watch::Receiver<()>,
}

impl Tail {
    /// Reads until `shutdown` whatever is appended from here on.
    pub fn follow(
        store: Arc<dyn EventStore>,
        doorbell: Doorbell,
        shutdown: CancellationToken,
    ) -> Self {
        let (bell, grown) = watch::channel(());
        let window = Arc::default();
        let follower = Follower { store, window: Arc::clone(&window), bell };
        tokio::spawn(async move {
            shutdown.run_until_cancelled(follower.run(doorbell)).await;
        });
        Self { window, grown }
    }

    /// Nothing, for consumers that do not read the log; the others read for themselves and poll.
    pub fn unread() -> Self {
        Self { window: Arc::default(), grown: watch::channel(()).1 }
    }

    /// At most `limit` events after a position; nothing where the caller has to read for itself.
    pub(super) fn after(&self, position: Position, limit: u32) -> Option<Read> {
        locked(&self.window).as_ref()?.after(position, limit)
    }

    /// Returns when something was read since the last call.
    pub(super) async fn grown(&mut self) {
        if self.grown.changed().await.is_err() {
            pending::<()>().await;
        }
    }
}

struct Follower {
    store: Arc<dyn EventStore>,
    window: Arc<Mutex<Option<Window>>>,
    bell: watch::Sender<()>,
}

impl Follower {
    async fn run(self, mut doorbell: Doorbell) {
        loop {
            let begun = tokio::time::Instant::now();
            if let Err(error) = self.catch_up().await {
                tracing::warn!(%error, "the end of the log could not be read");
            }
            sleep_until(begun + ROUND_MIN).await;
            tokio::select! {
                () = doorbell.rung() => {}
                () = sleep(POLL) => {}
            }
        }
    }

    /// Reads everything that is in the log when it is called.
    async fn catch_up(&self) -> Result<(), Error> {
        let then = Instant::now();
        let head = self.store.head().await?;
        let mut end = match &mut *locked(&self.window) {
            Some(window) if window.goes_on_to(head) => window.head.position,
            other => {
                *other = Some(Window::beginning_at(head, then));
                head.position
            }
        };
        while end < head.position {
            let page = self.page(head, end).await?;
            let Some(last) = page.last() else { break };
            end = last.position;
            if let Some(window) = &mut *locked(&self.window) {
                window.extend(page, end);
            }
            self.bell.send_replace(());
        }
        if let Some(window) = &mut *locked(&self.window) {
            window.read_at = then;
        }
        Ok(())
    }

    /// The next events after a position that is before the head.
    async fn page(&self, log: Head, after: Position) -> Result<Vec<Arc<RecordedEvent>>, Error> {
        // A commit of this process is in the log a moment before it is at hand.
        for wait in [Duration::ZERO, MOMENT] {
            sleep(wait).await;
            let recent = self.store.recent(log, after, PAGE);
            if !recent.is_empty() {
                return Ok(recent);
            }
        }
        Ok(self.store.read_all(after, PAGE).await?.into_iter().map(Arc::new).collect())
    }
}

/// Every event after `start` up to the head.
#[derive(Debug)]
struct Window {
    start: Position,
    events: VecDeque<Arc<RecordedEvent>>,
    n_bytes: usize,
    head: Head,
    /// When the log was last found to end there.
    read_at: Instant,
}

impl Window {
    const fn beginning_at(head: Head, read_at: Instant) -> Self {
        Self { start: head.position, events: VecDeque::new(), n_bytes: 0, head, read_at }
    }

    /// Whether it is the same log, which has lost nothing.
    fn goes_on_to(&self, head: Head) -> bool {
        self.head.incarnation == head.incarnation && self.head.position <= head.position
    }

    fn extend(&mut self, page: Vec<Arc<RecordedEvent>>, end: Position) {
        for event in page {
            self.n_bytes += size(&event);
            self.events.push_back(event);
        }
        self.head.position = end;
        while self.events.len() > EVENTS_MAX || self.n_bytes > BYTES_MAX {
            let Some(oldest) = self.events.pop_front() else { break };
            self.n_bytes -= size(&oldest);
            self.start = oldest.position;
        }
    }

    fn after(&self, position: Position, limit: u32) -> Option<Read> {
        let is_inside = self.start <= position && position <= self.head.position;
        if !is_inside || self.read_at.elapsed() > FRESH {
            return None;
        }
        let first = self.events.partition_point(|event| event.position <= position);
        let events = self.events.range(first..).take(limit as usize).cloned().collect();
        Some((events, self.head))
    }
}

fn size(event: &RecordedEvent) -> usize {
    EVENT_BYTES + event.payload.len()
}

fn locked(window: &Mutex<Option<Window>>) -> MutexGuard<'_, Option<Window>> {
    window.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
