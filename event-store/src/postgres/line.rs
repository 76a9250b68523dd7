//! The writer's connection: one batch at a time, with an answer or an error within a bounded time.

use std::sync::Arc;
use std::time::Duration;

use domain::shared::IncarnationId;
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, PgConnection, PgPool};
use tokio::time::{Instant, timeout};

use super::batch;
use super::ends::{Answered, Ends, Judged};
use super::failure::{Fate, fate, is_taken, wants_another_session};
use super::next::Next;
use super::recent::Recent;
use crate::append::Append;
use crate::database::NO_COMPILER;
use crate::error::Error;

/// The timeout of connecting.
const CONNECT_MAX: Duration = Duration::from_secs(2);
/// The timeout of a batch, after which the connection counts as dead. The server gives up before, and reports
/// that.
const ANSWER_MAX: Duration = Duration::from_secs(10);

/// The timeouts of the server, after which it gives up by itself and has written nothing.
const STATEMENT_MAX: Duration = Duration::from_secs(8);
/// The same for a wait for a lock, mostly that of the head.
pub(super) const LOCK_MAX: Duration = Duration::from_millis(900);

/// Plans of the statements for the known end of the log: generic, and by index alone. Set here and not with
/// the functions, where each call would set and reset them.
const PLANS: [(&str, &str); 6] = [
    ("enable_seqscan", "off"),
    ("enable_bitmapscan", "off"),
    ("enable_hashjoin", "off"),
    ("enable_mergejoin", "off"),
    ("plan_cache_mode", "force_generic_plan"),
    NO_COMPILER,
];

/// The least time between two notifications. Notifying every listener costs as much as a small batch itself,
/// and none of them needs each notification.
const NOTIFY_EVERY: Duration = Duration::from_millis(25);

/// The outcome of sending a batch.
pub(super) enum Sent {
    /// The log has judged each append.
    Answered(Vec<Result<Judged, Error>>),
    /// It has not, for this reason.
    Failed(Fate, String),
}

/// The connection, restored whenever it was lost.
pub(super) struct Line {
    options: PgConnectOptions,
    notify_pool: PgPool,
    recent: Arc<Recent>,
    connection: Option<PgConnection>,
    /// The end of the log, as learnt over this connection.
    ends: Option<Ends>,
    notified_at: Option<Instant>,
    /// Whether something was committed since.
    owes_notification: bool,
}

impl Line {
    pub(super) fn new(options: PgConnectOptions, notify_pool: PgPool, recent: Arc<Recent>) -> Self {
        let times = [
            ("statement_timeout", STATEMENT_MAX.as_millis()),
            ("lock_timeout", LOCK_MAX.as_millis()),
        ];
        Self {
            options: options.options(times).options(PLANS),
            notify_pool,
            recent,
            connection: None,
            ends: None,
            notified_at: None,
            owes_notification: false,
        }
    }

    /// Opens a connection unless there is one, or returns why that failed.
    pub(super) async fn open(&mut self) -> Result<(), String> {
        if self.connection.is_none() {
            let connected = timeout(CONNECT_MAX, connect(&self.options)).await;
            let connected = connected.map_err(|late| late.to_string())?;
            let (connection, incarnation) = connected.map_err(|error| error.to_string())?;
            self.connection = Some(connection);
            self.ends = None;
            self.recent.are_of(incarnation);
        }
        Ok(())
    }

    /// Sends a batch once, on the connection that was opened before.
    pub(super) async fn send(&mut self, batch: &[&Append]) -> Sent {
        let Some(mut connection) = self.connection.take() else {
            return Sent::Failed(Fate::RolledBack, "there is no connection".to_owned());
        };
        let notifies =
            self.notified_at.is_none_or(|notified_at| notified_at.elapsed() >= NOTIFY_EVERY);
        match timeout(ANSWER_MAX, self.commit(&mut connection, batch, notifies)).await {
            Ok(Ok(judged)) => {
                self.connection = Some(connection);
                self.has_notified(notifies);
                Sent::Answered(judged)
            }
            Ok(Err(error)) => {
                self.ends = None;
                if !wants_another_session(&error) {
                    self.connection = Some(connection);
                }
                Sent::Failed(fate(&error), error.to_string())
            }
            Err(late) => {
                self.ends = None;
                Sent::Failed(Fate::Unknown, late.to_string())
            }
        }
    }

    /// Writes a batch at the cached end of the log, if there is one; else has the database judge it.
    ///
    /// The cached end is invalid then, until [`Line::has_learnt`] updates it.
    async fn commit(
        &mut self,
        connection: &mut PgConnection,
        batch: &[&Append],
        notifies: bool,
    ) -> Result<Vec<Result<Judged, Error>>, sqlx::Error> {
        if let Some(ends) = self.ends.as_mut().filter(|ends| ends.may_hold())
            && let Some(next) = Next::try_new(ends, batch)
        {
            match next.commit(connection, notifies).await {
                Ok(true) => return Ok(next.judged()),
                Ok(false) => ends.doubt(),
                Err(error) if is_taken(&error) => {
                    tracing::debug!(%error, "a batch was not next in the log: the database \
                        judges it");
                    self.ends = None;
                }
                Err(error) => return Err(error),
            }
        }
        batch::commit(connection, batch, notifies).await
    }

    /// Updates the cached end of the log by the answer to the last batch.
    pub(super) fn has_learnt(&mut self, batch: &[Answered]) {
        self.ends = Ends::after(self.ends.take(), batch);
    }

    /// When to notify the readers of what was committed without a notification.
    pub(super) fn notify_at(&self) -> Option<Instant> {
        self.notified_at
            .filter(|_| self.owes_notification)
            .map(|notified_at| notified_at + NOTIFY_EVERY)
    }

    /// Notifies the readers, on another connection, since the next batch must not wait for that. A reader
    /// that gets no notification polls.
    pub(super) fn notify(&mut self) {
        self.has_notified(true);
        let notify_pool = self.notify_pool.clone();
        tokio::spawn(async move {
            let sent =
                sqlx::query("SELECT pg_notify('fastops_log', '')").execute(&notify_pool).await;
            if let Err(error) = sent {
                tracing::debug!(%error, "readers were not notified of a commit: they poll");
            }
        });
    }

    fn has_notified(&mut self, notifies: bool) {
        self.owes_notification = !notifies;
        if notifies {
            self.notified_at = Some(Instant::now());
        }
    }
}

/// A connection, and the incarnation of the log at its other end.
async fn connect(options: &PgConnectOptions) -> Result<(PgConnection, IncarnationId), sqlx::Error> {
    let mut connection = options.connect().await?;
    let query = sqlx::query_scalar("SELECT incarnation FROM log_head");
    let incarnation = query.fetch_one(&mut connection).await?;
    Ok((connection, IncarnationId::from_uuid(incarnation)))
}
