//! Companies: set up once, with their first administrator.

use commands::identity::{Accounts, Person, RegisterTenant, SecretKind};
use commands::{CommandError, Request, Scope, World};
use domain::identity::tenant;
use domain::shared::{CommandId, CorrelationId, Name, Slug, TenantId, UserId};
use uuid::Uuid;

use crate::installation::Installation;
use crate::people::People;

/// A company about to join, with the owner's sign-in.
#[derive(Debug, Clone)]
pub struct NewCompany {
    /// The name on its tickets.
    pub name: Name,
    /// Its short name; a company that has it already is taken up again.
    pub slug: Slug,
    /// What the owner is called.
    pub owner: Name,
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
pub async fn set_up(
    installation: &Installation,
    people: &People,
    company: NewCompany,
) -> Result<TenantId, Error> {
    let existing: Option<Uuid> = sqlx::query_scalar("SELECT company_by_slug($1)")
        .bind(company.slug.as_str())
        .fetch_one(&installation.app)
        .await?;
    let tenant = TenantId::from_uuid(existing.unwrap_or_else(|| installation.ids.uuid()));
    people.keep_company(tenant, &company.slug, &company.name).await?;
    let fresh_owner = UserId::from_uuid(installation.ids.uuid());
    let person = Person { name: company.owner, email: company.email };
    let owner = people.reserve(tenant, fresh_owner, &person).await?;
    people.keep_secret(tenant, owner, SecretKind::Password, &company.password_hash).await?;
    let correlation = CorrelationId::from_uuid(installation.ids.uuid());
    let scope = Scope::system(tenant, correlation, "a company is set up");
    let email = people.email_key(&person.email);
    let register = RegisterTenant { tenant, name: company.name, slug: company.slug, owner, email };
    let once = Request::live(CommandId::from_uuid(tenant.uuid()));
    match installation.commands.execute(&scope, once, register).await {
        // An id that was used for another name or owner belongs to the same company all the same.
        Ok(_)
        | Err(CommandError::Refused(tenant::Error::AlreadyRegistered) | CommandError::IdReused) => {
            Ok(tenant)
        }
        Err(CommandError::Stale { .. } | CommandError::ForeignBranch { .. }) => {
            Err(Error::Concurrent)
        }
        Err(CommandError::World(world)) => Err(world.into()),
    }
}
