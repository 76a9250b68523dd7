//! The operator: whoever runs the installation, sets companies up in it, sees all of them, and says
//! what they have subscribed to. Of what happens inside a company the operator learns nothing here.

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

/// As whom the operator stands in the log.
const NAME: &str = "the operator of the installation";

/// How many companies of a page are looked at beside each other.
const LOOKS_AT_ONCE: usize = 8;

/// See the module. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Operator {
    commands: Commands,
    companies: Arc<dyn Companies>,
}

/// A company about to join, with its first administrator.
#[derive(Debug, Clone)]
pub struct NewCompany {
    /// The name on its tickets.
    pub name: Name,
    /// Its short name.
    pub slug: Slug,
    /// Its first administrator.
    pub administrator: Person,
    /// What it subscribes to from its beginning.
    pub subscription: ChangeSubscription,
}

/// A company that was set up.
#[derive(Debug, Clone)]
pub struct CreatedCompany {
    /// The company.
    pub tenant: TenantId,
    /// Its first administrator, who has yet to join.
    pub administrator: UserId,
    /// What the log says of it.
    pub receipt: Receipt,
}

/// Somebody who administers a company on the operator's word.
#[derive(Debug, Clone)]
pub struct Restored {
    /// Who.
    pub user: UserId,
    /// Whether they have yet to join, so that they are to be written to.
    pub is_invited: bool,
    /// What the log says of it.
    pub receipt: Receipt,
}

/// A company as a whole, as the operator and it itself see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Company {
    /// Its id.
    pub tenant: TenantId,
    /// Its short name.
    pub slug: String,
    /// What stands on its tickets.
    pub details: tenant::Details,
    /// Whether none of its people gets in.
    pub is_closed: bool,
    /// The revision of the company itself, for `ETag`.
    pub revision: Revision,
    /// When it was set up.
    pub created_at: DateTime<Utc>,
    /// What it has subscribed to, with the number of its open branches.
    pub subscription: subscription::State,
    /// How many people are not suspended.
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

    /// Sets a company up whose administrator is invited, once under the id of `request`. Refused where
    /// another company has the short name.
    pub async fn create(
        &self,
        accounts: &dyn Accounts,
        correlation: Correlation,
        request: Request,
        new: NewCompany,
    ) -> Result<CreatedCompany, CommandError<tenant::Error>> {
        // Made from the id of the command, so that a retry comes to the same company, whatever else it
        // says.
        let fresh = TenantId::from_uuid(Uuid::new_v5(&request.command.uuid(), b"company"));
        let tenant = self.companies.keep(fresh, &new.slug, &new.name).await?;
        let scope = acting(tenant, correlation);
        let person = new.administrator.clone();
        let register = self.register(accounts, tenant, new, false);
        let receipt = self.commands.execute(&scope, request, register).await?;
        // Whoever the log says: a retry comes to the administrator of then, and brings no other.
        let administrator = administrator(&receipt)?;
        self.admit(accounts, &scope, administrator, &person).await?;
        Ok(CreatedCompany { tenant, administrator, receipt })
    }

    /// Sets a company up whose administrator has a password, or takes up the one that has the short
    /// name: it stays as it is, and whoever has the address gets the password. Safe to repeat after a
    /// crash: the company exists when its event does, and what follows from that is written again.
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
            // Whatever it was set up with, it belongs to the same company.
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

    /// A company as the log has it at this moment.
    pub async fn company(&self, tenant: TenantId) -> Result<Option<Company>, World> {
        match self.companies.get(tenant).await? {
            Some(known) => self.look(known, Trust::Log).await,
            None => Ok(None),
        }
    }

    /// At most `rows` companies whose short names come after `after`.
    pub async fn companies(&self, after: Option<&str>, rows: u16) -> Result<CompanyPage, World> {
        let mut known = self.companies.page(after, u32::from(rows) + 1).await?;
        let has_more = known.len() > usize::from(rows);
        known.truncate(rows.into());
        let next = known.last().filter(|_| has_more).map(|last| last.slug.clone());
        let looks = known.into_iter().map(|known| self.look(known, Trust::Committed));
        let seen: Vec<_> = stream::iter(looks).buffered(LOOKS_AT_ONCE).try_collect().await?;
        Ok(CompanyPage { rows: seen.into_iter().flatten().collect(), next })
    }

    /// Changes what a company has subscribed to.
    pub async fn subscribe(
        &self,
        tenant: TenantId,
        correlation: Correlation,
        request: Request,
        change: ChangeSubscription,
    ) -> Result<Receipt, CommandError<SubscriptionRefusal>> {
        self.commands.execute(&acting(tenant, correlation), request, change).await
    }

    /// Makes somebody an administrator of a company who acts in all branches, once under the id of
    /// `request`: whoever has the address there, or else a person who is invited.
    pub async fn restore_administrator(
        &self,
        accounts: &dyn Accounts,
        correlation: Correlation,
        request: Request,
        (tenant, person): (TenantId, &Person),
    ) -> Result<Restored, CommandError<RestoreRefusal>> {
        // Of a company that is not there no person is made known.
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
        // Nothing happens to the account of whoever has joined: they are who has the address.
        let told = facts.first().and_then(|fact| fact.id.parse().ok());
        let user = if let Some(user) = told {
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

    /// Closes a company: nobody of it gets in, and what is known of it stays.
    pub async fn close(
        &self,
        tenant: TenantId,
        correlation: impl Into<Correlation>,
        request: Request,
    ) -> Result<Receipt, CommandError<tenant::Error>> {
        self.commands.execute(&acting(tenant, correlation), request, CloseCompany {}).await
    }

    /// Opens a company again that was closed, as it was.
    pub async fn reopen(
        &self,
        tenant: TenantId,
        correlation: impl Into<Correlation>,
        request: Request,
    ) -> Result<Receipt, CommandError<tenant::Error>> {
        self.commands.execute(&acting(tenant, correlation), request, ReopenCompany {}).await
    }

    /// A company that is in the log; one whose set-up broke off before is none.
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

    /// Keeps what is known of an administrator, unless they were forgotten since.
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
        // Whoever forgets them meanwhile may have been there too early to find anything.
        if self.is_known(scope, user).await? {
            return Ok(());
        }
        accounts.forget(scope.tenant, user).await
    }

    /// Whether somebody was invited and is not forgotten.
    async fn is_known(&self, scope: &Scope, user: UserId) -> Result<bool, World> {
        let mut work = self.commands.look(scope, Trust::Log);
        work.read(vec![work.wanted::<User>(&user)]).await?;
        Ok(work.state::<User>(&user).account().is_some())
    }

    /// Who of a company has the address of `person`. Where the process ended that set the company up,
    /// only the log knows of its administrator, and what is kept beside it is made up for.
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

    /// Whoever has a password has taken up their invitation, should they have had one.
    async fn join(&self, scope: &Scope, user: UserId) -> Result<(), CommandError<tenant::Error>> {
        let request = Request::live(CommandId::from_uuid(self.commands.uuid()));
        let join = JoinUser { user, link: None, chooses_pin: false };
        match self.commands.execute(scope, request, join).await {
            Err(CommandError::World(world)) => Err(world.into()),
            Ok(_) | Err(_) => Ok(()),
        }
    }
}

/// On the operator's word.
fn acting(tenant: TenantId, correlation: impl Into<Correlation>) -> Scope {
    Scope::system(tenant, correlation, NAME)
}

/// Whom a company was registered with.
fn administrator(receipt: &Receipt) -> Result<UserId, World> {
    let registered = receipt.facts::<Tenant>()?.into_iter().next();
    let Some(Fact { event: tenant::Event::Registered(registered), .. }) = registered else {
        return Err(World::Lost);
    };
    Ok(registered.owner)
}
