//! The writer's connection: one batch at a time, and an answer or none within a bounded time.

use std::time::Duration;

use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, PgConnection};
use tokio::time::timeout;

use super::batch::commit;
use super::failure::{Fate, fate};
use crate::append::Append;
use crate::error::Error;
use crate::verdict::Verdict;

/// How long the server may take to let the writer in.
const CONNECT_MAX: Duration = Duration::from_secs(2);
/// How long a batch stays without an answer before the connection is taken for dead. The server gives
/// up before, and says so.
const ANSWER_MAX: Duration = Duration::from_secs(10);

/// What the server is told: after so long it gives up by itself, and then nothing was written.
const STATEMENT_MAX: Duration = Duration::from_secs(8);
/// The same for a wait for a lock, mostly that of the head.
pub(super) const LOCK_MAX: Duration = Duration::from_millis(900);

/// What became of a batch that was sent.
pub(super) enum Sent {
    /// The log has judged each append.
    Answered(Vec<Result<Verdict, Error>>),
    /// It has not, for this reason.
    Failed(Fate, String),
}

/// The connection, made again whenever it was lost.
pub(super) struct Line {
    options: PgConnectOptions,
    connection: Option<PgConnection>,
}

impl Line {
    pub(super) fn new(options: PgConnectOptions) -> Self {
        let settings = [
            ("statement_timeout", STATEMENT_MAX.as_millis()),
            ("lock_timeout", LOCK_MAX.as_millis()),
        ];
        Self { options: options.options(settings), connection: None }
    }

    /// Makes sure that there is a connection to send on, or says why there is none.
    pub(super) async fn open(&mut self) -> Result<(), String> {
        if self.connection.is_none() {
            let connection = timeout(CONNECT_MAX, self.options.connect()).await;
            let connection = connection.map_err(|late| late.to_string())?;
            self.connection = Some(connection.map_err(|error| error.to_string())?);
        }
        Ok(())
    }

    /// Sends a batch once, on the connection that was opened before.
    pub(super) async fn send(&mut self, batch: &[&Append]) -> Sent {
        let Some(mut connection) = self.connection.take() else {
            return Sent::Failed(Fate::RolledBack, "there is no connection".to_owned());
        };
        match timeout(ANSWER_MAX, commit(&mut connection, batch)).await {
            Ok(Ok(verdicts)) => {
                self.connection = Some(connection);
                Sent::Answered(verdicts)
            }
            Ok(Err(error)) => {
                let fate = fate(&error);
                if fate != Fate::Unknown {
                    self.connection = Some(connection);
                }
                Sent::Failed(fate, error.to_string())
            }
            Err(late) => Sent::Failed(Fate::Unknown, late.to_string()),
        }
    }
}
