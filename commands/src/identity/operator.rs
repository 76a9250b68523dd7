//! The operator: whoever runs the installation, sets companies up in it, sees all of them, and says
//! what they have subscribed to. Of what happens inside a company the operator learns nothing here.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::identity::subscription;
use domain::identity::tenant::{self, Tenant};
use domain::identity::{Roles, Subscription, User, user};
use domain::shared::{CommandId, CorrelationId, Name, Slug, TenantId, UserId};
use futures_util::{StreamExt, TryStreamExt, stream};
use uuid::Uuid;

use super::ports::{Accounts, Companies, KnownCompany, Person, SecretKind};
use super::{
    ChangeSubscription, JoinUser, RegisterTenant, RestoreAdministrator, RestoreRefusal,
    SubscriptionRefusal,
};
use crate::aggregates::Trust;
use crate::error::{CommandError, World};
use crate::execute::Commands;
use crate::receipt::Receipt;
use crate::scope::{Correlation, Request, Scope};

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

/// A company, as the operator sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Company {
    /// Its id.
    pub tenant: TenantId,
    /// Its short name.
    pub slug: String,
    /// The name on its tickets.
    pub name: Name,
    /// When it was set up.
    pub created_at: DateTime<Utc>,
    /// What it has subscribed to, with the number of its branches.
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
        // Nobody else is made known in a company that is there, whether by a retry or by mistake.
        let administrator = match self.owner(&scope).await? {
            Some(owner) => owner,
            None => self.reserve(accounts, tenant, &new.administrator).await?,
        };
        let register = register(accounts, tenant, administrator, new, false);
        let receipt = self.commands.execute(&scope, request, register).await?;
        Ok(CreatedCompany { tenant, administrator, receipt })
    }

    /// Sets a company up whose administrator has a password, or takes up the one that has the short
    /// name: it stays as it is, and whoever has the address gets the password. Safe to repeat after a
    /// crash: the company exists when its event does, and everything before that is written again.
    pub async fn set_up(
        &self,
        accounts: &dyn Accounts,
        new: NewCompany,
        password_hash: &str,
    ) -> Result<TenantId, CommandError<tenant::Error>> {
        let fresh = TenantId::from_uuid(self.commands.uuid());
        let tenant = self.companies.keep(fresh, &new.slug, &new.name).await?;
        let owner = self.reserve(accounts, tenant, &new.administrator).await?;
        accounts.keep_secret(tenant, owner, SecretKind::Password, password_hash).await?;
        let scope = acting(tenant, CorrelationId::from_uuid(self.commands.uuid()));
        let once = Request::live(CommandId::derived(tenant.uuid()));
        let register = register(accounts, tenant, owner, new, true);
        match self.commands.execute(&scope, once, register).await {
            Ok(_) => Ok(tenant),
            // Whatever it was set up with, it belongs to the same company.
            Err(
                CommandError::Refused(tenant::Error::AlreadyRegistered) | CommandError::IdReused,
            ) => self.join(&scope, owner).await.map(|()| tenant),
            Err(error) => Err(error),
        }
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
        let user = self.reserve(accounts, tenant, person).await?;
        let email = accounts.email_key(&person.email);
        let restore = RestoreAdministrator { user, email };
        let scope = acting(tenant, correlation);
        let receipt = self.commands.execute(&scope, request, restore).await?;
        let facts = receipt.facts::<User>()?;
        let is_invited = facts.iter().any(|fact| {
            matches!(fact.event, user::Event::Invited(_) | user::Event::InvitedAgain(_))
        });
        Ok(Restored { user, is_invited, receipt })
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
        let tenant::State::Active { name, .. } = work.state::<Tenant>(&tenant).clone() else {
            return Ok(None);
        };
        let subscription = work.state::<Subscription>(&tenant).clone();
        let users = work.state::<Roles>(&tenant).active_members();
        Ok(Some(Company { tenant, slug, name, created_at, subscription, users }))
    }

    async fn owner(&self, scope: &Scope) -> Result<Option<UserId>, World> {
        let mut work = self.commands.look(scope, Trust::Log);
        work.read(vec![work.wanted::<Tenant>(&scope.tenant)]).await?;
        Ok(match work.state::<Tenant>(&scope.tenant) {
            tenant::State::Active { owner, .. } => Some(*owner),
            tenant::State::Unregistered => None,
        })
    }

    async fn reserve(
        &self,
        accounts: &dyn Accounts,
        tenant: TenantId,
        person: &Person,
    ) -> Result<UserId, World> {
        let fresh = UserId::from_uuid(self.commands.uuid());
        accounts.reserve(tenant, fresh, person).await
    }

    /// Whoever has a password has taken up their invitation, should they have had one.
    async fn join(&self, scope: &Scope, user: UserId) -> Result<(), CommandError<tenant::Error>> {
        let request = Request::live(CommandId::from_uuid(self.commands.uuid()));
        match self.commands.execute(scope, request, JoinUser { user }).await {
            Err(CommandError::World(world)) => Err(world.into()),
            Ok(_) | Err(_) => Ok(()),
        }
    }
}

/// On the operator's word.
fn acting(tenant: TenantId, correlation: impl Into<Correlation>) -> Scope {
    Scope::system(tenant, correlation, NAME)
}

fn register(
    accounts: &dyn Accounts,
    tenant: TenantId,
    owner: UserId,
    new: NewCompany,
    has_joined: bool,
) -> RegisterTenant {
    let email = accounts.email_key(&new.administrator.email);
    let NewCompany { name, slug, subscription, .. } = new;
    RegisterTenant { tenant, name, slug, owner, email, has_joined, subscription }
}
