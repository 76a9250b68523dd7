//! Companies: set up once, with their first administrator, and what they have subscribed to.

use commands::identity::{
    Accounts, ChangeSubscription, Person, RegisterTenant, SecretKind, SubscriptionRefusal,
};
use commands::{CommandError, Receipt, Request, Scope, World};
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
    /// No company has this short name.
    #[error("there is no such company")]
    Unknown,
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
    let existing = find(installation, company.slug.as_str()).await?;
    let tenant = existing.unwrap_or_else(|| TenantId::from_uuid(installation.ids.uuid()));
    people.keep_company(tenant, &company.slug, &company.name).await?;
    let fresh_owner = UserId::from_uuid(installation.ids.uuid());
    let person = Person { name: company.owner, email: company.email };
    let owner = people.reserve(tenant, fresh_owner, &person).await?;
    people.keep_secret(tenant, owner, SecretKind::Password, &company.password_hash).await?;
    let scope = operating(installation, tenant);
    let email = people.email_key(&person.email);
    let register = RegisterTenant { tenant, name: company.name, slug: company.slug, owner, email };
    let once = Request::live(CommandId::from_uuid(tenant.uuid()));
    match installation.commands.execute(&scope, once, register).await {
        // An id that was used for another name or owner belongs to the same company all the same.
        Ok(_)
        | Err(CommandError::Refused(tenant::Error::AlreadyRegistered) | CommandError::IdReused) => {
            Ok(tenant)
        }
        Err(
            CommandError::Stale { .. }
            | CommandError::ForeignBranch { .. }
            | CommandError::NotCovered(_),
        ) => Err(Error::Concurrent),
        Err(CommandError::World(world)) => Err(world.into()),
    }
}

/// The company that has this short name.
pub async fn by_slug(installation: &Installation, slug: &str) -> Result<TenantId, Error> {
    find(installation, slug).await?.ok_or(Error::Unknown)
}

async fn find(installation: &Installation, slug: &str) -> Result<Option<TenantId>, sqlx::Error> {
    let found: Option<Uuid> = sqlx::query_scalar("SELECT company_by_slug($1)")
        .bind(slug)
        .fetch_one(&installation.app)
        .await?;
    Ok(found.map(TenantId::from_uuid))
}

/// On the word of whoever runs the installation.
pub fn operating(installation: &Installation, tenant: TenantId) -> Scope {
    let correlation = CorrelationId::from_uuid(installation.ids.uuid());
    Scope::system(tenant, correlation, "the operator of the installation")
}

/// Changes what a company has subscribed to.
pub async fn subscribe(
    installation: &Installation,
    tenant: TenantId,
    command: CommandId,
    change: ChangeSubscription,
) -> Result<(), Error> {
    let scope = operating(installation, tenant);
    let changed = installation.commands.execute(&scope, Request::live(command), change).await;
    subscribed(changed)
}

/// What a company has subscribed to from its beginning. A second time nothing happens, so that setting
/// a company up again begins no other trial.
pub async fn subscribe_first(
    installation: &Installation,
    tenant: TenantId,
    change: ChangeSubscription,
) -> Result<(), Error> {
    let id = CommandId::from_uuid(Uuid::new_v5(&tenant.uuid(), b"first subscription"));
    let scope = operating(installation, tenant);
    match installation.commands.execute(&scope, Request::live(id), change).await {
        Err(CommandError::IdReused) => Ok(()),
        other => subscribed(other),
    }
}

fn subscribed(changed: Result<Receipt, CommandError<SubscriptionRefusal>>) -> Result<(), Error> {
    match changed {
        Ok(_) => Ok(()),
        Err(CommandError::Refused(SubscriptionRefusal::UnknownCompany)) => Err(Error::Unknown),
        Err(CommandError::World(world)) => Err(world.into()),
        Err(
            CommandError::Stale { .. }
            | CommandError::ForeignBranch { .. }
            | CommandError::NotCovered(_)
            | CommandError::IdReused,
        ) => Err(Error::Concurrent),
    }
}
