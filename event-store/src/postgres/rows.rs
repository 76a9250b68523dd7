//! One query on a pool, answered or given up within a bounded time.

use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::query::QueryAs;
use sqlx::{FromRow, PgPool, Postgres};
use tokio::time::timeout;

use super::failure::{unread, wants_another_session};
use crate::error::Error;
use crate::store::ANSWER_TIMEOUT;

/// The rows of a query.
pub(super) async fn rows<O>(
    pool: &PgPool,
    query: QueryAs<'_, Postgres, O, PgArguments>,
) -> Result<Vec<O>, Error>
where
    O: for<'r> FromRow<'r, PgRow> + Send + Unpin,
{
    let run = async {
        let mut borrowed = Borrowed { connection: pool.acquire().await?, is_done: false };
        let rows = query.fetch_all(&mut *borrowed.connection).await;
        borrowed.is_done = !rows.as_ref().is_err_and(wants_another_session);
        rows
    };
    match timeout(ANSWER_TIMEOUT, run).await {
        Ok(rows) => rows.map_err(unread),
        Err(late) => Err(Error::Unavailable { reason: late.to_string() }),
    }
}

/// A connection of the pool. One that did not answer, because of a timeout or because the reader was dropped,
/// is not returned to the pool, and neither is one whose session caused a failure.
struct Borrowed {
    connection: PoolConnection<Postgres>,
    is_done: bool,
}

impl Drop for Borrowed {
    fn drop(&mut self) {
        if !self.is_done {
            self.connection.close_on_drop();
        }
    }
}
