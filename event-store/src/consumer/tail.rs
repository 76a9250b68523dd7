//! The newest events of the log: read once per process, handed to every consumer in it.

use std::collections::VecDeque;
use std::future::pending;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::watch;
use tokio::time::{sleep, sleep_until};
use tokio_util::sync::CancellationToken;

use super::CommitSignal;
use crate::error::Error;
use crate::event::RecordedEvent;
use crate::store::{EventStore, Head};
use crate::stream::Position;

/// How many events are read at once.
const PAGE: u32 = 2_000;

/// The interval at which the end of the log is read without a commit signal.
const POLL: Duration = Duration::from_secs(1);

/// The least time between two reads of the end; commits in quick succession share one.
const ROUND_MIN: Duration = Duration::from_millis(10);

/// The delay until events that this process committed are in memory.
const MOMENT: Duration = Duration::from_millis(1);

/// The age at which the window is not used: its reader is failing, and each consumer reads the log itself.
const FRESH: Duration = Duration::from_secs(3);

/// How many events are kept; a consumer that is further behind reads the log itself.
const EVENTS_MAX: usize = 16_000;

/// How many bytes they may have.
const BYTES_MAX: usize = 32 << 20;

/// About what an event takes besides its payload.
const EVENT_BYTES: usize = 600;

/// Some events in order, and the end of the log when they were read.
pub(super) type Read = (Vec<Arc<RecordedEvent>>, Head);

/// The newest events, shared by its clones; each clone waits independently.
#[derive(Debug, Clone)]
pub struct Tail {
    window: Arc<Mutex<Option<Window>>>,
    grown: watch::Receiver<()>,
}

impl Tail {
    /// Reads until `shutdown` what is appended after this call.
    pub fn follow(
        store: Arc<dyn EventStore>,
        signal: CommitSignal,
        shutdown: CancellationToken,
    ) -> Self {
        let (has_grown, grown) = watch::channel(());
        let window = Arc::default();
        let reader = TailReader { store, window: Arc::clone(&window), has_grown };
        tokio::spawn(async move {
            shutdown.run_until_cancelled(reader.run(signal)).await;
        });
        Self { window, grown }
    }

    /// An empty tail, for consumers that do not read the log; others read the log themselves and poll.
    pub fn unread() -> Self {
        Self { window: Arc::default(), grown: watch::channel(()).1 }
    }

    /// At most `limit` events after a position; none where the caller has to read the log itself.
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

struct TailReader {
    store: Arc<dyn EventStore>,
    window: Arc<Mutex<Option<Window>>>,
    has_grown: watch::Sender<()>,
}

impl TailReader {
    async fn run(self, mut signal: CommitSignal) {
        loop {
            let begun = tokio::time::Instant::now();
            if let Err(error) = self.catch_up().await {
                tracing::warn!(%error, "the end of the log could not be read: each consumer \
                    reads the log itself until it can be");
            }
            sleep_until(begun + ROUND_MIN).await;
            tokio::select! {
                () = signal.committed() => {}
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
            self.has_grown.send_replace(());
        }
        if let Some(window) = &mut *locked(&self.window) {
            window.read_at = then;
        }
        Ok(())
    }

    /// The next events after a position that is before the head.
    async fn page(&self, log: Head, after: Position) -> Result<Vec<Arc<RecordedEvent>>, Error> {
        // A commit of this process is in the log a moment before its events are in memory.
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

    /// Whether it is the same log, without losses.
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
