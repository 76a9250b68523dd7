//! The writer: drains the queue and commits many appends in one transaction.
//!
//! There is no timer: while a batch is in flight the next one gathers. An append with a conflict or a
//! duplicate fails alone; when the database refuses a whole batch, it is halved until the culprit is alone.
//! When the database could not write a batch for the moment, or the connection was lost while committing, the
//! same batch is sent again for as long as a caller waits for it: the command ids make it happen once.
//!
//! After a lost connection only a verdict of the log settles a batch: a failure of a later try, or a refusal,
//! does not tell whether the first one was written. A duplicate stays a duplicate, whichever try wrote it: it
//! may also have been accepted long before.

use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, ready};
use sqlx::PgPool;
use sqlx::postgres::PgConnectOptions;
use tokio::sync::Notify;
use tokio::task::yield_now;
use tokio::time::{Instant, Sleep, sleep};

use super::committed_range::positions;
use super::ends::{Answered, Judged};
use super::failure::Fate;
use super::figures::Figures;
use super::job::{Job, too_late};
use super::line::{Line, Sent};
use super::queue::{Limits, Queue};
use super::recent::Recent;
use crate::append::Append;
use crate::error::Error;
use crate::verdict::Verdict;

const LIMITS: Limits =
    Limits { items: 8_192, bytes: 64 << 20, batch_items: 512, batch_bytes: 1 << 20 };

/// The first pause before a batch is sent again; each further one is twice as long.
const PAUSE_MIN: Duration = Duration::from_millis(10);
const PAUSE_MAX: Duration = Duration::from_millis(200);

/// The sending side of the writer. The task behind it answers what waits and ends when this is dropped.
#[derive(Debug)]
pub(super) struct AppendWriter {
    waiting: Arc<Waiting>,
}

/// The pause before another task takes over from one that died.
const PAUSE_AFTER_DEATH: Duration = Duration::from_millis(100);

/// What is between the callers and the task.
#[derive(Debug)]
struct Waiting {
    room: Mutex<Room>,
    changed: Notify,
}

#[derive(Debug)]
struct Room {
    queue: Queue<Job>,
    is_closed: bool,
}

impl Waiting {
    fn room(&self) -> MutexGuard<'_, Room> {
        self.room.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_idle(&self) -> bool {
        self.room().queue.len() == 0
    }

    /// Empties the queue if a task panicked while changing it. Callers of the dropped jobs get an unknown
    /// outcome, like those of the batch in flight.
    fn mend(&self) {
        if self.room.is_poisoned() {
            self.room().queue = Queue::new(LIMITS);
            self.room.clear_poison();
        }
    }
}

impl AppendWriter {
    pub(super) fn spawn(
        options: PgConnectOptions,
        notify_pool: PgPool,
        recent: Arc<Recent>,
    ) -> Self {
        let room = Mutex::new(Room { queue: Queue::new(LIMITS), is_closed: false });
        let waiting = Arc::new(Waiting { room, changed: Notify::new() });
        tokio::spawn(keep_writing(options, notify_pool, recent, Arc::clone(&waiting)));
        Self { waiting }
    }

    /// Enqueues at once; the answer may be awaited later.
    pub(super) fn append(&self, append: Append) -> BoxFuture<'static, Result<Verdict, Error>> {
        let (job, answer) = Job::new(append);
        if self.waiting.room().queue.push(job).is_err() {
            metrics::counter!("fastops_append_overloads_total").increment(1);
            return ready(Err(Error::Overloaded)).boxed();
        }
        self.waiting.changed.notify_one();
        answer.verdict().boxed()
    }
}

impl Drop for AppendWriter {
    fn drop(&mut self) {
        self.waiting.room().is_closed = true;
        self.waiting.changed.notify_one();
    }
}

/// Keeps a task at work until the writer is dropped: after a panic, which is a defect, it starts another with
/// another connection.
async fn keep_writing(
    options: PgConnectOptions,
    notify_pool: PgPool,
    recent: Arc<Recent>,
    waiting: Arc<Waiting>,
) {
    loop {
        let line = Line::new(options.clone(), notify_pool.clone(), Arc::clone(&recent));
        let task = Task {
            line,
            recent: Arc::clone(&recent),
            waiting: Arc::clone(&waiting),
            notify_timer: Box::pin(sleep(Duration::ZERO)),
            figures: Figures::looked_up(),
            n_concurrent: 0,
        };
        if AssertUnwindSafe(task.run()).catch_unwind().await.is_ok() {
            return;
        }
        tracing::error!(
            "the writer of the log has panicked and is started again: the batch in flight is \
            answered as unknown"
        );
        metrics::counter!("fastops_writer_restarts_total").increment(1);
        waiting.mend();
        sleep(PAUSE_AFTER_DEATH).await;
    }
}

struct Task {
    line: Line,
    recent: Arc<Recent>,
    waiting: Arc<Waiting>,
    /// When to notify readers. Kept from batch to batch: setting a timer wakes the thread that waits for the
    /// next one.
    notify_timer: Pin<Box<Sleep>>,
    figures: Figures,
    /// How many had been sent or waited when a batch was last answered.
    n_concurrent: usize,
}

impl Task {
    async fn run(mut self) {
        while let Some(batch) = self.gather().await {
            self.figures.sent(&batch);
            self.settle(batch).await;
        }
    }

    /// Waits for jobs, and takes as many as go together, but no more than half of all concurrent callers: a
    /// caller that was just answered usually appends again.
    ///
    /// If all went at once, no caller would be deciding while they are written, and nothing could be written
    /// while the callers decide: the database and this process would wait for each other, batch after batch.
    async fn gather(&mut self) -> Option<Vec<Job>> {
        loop {
            {
                let mut room = self.waiting.room();
                self.figures.waiting(room.queue.len(), room.queue.n_bytes());
                let half = room.queue.len().max(self.n_concurrent).div_ceil(2);
                let batch = room.queue.take(half);
                if !batch.is_empty() {
                    return Some(batch);
                }
                if room.is_closed {
                    return None;
                }
            }
            let changed = self.waiting.changed.notified();
            let Some(at) = self.line.notify_at() else {
                changed.await;
                continue;
            };
            if self.notify_timer.deadline() != at {
                self.notify_timer.as_mut().reset(at);
            }
            tokio::select! {
                () = changed => {}
                () = &mut self.notify_timer => self.line.notify(),
            }
        }
    }

    /// Answers every job of a batch.
    async fn settle(&mut self, batch: Vec<Job>) {
        let mut batches = vec![Batch { jobs: batch, is_lost: false }];
        while let Some(batch) = batches.pop() {
            let (batch, outcome) = self.send_until_answered(batch).await;
            match outcome {
                Ok(judged) => self.answer(batch.jobs, judged).await,
                Err(Error::Rejected { .. }) if batch.jobs.len() > 1 => {
                    batches.extend(batch.halved());
                }
                Err(Error::Rejected { .. }) if batch.is_lost => {
                    batch.answer(&Error::OutcomeUnknown);
                }
                Err(error) => batch.answer(&error),
            }
        }
    }

    /// Answers the jobs of a batch; then updates the caches, and keeps what was committed for readers of this
    /// process. The answered callers run first if no other job waits to be sent.
    async fn answer(&mut self, batch: Vec<Job>, judged: Vec<Result<Judged, Error>>) {
        self.n_concurrent = self.waiting.room().queue.len() + batch.len();
        let answered = batch.into_iter().zip(judged).map(|(job, judged)| match judged {
            Ok(Judged { verdict, chain }) => {
                let committed = match verdict {
                    Verdict::Committed(committed) => Some(committed),
                    Verdict::Duplicate(_) | Verdict::Conflict { .. } => None,
                };
                Answered { append: job.answer(Ok(verdict)), committed, chain }
            }
            Err(error) => Answered { append: job.answer(Err(error)), committed: None, chain: None },
        });
        let answered: Vec<Answered> = answered.collect();
        if self.waiting.is_idle() {
            yield_now().await;
        }
        self.line.has_learnt(&answered);
        for Answered { append, committed, chain } in answered {
            if let (Some(committed), Some(mut chain)) = (committed, chain) {
                self.recent.extend(append.recorded(positions(committed), &mut chain));
            }
        }
    }

    /// Sends a batch until there is an answer or no caller waits for one; returns what was sent last, and the
    /// answer.
    async fn send_until_answered(
        &mut self,
        mut batch: Batch,
    ) -> (Batch, Result<Vec<Result<Judged, Error>>, Error>) {
        let mut pause = PAUSE_MIN;
        loop {
            let is_open = self.line.open().await;
            if is_open.is_ok() && !batch.is_lost {
                batch.jobs = sendable(batch.jobs);
            }
            let Some(deadline) = batch.jobs.iter().map(Job::send_until).max() else {
                return (batch, Ok(Vec::new()));
            };
            let appends: Vec<&Append> = batch.jobs.iter().map(|job| &job.append).collect();
            let sent = match is_open {
                Ok(()) => self.line.send(&appends).await,
                Err(reason) => Sent::Failed(Fate::RolledBack, reason),
            };
            let (fate, reason) = match sent {
                Sent::Answered(judged) => return (batch, Ok(judged)),
                Sent::Failed(fate, reason) => (fate, reason),
            };
            batch.is_lost |= fate == Fate::Unknown;
            tracing::warn!(%reason, ?fate, commands = batch.jobs.len(), "the writer of the log could not \
                write a batch, and tries again until its callers time out");
            metrics::counter!("fastops_append_failures_total").increment(1);
            if !batch.is_lost {
                batch.jobs.iter().for_each(Job::take_back);
            }
            let is_over = Instant::now() + pause > deadline;
            match fate {
                Fate::Refused => return (batch, Err(Error::Rejected { reason })),
                Fate::NoRoom if !batch.is_lost => return (batch, Err(Error::StorageFull)),
                _ if is_over && batch.is_lost => return (batch, Err(Error::OutcomeUnknown)),
                _ if is_over => return (batch, Err(Error::Unavailable { reason })),
                _ => {}
            }
            sleep(pause).await;
            pause = PAUSE_MAX.min(pause * 2);
        }
    }
}

/// Jobs that are sent together.
struct Batch {
    jobs: Vec<Job>,
    /// Whether they were sent and the connection was lost, so that they may have been written.
    is_lost: bool,
}

impl Batch {
    /// Its two halves, the first one last.
    fn halved(mut self) -> [Self; 2] {
        let rest = self.jobs.split_off(self.jobs.len() / 2);
        [Self { jobs: rest, is_lost: self.is_lost }, self]
    }

    /// Gives all of them one answer.
    fn answer(self, error: &Error) {
        for job in self.jobs {
            job.answer(Err(error.clone()));
        }
    }
}

/// Marks jobs as sent, and answers those whose callers wait no longer.
fn sendable(batch: Vec<Job>) -> Vec<Job> {
    let (sent, late): (Vec<Job>, Vec<Job>) = batch.into_iter().partition(Job::send);
    for job in late {
        job.answer(Err(too_late()));
    }
    sent
}
