//! People in tables outside the log: the vault with names and addresses, secrets, links (tickets), sessions
//! and the outbox of e-mails.

mod accounts;
mod contacts;
mod erasing;
mod master_key;
mod outbox;
mod pins;
mod sessions;
mod tickets;
mod vault;

use std::sync::Arc;

use api::auth::opaque::RenewalKey;
use commands::World;
use domain::shared::TenantId;
use sqlx::postgres::PgArguments;
use sqlx::query::Query;
use sqlx::{AssertSqlSafe, PgPool, Postgres, Transaction};
use tokio::sync::Notify;

pub use erasing::Erasing;
pub use master_key::{MasterKey, WeakMasterKey};
pub use outbox::DueEmail;

/// The tables about people, through connections of the application's role. Cheap to clone.
#[derive(Debug, Clone)]
pub struct People {
    app: PgPool,
    key: MasterKey,
    /// Notified when an e-mail was stored.
    written: Arc<Notify>,
}

impl People {
    /// Seals and opens with `key`.
    pub fn new(app: PgPool, key: MasterKey) -> Self {
        Self { app, key, written: Arc::default() }
    }

    /// What tokens are made with that lead to people and their sessions.
    pub fn renewals(&self) -> RenewalKey {
        RenewalKey::new(self.key.derive("refresh tokens"))
    }

    async fn within(
        &self,
        tenant: TenantId,
    ) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
        within(&self.app, tenant).await
    }

    /// Runs one statement as a transaction of a tenant; returns how many rows it has changed.
    async fn execute(
        &self,
        tenant: TenantId,
        statement: Query<'_, Postgres, PgArguments>,
    ) -> Result<u64, sqlx::Error> {
        let mut tx = self.within(tenant).await?;
        let done = statement.execute(&mut *tx).await?;
        tx.commit().await?;
        Ok(done.rows_affected())
    }
}

/// Begins a transaction of a tenant; only the digits and hyphens of a UUID get into the text.
pub(crate) async fn within(
    app: &PgPool,
    tenant: TenantId,
) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
    let begin = format!("BEGIN; SELECT set_config('app.tenant_id', '{tenant}', true)");
    app.begin_with(AssertSqlSafe(begin)).await
}

#[expect(clippy::needless_pass_by_value, reason = "the shape that map_err wants")]
pub(crate) fn unavailable(error: sqlx::Error) -> World {
    World::Log(event_store::Error::Unavailable { reason: error.to_string() })
}
