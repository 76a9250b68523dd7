//! Companies and their accounts: set up once, looked up at every sign-in.

use async_trait::async_trait;
use commands::identity::{Account, Accounts, RegisterTenant};
use commands::{CommandError, Request, Scope, World};
use domain::identity::tenant;
use domain::shared::{CommandId, CorrelationId, Name, Slug, TenantId, UserId};
use sqlx::{AssertSqlSafe, PgPool};
use uuid::Uuid;

use crate::installation::Installation;

/// A company about to join, with the owner's sign-in.
#[derive(Debug, Clone)]
pub struct NewCompany {
    /// The name on its tickets.
    pub name: Name,
    /// Its short name; a company that has it already is taken up again.
    pub slug: Slug,
    /// The owner's e-mail address.
    pub email: String,
    /// The owner's password, hashed.
    pub password_hash: String,
}

/// Why a company could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The tables of sign-in could not be written.
    #[error("could not store the account")]
    Database(#[from] sqlx::Error),
    /// The log could not be written.
    #[error(transparent)]
    World(#[from] World),
    /// Another try made the company at the same moment.
    #[error("the company is being set up by somebody else")]
    Concurrent,
}

/// Sets up a company, or gives the one that has its short name. Safe to repeat after a crash: the
/// company exists when its event does, and everything before that is written again.
pub async fn set_up(installation: &Installation, company: NewCompany) -> Result<TenantId, Error> {
    let existing: Option<Uuid> = sqlx::query_scalar("SELECT company_by_slug($1)")
        .bind(company.slug.as_str())
        .fetch_one(&installation.app)
        .await?;
    let tenant = TenantId::from_uuid(existing.unwrap_or_else(|| installation.ids.uuid()));
    let fresh_owner = UserId::from_uuid(installation.ids.uuid());
    let owner = store_account(&installation.app, tenant, fresh_owner, &company).await?;
    let correlation = CorrelationId::from_uuid(installation.ids.uuid());
    let scope = Scope::system(tenant, correlation, "a company is set up");
    let NewCompany { name, slug, .. } = company;
    let register = RegisterTenant { tenant, name, slug, owner };
    let once = Request::live(CommandId::from_uuid(tenant.uuid()));
    match installation.commands.execute(&scope, once, register).await {
        // An id that was used for another name or owner belongs to the same company all the same.
        Ok(_)
        | Err(CommandError::Refused(tenant::Error::AlreadyRegistered) | CommandError::IdReused) => {
            Ok(tenant)
        }
        Err(CommandError::Stale { .. }) => Err(Error::Concurrent),
        Err(CommandError::World(world)) => Err(world.into()),
    }
}

/// Writes company and account, and gives the account's user: the one that is there, if there is one.
async fn store_account(
    app: &PgPool,
    tenant: TenantId,
    owner: UserId,
    company: &NewCompany,
) -> Result<UserId, sqlx::Error> {
    let mut tx = app.begin_with(AssertSqlSafe(in_tenant(tenant))).await?;
    sqlx::query(
        "INSERT INTO companies (tenant_id, slug, name) VALUES ($1, $2, $3)
         ON CONFLICT (tenant_id) DO NOTHING",
    )
    .bind(tenant.uuid())
    .bind(company.slug.as_str())
    .bind(company.name.as_str())
    .execute(&mut *tx)
    .await?;
    let user: Uuid = sqlx::query_scalar(
        "INSERT INTO credentials (tenant_id, user_id, email, password_hash)
         VALUES ($1, $2, $3, $4)
         ON CONFLICT (tenant_id, email)
             DO UPDATE SET password_hash = excluded.password_hash, changed_at = now()
         RETURNING user_id",
    )
    .bind(tenant.uuid())
    .bind(owner.uuid())
    .bind(folded(&company.email))
    .bind(&company.password_hash)
    .fetch_one(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(UserId::from_uuid(user))
}

/// Accounts in the tables of sign-in.
#[derive(Debug, Clone)]
pub struct StoredAccounts {
    app: PgPool,
}

impl StoredAccounts {
    /// Through connections of the application's role.
    pub const fn new(app: PgPool) -> Self {
        Self { app }
    }
}

#[async_trait]
impl Accounts for StoredAccounts {
    async fn of_email(&self, email: &str, slug: Option<&str>) -> Result<Vec<Account>, World> {
        let rows: Vec<(Uuid, String, Uuid, String)> =
            sqlx::query_as("SELECT * FROM sign_in_accounts($1, $2)")
                .bind(folded(email))
                .bind(slug)
                .fetch_all(&self.app)
                .await
                .map_err(unavailable)?;
        let account = |(tenant, slug, user, password_hash)| Account {
            tenant: TenantId::from_uuid(tenant),
            slug,
            user: UserId::from_uuid(user),
            password_hash,
        };
        Ok(rows.into_iter().map(account).collect())
    }

    async fn rehashed(&self, account: &Account, password_hash: &str) -> Result<(), World> {
        let begin = AssertSqlSafe(in_tenant(account.tenant));
        let mut tx = self.app.begin_with(begin).await.map_err(unavailable)?;
        sqlx::query(
            "UPDATE credentials SET password_hash = $3 WHERE tenant_id = $1 AND user_id = $2",
        )
        .bind(account.tenant.uuid())
        .bind(account.user.uuid())
        .bind(password_hash)
        .execute(&mut *tx)
        .await
        .map_err(unavailable)?;
        tx.commit().await.map_err(unavailable)
    }
}

/// What two spellings of one address have in common.
fn folded(email: &str) -> String {
    email.trim().to_lowercase()
}

/// Begins a transaction of a tenant; only the digits and hyphens of a UUID get into the text.
fn in_tenant(tenant: TenantId) -> String {
    format!("BEGIN; SELECT set_config('app.tenant_id', '{tenant}', true)")
}

#[expect(clippy::needless_pass_by_value, reason = "the shape that map_err wants")]
fn unavailable(error: sqlx::Error) -> World {
    World::Log(event_store::Error::Unavailable { reason: error.to_string() })
}
