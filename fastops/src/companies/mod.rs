//! Companies: the table of their short names, and the commands that set them up and change them.

mod command;
mod create;
mod details;
mod link;
mod list;
mod plan;
mod restore_administrator;

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use commands::identity::{Companies, KnownCompany, NewCompany, Operator, SubscriptionRefusal};
use commands::{CommandError, World};
use domain::identity::tenant;
use domain::shared::{Name, Slug, TenantId};
use sqlx::PgPool;
use uuid::Uuid;

use crate::identity::{People, unavailable, within};
use crate::installation::Installation;

pub use command::{CompaniesCommand, SubscriptionError, run};
pub use create::{Creation, CreationError};
pub use details::{CompanyDetails, DetailsError};
pub use list::{Listing, ListingError};
pub use restore_administrator::{Restoration, RestorationError};

/// Why a company could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The log or the tables of companies could not be read or written.
    #[error(transparent)]
    World(#[from] World),
    /// No company has this short name.
    #[error("there is no such company")]
    Unknown,
    /// Another company has the short name.
    #[error("another company has this short name")]
    SlugTaken,
    /// The same company was set up with other details.
    #[error("the company is there with another name, address or plan")]
    Different,
    /// Another try made the company at the same moment.
    #[error("the company is being set up by another process")]
    Concurrent,
}

impl From<CommandError<tenant::Error>> for Error {
    fn from(error: CommandError<tenant::Error>) -> Self {
        match error {
            CommandError::Refused(tenant::Error::AlreadyRegistered) => Self::SlugTaken,
            CommandError::Refused(tenant::Error::Unknown) => Self::Unknown,
            CommandError::IdReused => Self::Different,
            CommandError::World(world) => world.into(),
            CommandError::Stale { .. }
            | CommandError::ForeignBranch { .. }
            | CommandError::BranchClosed { .. }
            | CommandError::NotCovered(_) => Self::Concurrent,
        }
    }
}

impl From<CommandError<SubscriptionRefusal>> for Error {
    fn from(error: CommandError<SubscriptionRefusal>) -> Self {
        match error {
            CommandError::Refused(SubscriptionRefusal::UnknownCompany) => Self::Unknown,
            CommandError::IdReused => Self::Different,
            CommandError::World(world) => world.into(),
            CommandError::Stale { .. }
            | CommandError::ForeignBranch { .. }
            | CommandError::BranchClosed { .. }
            | CommandError::NotCovered(_) => Self::Concurrent,
        }
    }
}

impl Installation {
    /// What the operator of the installation may do.
    pub fn operator(&self) -> Operator {
        let companies = Arc::new(CompanyTable { app: self.app.clone() });
        Operator::new(self.commands.clone(), companies)
    }
}

/// Sets up a company whose administrator has a password, or takes up the one that has its short name.
pub async fn set_up(
    installation: &Installation,
    people: &People,
    company: NewCompany,
    password_hash: &str,
) -> Result<TenantId, Error> {
    Ok(installation.operator().set_up(people, company, password_hash).await?)
}

/// The company that has this short name.
pub async fn by_slug(installation: &Installation, slug: &str) -> Result<TenantId, Error> {
    installation.operator().by_slug(slug).await?.ok_or(Error::Unknown)
}

/// The table of short names, through connections of the application's role.
#[derive(Debug)]
struct CompanyTable {
    app: PgPool,
}

type Row = (Uuid, String, DateTime<Utc>);

fn known((tenant, slug, created_at): Row) -> KnownCompany {
    KnownCompany { tenant: TenantId::from_uuid(tenant), slug, created_at }
}

#[async_trait]
impl Companies for CompanyTable {
    async fn keep(&self, fresh: TenantId, slug: &Slug, name: &Name) -> Result<TenantId, World> {
        let mut tx = within(&self.app, fresh).await.map_err(unavailable)?;
        let inserted = sqlx::query(
            "INSERT INTO companies (tenant_id, slug, name) VALUES ($1, $2, $3)
             ON CONFLICT DO NOTHING",
        )
        .bind(fresh.uuid())
        .bind(slug.as_str())
        .bind(name.as_str())
        .execute(&mut *tx)
        .await
        .map_err(unavailable)?;
        tx.commit().await.map_err(unavailable)?;
        if inserted.rows_affected() == 1 || self.get(fresh).await?.is_some() {
            return Ok(fresh);
        }
        // Companies are never removed, so the one with the short name is there.
        Ok(self.by_slug(slug.as_str()).await?.unwrap_or(fresh))
    }

    async fn by_slug(&self, slug: &str) -> Result<Option<TenantId>, World> {
        let found: Option<Uuid> = sqlx::query_scalar("SELECT company_by_slug($1)")
            .bind(slug)
            .fetch_one(&self.app)
            .await
            .map_err(unavailable)?;
        Ok(found.map(TenantId::from_uuid))
    }

    async fn get(&self, tenant: TenantId) -> Result<Option<KnownCompany>, World> {
        let mut tx = within(&self.app, tenant).await.map_err(unavailable)?;
        let row: Option<Row> = sqlx::query_as(
            "SELECT tenant_id, slug, created_at FROM companies WHERE tenant_id = $1",
        )
        .bind(tenant.uuid())
        .fetch_optional(&mut *tx)
        .await
        .map_err(unavailable)?;
        Ok(row.map(known))
    }

    async fn page(&self, after: Option<&str>, rows: u32) -> Result<Vec<KnownCompany>, World> {
        let rows: Vec<Row> = sqlx::query_as("SELECT * FROM companies_after($1, $2)")
            .bind(after)
            .bind(i64::from(rows))
            .fetch_all(&self.app)
            .await
            .map_err(unavailable)?;
        Ok(rows.into_iter().map(known).collect())
    }
}
