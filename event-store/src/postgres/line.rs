//! The writer's connection: one batch at a time, and an answer or none within a bounded time.

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

/// How long the server may take to let the writer in.
const CONNECT_MAX: Duration = Duration::from_secs(2);
/// How long a batch stays without an answer before the connection is taken for dead. The server gives
/// up before, and says so.
const ANSWER_MAX: Duration = Duration::from_secs(10);

/// What the server is told: after so long it gives up by itself, and then nothing was written.
const STATEMENT_MAX: Duration = Duration::from_secs(8);
/// The same for a wait for a lock, mostly that of the head.
pub(super) const LOCK_MAX: Duration = Duration::from_millis(900);

/// How the server plans what is known to come next: once, and by index alone. Set here and not with
/// the functions, where each call would set and reset them.
const PLANS: [(&str, &str); 6] = [
    ("enable_seqscan", "off"),
    ("enable_bitmapscan", "off"),
    ("enable_hashjoin", "off"),
    ("enable_mergejoin", "off"),
    ("plan_cache_mode", "force_generic_plan"),
    NO_COMPILER,
];

/// The least time between two rings of the doorbell. Telling every listener costs as much as a small
/// batch itself, and none of them needs to hear of each.
const RING_EVERY: Duration = Duration::from_millis(25);

/// What became of a batch that was sent.
pub(super) enum Sent {
    /// The log has judged each append.
    Answered(Vec<Result<Judged, Error>>),
    /// It has not, for this reason.
    Failed(Fate, String),
}

/// The connection, made again whenever it was lost.
pub(super) struct Line {
    options: PgConnectOptions,
    bell: PgPool,
    recent: Arc<Recent>,
    connection: Option<PgConnection>,
    /// What is known of the log by what came over this connection.
    ends: Option<Ends>,
    rang_at: Option<Instant>,
    /// Whether something was committed since.
    owes_ring: bool,
}

impl Line {
    pub(super) fn new(options: PgConnectOptions, bell: PgPool, recent: Arc<Recent>) -> Self {
        let times = [
            ("statement_timeout", STATEMENT_MAX.as_millis()),
            ("lock_timeout", LOCK_MAX.as_millis()),
        ];
        Self {
            options: options.options(times).options(PLANS),
            bell,
            recent,
            connection: None,
            ends: None,
            rang_at: None,
            owes_ring: false,
        }
    }

    /// Makes sure that there is a connection to send on, or says why there is none.
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
        let rings = self.rang_at.is_none_or(|rang_at| rang_at.elapsed() >= RING_EVERY);
        match timeout(ANSWER_MAX, self.commit(&mut connection, batch, rings)).await {
            Ok(Ok(judged)) => {
                self.connection = Some(connection);
                self.has_rung(rings);
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

    /// Writes a batch as what comes next, if it is known where that is; else has the database judge.
    ///
    /// Where the log ends is not known any more then, until [`Line::has_learnt`] of it.
    async fn commit(
        &mut self,
        connection: &mut PgConnection,
        batch: &[&Append],
        rings: bool,
    ) -> Result<Vec<Result<Judged, Error>>, sqlx::Error> {
        if let Some(ends) = self.ends.as_mut().filter(|ends| ends.may_hold())
            && let Some(next) = Next::try_new(ends, batch)
        {
            match next.commit(connection, rings).await {
                Ok(true) => return Ok(next.judged()),
                Ok(false) => ends.doubt(),
                Err(error) if is_taken(&error) => {
                    tracing::debug!(%error, "a batch does not come next");
                    self.ends = None;
                }
                Err(error) => return Err(error),
            }
        }
        batch::commit(connection, batch, rings).await
    }

    /// Knows where the log ends by what became of the last batch.
    pub(super) fn has_learnt(&mut self, batch: &[Answered]) {
        self.ends = Ends::after(self.ends.take(), batch);
    }

    /// When the doorbell is to be rung for what was committed quietly.
    pub(super) fn rings_at(&self) -> Option<Instant> {
        self.rang_at.filter(|_| self.owes_ring).map(|rang_at| rang_at + RING_EVERY)
    }

    /// Rings the doorbell, on a connection of its own, since the next batch must not wait for that.
    /// Whoever does not hear it polls.
    pub(super) fn ring(&mut self) {
        self.has_rung(true);
        let bell = self.bell.clone();
        tokio::spawn(async move {
            let rung = sqlx::query("SELECT pg_notify('fastops_log', '')").execute(&bell).await;
            if let Err(error) = rung {
                tracing::debug!(%error, "the doorbell was not rung");
            }
        });
    }

    fn has_rung(&mut self, rings: bool) {
        self.owes_ring = !rings;
        if rings {
            self.rang_at = Some(Instant::now());
        }
    }
}

/// A connection, and the life of the log at its other end.
async fn connect(options: &PgConnectOptions) -> Result<(PgConnection, IncarnationId), sqlx::Error> {
    let mut connection = options.connect().await?;
    let query = sqlx::query_scalar("SELECT incarnation FROM log_head");
    let incarnation = query.fetch_one(&mut connection).await?;
    Ok((connection, IncarnationId::from_uuid(incarnation)))
}
