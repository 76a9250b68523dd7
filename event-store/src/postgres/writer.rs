//! The writer: drains a bounded queue and commits many appends in one transaction.
//!
//! There is no timer: while a batch is in flight the next one gathers. An append with a conflict or a
//! duplicate fails alone; when the database refuses a whole batch, it is halved until the culprit
//! stands alone. When the connection is lost while committing, the same batch is sent again: the
//! command ids make it happen once.

use std::collections::HashSet;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, ready};
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, PgConnection};
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

use super::batch::commit;
use crate::append::Append;
use crate::error::Error;
use crate::verdict::Verdict;

/// How many appends may wait; one more is told to come back later.
const QUEUE_MAX: usize = 4_096;
/// How many commands one transaction takes.
const BATCH_COMMANDS_MAX: usize = 512;
/// How many bytes of events one transaction takes, unless a single command has more.
const BATCH_BYTES_MAX: usize = 1 << 20;
/// How long a batch is tried again when the database cannot be reached.
const PATIENCE: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(50);

/// The sending side of the writer. The task behind it ends when this is dropped.
#[derive(Debug)]
pub(super) struct Writer {
    queue: mpsc::Sender<Job>,
}

#[derive(Debug)]
struct Job {
    append: Append,
    reply: oneshot::Sender<Result<Verdict, Error>>,
}

impl Writer {
    pub(super) fn spawn(options: PgConnectOptions) -> Self {
        let (queue, jobs) = mpsc::channel(QUEUE_MAX);
        let task = Task { options, connection: None, jobs, held: None };
        tokio::spawn(task.run());
        Self { queue }
    }

    /// Takes a place in the queue at once; the answer may be awaited later.
    pub(super) fn append(&self, append: Append) -> BoxFuture<'static, Result<Verdict, Error>> {
        let (reply, answer) = oneshot::channel();
        let refused = match self.queue.try_send(Job { append, reply }) {
            Ok(()) => {
                let answer = answer.map(|answer| answer.unwrap_or(Err(Error::OutcomeUnknown)));
                return answer.boxed();
            }
            Err(mpsc::error::TrySendError::Full(_)) => Error::Overloaded,
            Err(mpsc::error::TrySendError::Closed(_)) => stopped(),
        };
        ready(Err(refused)).boxed()
    }
}

fn stopped() -> Error {
    Error::Unavailable { reason: "the writer has stopped".to_owned() }
}

struct Task {
    options: PgConnectOptions,
    connection: Option<PgConnection>,
    jobs: mpsc::Receiver<Job>,
    /// The job that could not share the last batch with an earlier one of the same command id; it and
    /// all behind it come next, in their order.
    held: Option<Job>,
}

impl Task {
    async fn run(mut self) {
        while let Some(batch) = self.gather().await {
            metrics::histogram!("fastops_append_batch_commands").record(count(batch.len()));
            self.settle(batch).await;
        }
    }

    /// Waits for a job and takes along whatever else is waiting.
    async fn gather(&mut self) -> Option<Vec<Job>> {
        let first = match self.held.take() {
            Some(job) => job,
            None => self.jobs.recv().await?,
        };
        let id = |job: &Job| (job.append.tenant(), job.append.command());
        let mut ids = HashSet::from([id(&first)]);
        let mut size_bytes = first.append.size_bytes();
        let mut batch = vec![first];
        while batch.len() < BATCH_COMMANDS_MAX && size_bytes < BATCH_BYTES_MAX {
            let Ok(job) = self.jobs.try_recv() else { break };
            if !ids.insert(id(&job)) {
                self.held = Some(job);
                break;
            }
            size_bytes += job.append.size_bytes();
            batch.push(job);
        }
        Some(batch)
    }

    /// Answers every job of a batch.
    async fn settle(&mut self, batch: Vec<Job>) {
        let mut batches = vec![batch];
        while let Some(mut batch) = batches.pop() {
            match self.try_patiently(&batch).await {
                Ok(verdicts) => {
                    for (job, verdict) in batch.into_iter().zip(verdicts) {
                        // A caller that went away does not change what is committed.
                        let _ = job.reply.send(verdict);
                    }
                }
                Err(Error::Rejected { .. }) if batch.len() > 1 => {
                    let rest = batch.split_off(batch.len() / 2);
                    batches.extend([rest, batch]);
                }
                Err(error) => {
                    for job in batch {
                        let _ = job.reply.send(Err(error.clone()));
                    }
                }
            }
        }
    }

    async fn try_patiently(&mut self, batch: &[Job]) -> Result<Vec<Result<Verdict, Error>>, Error> {
        let appends: Vec<&Append> = batch.iter().map(|job| &job.append).collect();
        let deadline = Instant::now() + PATIENCE;
        let mut sent = false;
        loop {
            let lost = match self.connection().await {
                Ok(connection) => match commit(connection, &appends).await {
                    Ok(verdicts) if sent => return Ok(own(verdicts, &appends)),
                    Ok(verdicts) => return Ok(verdicts),
                    Err(sqlx::Error::Database(error))
                        if is_about_content(error.code().as_deref()) =>
                    {
                        return Err(Error::Rejected { reason: error.to_string() });
                    }
                    Err(error) => {
                        sent |= !matches!(error, sqlx::Error::Database(_));
                        error
                    }
                },
                Err(error) => error,
            };
            tracing::warn!(error = %lost, sent, "the log's writer lost its connection");
            self.connection = None;
            if Instant::now() + PAUSE > deadline {
                return Err(if sent {
                    Error::OutcomeUnknown
                } else {
                    Error::Unavailable { reason: lost.to_string() }
                });
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn connection(&mut self) -> Result<&mut PgConnection, sqlx::Error> {
        let connection = match self.connection.take() {
            Some(connection) => connection,
            None => self.options.connect().await?,
        };
        Ok(self.connection.insert(connection))
    }
}

/// After a lost answer, a duplicate with the same fingerprint is this batch's own commit.
fn own(verdicts: Vec<Result<Verdict, Error>>, appends: &[&Append]) -> Vec<Result<Verdict, Error>> {
    let own = |(verdict, append): (_, &&Append)| match verdict {
        Ok(Verdict::Duplicate(earlier)) if earlier.fingerprint == *append.fingerprint() => {
            Ok(Verdict::Committed(earlier.committed))
        }
        other => other,
    };
    verdicts.into_iter().zip(appends).map(own).collect()
}

/// Whether an SQL error comes from what was appended, and not from the state of the server: classes
/// 40 (rollback), 53 (resources), 55 (not ready), 57 (intervention) and 58 (system) pass by themselves.
fn is_about_content(code: Option<&str>) -> bool {
    let passing = ["40", "53", "55", "57", "58"];
    code.is_none_or(|code| !passing.iter().any(|class| code.starts_with(class)))
}

#[expect(clippy::cast_precision_loss, reason = "a batch has at most 512 commands")]
fn count(n: usize) -> f64 {
    n as f64
}
