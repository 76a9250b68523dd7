//! The operator of the installation, who sets up companies, lists them and changes their
//! subscriptions. No operation here shows the operator what happens inside a company.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::claim::{Claim, ClaimId};
use domain::identity::subscription;
use domain::identity::tenant::{self, Tenant};
use domain::identity::{Roles, Subscription, User, user};
use domain::shared::{CommandId, CorrelationId, Name, Slug, TenantId, UserId};
use event_store::Revision;
use futures_util::{StreamExt, TryStreamExt, stream};
use uuid::Uuid;

use super::ports::{Accounts, Companies, KnownCompany, Person};
use super::restoring::holder;
use super::{
    ChangeSubscription, CloseCompany, JoinUser, RegisterTenant, ReopenCompany,
    RestoreAdministrator, RestoreRefusal, SubscriptionRefusal,
};
use crate::engine::aggregates::Trust;
use crate::engine::error::{CommandError, World};
use crate::engine::execute::Commands;
use crate::engine::receipt::{Fact, Receipt};
use crate::engine::scope::{Correlation, Request, Scope};

/// The operator's name as an actor in the log.
const NAME: &str = "the operator of the installation";

/// How many companies of a page are read concurrently.
const LOOKS_AT_ONCE: usize = 8;

/// The commands and reads of the operator. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Operator {
    commands: Commands,
    companies: Arc<dyn Companies>,
}

/// A request to set up a company with its first administrator.
#[derive(Debug, Clone)]
pub struct NewCompany {
    /// The name on its receipts.
    pub name: Name,
    /// Its short name.
    pub slug: Slug,
    /// Its first administrator.
    pub administrator: Person,
    /// Its subscription at the start.
    pub subscription: ChangeSubscription,
}

/// A company after its setup.
#[derive(Debug, Clone)]
pub struct CreatedCompany {
    /// The company.
    pub tenant: TenantId,
    /// Its first administrator, who has not joined yet.
    pub administrator: UserId,
    /// The receipt of the command.
    pub receipt: Receipt,
}

/// A user whom the operator has made an administrator of a company.
#[derive(Debug, Clone)]
pub struct Restored {
    /// The user.
    pub user: UserId,
    /// Whether the user has not joined yet and needs an invitation.
    pub is_invited: bool,
    /// The receipt of the command.
    pub receipt: Receipt,
}

/// A company, as shown to the operator and to the company itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Company {
    /// Its id.
    pub tenant: TenantId,
    /// Its short name.
    pub slug: String,
    /// The details on its receipts.
    pub details: tenant::Details,
    /// Whether it is closed to all its users.
    pub is_closed: bool,
    /// The revision of the company itself, for `ETag`.
    pub revision: Revision,
    /// When it was set up.
    pub created_at: DateTime<Utc>,
    /// Its subscription, with the number of its open branches.
    pub subscription: subscription::State,
    /// The number of users who are not suspended.
    pub users: u32,
}

/// Companies in the order of their short names.
#[derive(Debug, Clone)]
pub struct CompanyPage {
    /// The companies.
    pub rows: Vec<Company>,
    /// The short name that the next page begins after; none if there are no more.
    pub next: Option<String>,
}

impl Operator {
    /// The operator of the installation that these belong to.
    pub const fn new(commands: Commands, companies: Arc<dyn Companies>) -> Self {
        Self { commands, companies }
    }

    /// Sets up a company and invites its administrator, once per id of `request`. Refused if
    /// another company has the short name.
    pub async fn create(
        &self,
        accounts: &dyn Accounts,
        correlation: Correlation,
        request: Request,
        new: NewCompany,
    ) -> Result<CreatedCompany, CommandError<tenant::Error>> {
        // Derived from the id of the command, so that a retry addresses the same company, whatever
        // else it contains.
        let fresh = TenantId::from_uuid(Uuid::new_v5(&request.command.uuid(), b"company"));
        let tenant = self.companies.keep(fresh, &new.slug, &new.name).await?;
        let scope = acting(tenant, correlation);
        let person = new.administrator.clone();
        let register = self.register(accounts, tenant, new, false);
        let receipt = self.commands.execute(&scope, request, register).await?;
        // The administrator in the log: a retry finds the first one and creates no other.
        let administrator = administrator(&receipt)?;
        self.admit(accounts, &scope, administrator, &person).await?;
        Ok(CreatedCompany { tenant, administrator, receipt })
    }

    /// Sets up a company whose administrator has a password. If a company with the short name
    /// exists, it is not changed, and the user with the e-mail address gets the password. Safe to
    /// repeat after a crash: the event decides whether the company exists, and all that depends on
    /// it is written again.
    pub async fn set_up(
        &self,
        accounts: &dyn Accounts,
        new: NewCompany,
        password_hash: &str,
    ) -> Result<TenantId, CommandError<tenant::Error>> {
        let fresh = TenantId::from_uuid(self.commands.uuid());
        let tenant = self.companies.keep(fresh, &new.slug, &new.name).await?;
        let scope = acting(tenant, CorrelationId::from_uuid(self.commands.uuid()));
        let once = Request::live(CommandId::derived(tenant.uuid()));
        let (person, slug) = (new.administrator.clone(), new.slug.clone());
        let register = self.register(accounts, tenant, new, true);
        let user = match self.commands.execute(&scope, once, register).await {
            Ok(receipt) => {
                let owner = administrator(&receipt)?;
                self.admit(accounts, &scope, owner, &person).await?;
                owner
            }
            // The company is the same, whatever it was set up with.
            Err(
                error @ (CommandError::Refused(tenant::Error::AlreadyRegistered)
                | CommandError::IdReused),
            ) => {
                let user = self.holder(accounts, &scope, &person, &slug).await?.ok_or(error)?;
                self.join(&scope, user).await?;
                user
            }
            Err(error) => return Err(error),
        };
        accounts.keep_password(tenant, user, password_hash).await?;
        Ok(tenant)
    }

    /// The company that has this short name.
    pub async fn by_slug(&self, slug: &str) -> Result<Option<TenantId>, World> {
        self.companies.by_slug(slug).await
    }

    /// The current state of a company in the log.
    pub async fn company(&self, tenant: TenantId) -> Result<Option<Company>, World> {
        match self.companies.get(tenant).await? {
            Some(known) => self.look(known, Trust::Log).await,
            None => Ok(None),
        }
    }

    /// At most `rows` companies whose short names follow `after`.
    pub async fn companies(&self, after: Option<&str>, rows: u16) -> Result<CompanyPage, World> {
        let mut known = self.companies.page(after, u32::from(rows) + 1).await?;
        let has_more = known.len() > usize::from(rows);
        known.truncate(rows.into());
        let next = known.last().filter(|_| has_more).map(|last| last.slug.clone());
        let looks = known.into_iter().map(|known| self.look(known, Trust::Committed));
        let seen: Vec<_> = stream::iter(looks).buffered(LOOKS_AT_ONCE).try_collect().await?;
        Ok(CompanyPage { rows: seen.into_iter().flatten().collect(), next })
    }

    /// Changes the subscription of a company.
    pub async fn subscribe(
        &self,
        tenant: TenantId,
        correlation: Correlation,
        request: Request,
        change: ChangeSubscription,
    ) -> Result<Receipt, CommandError<SubscriptionRefusal>> {
        self.commands.execute(&acting(tenant, correlation), request, change).await
    }

    /// Makes a user an administrator of all branches of a company, once per id of `request`: the
    /// user with the e-mail address, or a person who is invited.
    pub async fn restore_administrator(
        &self,
        accounts: &dyn Accounts,
        correlation: Correlation,
        request: Request,
        (tenant, person): (TenantId, &Person),
    ) -> Result<Restored, CommandError<RestoreRefusal>> {
        // No personal data is stored for a company that does not exist.
        if self.company(tenant).await?.is_none() {
            return Err(CommandError::Refused(RestoreRefusal::UnknownCompany));
        }
        let email = accounts.email_key(&person.email);
        let earlier = accounts.earlier_email_keys(&person.email);
        let claims: Vec<ClaimId> =
            std::iter::once(&email).chain(&earlier).map(ClaimId::of_email).collect();
        let user = UserId::from_uuid(self.commands.uuid());
        let restore = RestoreAdministrator { user, email, earlier };
        let scope = acting(tenant, correlation);
        let receipt = self.commands.execute(&scope, request, restore).await?;
        let facts = receipt.facts::<User>()?;
        // There is no event about a user who has joined: that user holds the address.
        let recorded = facts.first().and_then(|fact| fact.id.parse().ok());
        let user = if let Some(user) = recorded {
            user
        } else {
            let mut work = self.commands.look(&scope, Trust::Log);
            work.read(claims.iter().map(|claim| work.wanted::<Claim>(claim)).collect()).await?;
            holder(&work, &claims).ok_or(World::Lost)?
        };
        self.admit(accounts, &scope, user, person).await?;
        let is_invited = facts.iter().any(|fact| {
            matches!(fact.event, user::Event::Invited(_) | user::Event::InvitedAgain(_))
        });
        Ok(Restored { user, is_invited, receipt })
    }

    /// Closes a company: no user can sign in, and its data is kept.
    pub async fn close(
        &self,
        tenant: TenantId,
        correlation: impl Into<Correlation>,
        request: Request,
    ) -> Result<Receipt, CommandError<tenant::Error>> {
        self.commands.execute(&acting(tenant, correlation), request, CloseCompany {}).await
    }

    /// Reopens a closed company unchanged.
    pub async fn reopen(
        &self,
        tenant: TenantId,
        correlation: impl Into<Correlation>,
        request: Request,
    ) -> Result<Receipt, CommandError<tenant::Error>> {
        self.commands.execute(&acting(tenant, correlation), request, ReopenCompany {}).await
    }

    /// The company if it is in the log; one whose setup was interrupted before its event does not
    /// exist.
    async fn look(&self, known: KnownCompany, trust: Trust) -> Result<Option<Company>, World> {
        let KnownCompany { tenant, slug, created_at } = known;
        let scope = acting(tenant, CorrelationId::from_uuid(Uuid::nil()));
        let mut work = self.commands.look(&scope, trust);
        let wanted = vec![
            work.wanted::<Tenant>(&tenant),
            work.wanted::<Roles>(&tenant),
            work.subscription(),
        ];
        work.read(wanted).await?;
        let company = work.state::<Tenant>(&tenant).company().cloned();
        let Some(tenant::Company { details, is_closed, .. }) = company else { return Ok(None) };
        let revision = work.revision::<Tenant>(&tenant);
        let subscription = work.state::<Subscription>(&tenant).clone();
        let users = work.state::<Roles>(&tenant).active_members();
        Ok(Some(Company {
            tenant,
            slug,
            details,
            is_closed,
            revision,
            created_at,
            subscription,
            users,
        }))
    }

    /// Stores the personal data of an administrator, unless the user has been forgotten since.
    async fn admit(
        &self,
        accounts: &dyn Accounts,
        scope: &Scope,
        user: UserId,
        person: &Person,
    ) -> Result<(), World> {
        if !self.is_known(scope, user).await? {
            return Ok(());
        }
        accounts.admit(scope.tenant, user, person).await?;
        // A concurrent erasure may have run before the data was stored.
        if self.is_known(scope, user).await? {
            return Ok(());
        }
        accounts.forget(scope.tenant, user).await
    }

    /// Whether the user was invited and is not forgotten.
    async fn is_known(&self, scope: &Scope, user: UserId) -> Result<bool, World> {
        let mut work = self.commands.look(scope, Trust::Log);
        work.read(vec![work.wanted::<User>(&user)]).await?;
        Ok(work.state::<User>(&user).account().is_some())
    }

    /// The user of a company with the e-mail address of `person`. If the setup was interrupted
    /// after its event, only the log has the administrator, and the data outside the log is
    /// completed.
    async fn holder(
        &self,
        accounts: &dyn Accounts,
        scope: &Scope,
        person: &Person,
        slug: &Slug,
    ) -> Result<Option<UserId>, World> {
        let mut work = self.commands.look(scope, Trust::Log);
        work.read(vec![work.wanted::<Tenant>(&scope.tenant)]).await?;
        let owner = work.state::<Tenant>(&scope.tenant).company().map(|company| company.owner);
        if let Some(owner) = owner {
            work.read(vec![work.wanted::<User>(&owner)]).await?;
            let email = work.state::<User>(&owner).account().and_then(|account| account.email);
            if email == Some(accounts.email_key(&person.email)) {
                accounts.admit(scope.tenant, owner, person).await?;
                return Ok(Some(owner));
            }
        }
        let has = accounts.of_email(&person.email, Some(slug.as_str())).await?;
        Ok(has.first().map(|account| account.user))
    }

    fn register(
        &self,
        accounts: &dyn Accounts,
        tenant: TenantId,
        new: NewCompany,
        has_joined: bool,
    ) -> RegisterTenant {
        let email = accounts.email_key(&new.administrator.email);
        let owner = UserId::from_uuid(self.commands.uuid());
        let NewCompany { name, slug, subscription, .. } = new;
        RegisterTenant { tenant, name, slug, owner, email, has_joined, subscription }
    }

    /// A user with a password has accepted any invitation.
    async fn join(&self, scope: &Scope, user: UserId) -> Result<(), CommandError<tenant::Error>> {
        let request = Request::live(CommandId::from_uuid(self.commands.uuid()));
        let join = JoinUser { user, link: None, chooses_pin: false };
        match self.commands.execute(scope, request, join).await {
            Err(CommandError::World(world)) => Err(world.into()),
            Ok(_) | Err(_) => Ok(()),
        }
    }
}

/// The scope of the operator.
fn acting(tenant: TenantId, correlation: impl Into<Correlation>) -> Scope {
    Scope::system(tenant, correlation, NAME)
}

/// The administrator with whom a company was registered.
fn administrator(receipt: &Receipt) -> Result<UserId, World> {
    let registered = receipt.facts::<Tenant>()?.into_iter().next();
    let Some(Fact { event: tenant::Event::Registered(registered), .. }) = registered else {
        return Err(World::Lost);
    };
    Ok(registered.owner)
}
