//! Companies and branches.

use std::time::Duration;

use async_trait::async_trait;
use chrono_tz::Tz;
use domain::claim::{self, Claim, ClaimId, Named};
use domain::identity::branch::{self, Branch};
use domain::identity::tenant::{self, Tenant};
use domain::shared::{BranchId, Currency, CutOff, Name, Slug, TenantId, UserId};
use moka::sync::Cache;
use serde::Serialize;

use crate::error::{Failure, World};
use crate::execute::Commands;
use crate::intent::Intent;
use crate::scope::Scope;
use crate::unit_of_work::UnitOfWork;

/// A company joins the installation.
#[derive(Debug, Clone, Serialize)]
pub struct RegisterTenant {
    /// The company.
    pub tenant: TenantId,
    /// The name on its tickets.
    pub name: Name,
    /// Its short name; that no other company has it is the caller's care.
    pub slug: Slug,
    /// The person who may do everything.
    pub owner: UserId,
}

impl Intent for RegisterTenant {
    const OPERATION: &'static str = "tenant.register";
    type Refusal = tenant::Error;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Result<(), Failure<Self::Refusal>> {
        work.read(vec![work.wanted::<Tenant>(&self.tenant)]).await?;
        let Self { name, slug, owner, .. } = self.clone();
        let register = tenant::Command::Register(tenant::Registered { name, slug, owner });
        work.decide::<Tenant>(&self.tenant, register).map_err(Failure::Refused)?;
        Ok(())
    }
}

/// A company opens a place.
#[derive(Debug, Clone, Serialize)]
pub struct OpenBranch {
    /// The branch to be.
    #[serde(skip)]
    pub branch: BranchId,
    /// Its name, unique in the company.
    pub name: Name,
    /// The zone of its clock.
    pub time_zone: Tz,
    /// What it trades in.
    pub currency: Currency,
    /// When its business day begins.
    pub cut_off: CutOff,
}

/// Why a branch is not opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BranchRefusal {
    /// Another branch has the name.
    #[error("another branch has this name")]
    NameTaken,
    /// A rule of the branch itself.
    #[error(transparent)]
    Branch(#[from] branch::Error),
}

impl Intent for OpenBranch {
    const OPERATION: &'static str = "branch.open";
    type Refusal = BranchRefusal;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Result<(), Failure<BranchRefusal>> {
        let claim = ClaimId::of_name(Named::Branch, &self.name);
        let wanted = vec![work.wanted::<Branch>(&self.branch), work.wanted::<Claim>(&claim)];
        work.read(wanted).await?;
        let Self { name, time_zone, currency, cut_off, .. } = self.clone();
        let open = branch::Command::Open(branch::Opened { name, time_zone, currency, cut_off });
        work.decide::<Branch>(&self.branch, open)
            .map_err(|refusal| Failure::Refused(refusal.into()))?;
        work.decide::<Claim>(&claim, claim::Command::Take { holder: self.branch.uuid() })
            .map_err(|claim::Error::Held { .. }| Failure::Refused(BranchRefusal::NameTaken))?;
        Ok(())
    }
}

/// Who owns which company. An owner is for ever, so an answer is kept for a while.
#[derive(Debug, Clone)]
pub struct Owners {
    commands: Commands,
    known: Cache<TenantId, UserId>,
}

impl Owners {
    /// Owners as the log knows them.
    pub fn new(commands: Commands) -> Self {
        let known =
            Cache::builder().max_capacity(10_000).time_to_live(Duration::from_secs(30)).build();
        Self { commands, known }
    }

    /// The owner of a company; none if there is no such company.
    pub async fn of(&self, scope: &Scope) -> Result<Option<UserId>, World> {
        if let Some(owner) = self.known.get(&scope.tenant) {
            return Ok(Some(owner));
        }
        let mut work = self.commands.look(scope);
        work.read(vec![work.wanted::<Tenant>(&scope.tenant)]).await?;
        let tenant::State::Active { owner, .. } = work.state::<Tenant>(&scope.tenant) else {
            return Ok(None);
        };
        self.known.insert(scope.tenant, *owner);
        Ok(Some(*owner))
    }
}

/// A way to sign in: a person in a company.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The company.
    pub tenant: TenantId,
    /// The company's short name.
    pub slug: String,
    /// The person.
    pub user: UserId,
    /// The password as a PHC string.
    pub password_hash: String,
}

/// Where accounts are kept: tables of their own, since secrets and addresses never enter the log.
#[async_trait]
pub trait Accounts: std::fmt::Debug + Send + Sync + 'static {
    /// Every account of an e-mail address, in one company or in all.
    async fn of_email(&self, email: &str, slug: Option<&str>) -> Result<Vec<Account>, World>;

    /// Keeps a hash with today's parameters of the same password.
    async fn rehashed(&self, account: &Account, password_hash: &str) -> Result<(), World>;
}
