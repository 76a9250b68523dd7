//! The PostgreSQL that read models, checkpoints and timers are kept in, whatever the log is kept in:
//! pools, the schema, and whether it is away.

use std::time::Duration;

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{Executor, PgPool};

pub use crate::postgres::failure::is_away;

/// The schema of the log and of every read model.
pub static MIGRATOR: Migrator = sqlx::migrate!("../migrations");

/// PostgreSQL's compiler takes longer for any statement of this product than the statement itself.
pub(crate) const NO_COMPILER: (&str, &str) = ("jit", "off");

/// A pool of at most `connections` that is filled on use.
///
/// A cancelled `begin` of sqlx 0.9 can hand a connection back inside an open transaction, and the next
/// borrower's write would be lost with it; hence the rollback when a connection comes back. Mostly there
/// is nothing to roll back, and the server's warning about that is not asked for.
pub fn pool(options: PgConnectOptions, connections: u32) -> PgPool {
    lazy(connections)
        .after_release(|connection, _| {
            Box::pin(async move {
                connection.execute("ROLLBACK").await?;
                Ok(true)
            })
        })
        .connect_lazy_with(options.options([("client_min_messages", "error"), NO_COMPILER]))
}

/// A pool for single statements only; transactions need [`pool`]. It saves one round trip per use.
pub fn statement_pool(options: PgConnectOptions, connections: u32) -> PgPool {
    lazy(connections).connect_lazy_with(options.options([NO_COMPILER]))
}

fn lazy(connections: u32) -> PgPoolOptions {
    PgPoolOptions::new().max_connections(connections).acquire_timeout(Duration::from_secs(3))
}

/// Brings a database to this release's schema. The connection's role must own the database.
pub async fn migrate(owner: &PgPool) -> Result<(), MigrateError> {
    MIGRATOR.run(owner).await
}
