//! Companies, branches, people, devices, and who may do what.

mod authority;
mod devices;
mod operator;
mod ports;
mod restoring;
mod roles;
mod subscriptions;
mod users;

use chrono_tz::Tz;
use domain::claim::{self, Claim, ClaimId, Named};
use domain::identity::branch::{self, Branch};
use domain::identity::roles::{By, Change, Command, Roles};
use domain::identity::subscription;
use domain::identity::tenant::{self, Tenant};
use domain::identity::user::{self, User};
use domain::shared::{BranchId, Currency, CutOff, EmailKey, Name, Slug, TenantId, UserId};
use serde::Serialize;

use crate::error::Failure;
use crate::intent::Intent;
use crate::unit_of_work::UnitOfWork;

pub use authority::{Authority, Presented, Standing};
pub use devices::{DeviceRefusal, EnrollDevice, RemoveDevice};
pub use operator::{Company, CompanyPage, CreatedCompany, NewCompany, Operator, Restored};
pub use ports::{
    Account, Accounts, Companies, KnownCompany, Letter, Letters, Person, Post, PostError, Renewal,
    Renewed, SecretKind, Session, Sessions, TicketFor, TicketKind, Tickets, Written,
};
pub use restoring::{RestoreAdministrator, RestoreRefusal};
pub use roles::{ChangeRoles, RolesRefusal};
pub use subscriptions::{ChangeSubscription, SubscriptionRefusal};
pub use users::{
    AccountRefusal, ChangeUser, ForgetUser, InviteAgain, InviteRefusal, InviteUser, JoinUser,
    SetPin, UserRefusal,
};

/// A company joins the installation.
#[derive(Debug, Clone, Serialize)]
pub struct RegisterTenant {
    /// The company.
    pub tenant: TenantId,
    /// The name on its tickets.
    pub name: Name,
    /// Its short name; that no other company has it is the caller's care.
    pub slug: Slug,
    /// The person who may do everything. A retry is recognised by the address.
    #[serde(skip)]
    pub owner: UserId,
    /// What stands for the person's e-mail address.
    pub email: EmailKey,
    /// Whether the person has a password already; who has not is invited.
    pub has_joined: bool,
    /// What the company subscribes to.
    pub subscription: ChangeSubscription,
}

impl Intent for RegisterTenant {
    const OPERATION: &'static str = "tenant.register";
    type Refusal = tenant::Error;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Result<(), Failure<Self::Refusal>> {
        let claim = ClaimId::of_email(&self.email);
        work.read(vec![
            work.wanted::<Tenant>(&self.tenant),
            work.wanted::<Roles>(&self.tenant),
            work.wanted::<User>(&self.owner),
            work.wanted::<Claim>(&claim),
            work.subscription(),
        ])
        .await?;
        let Self { tenant, name, slug, owner, has_joined, subscription, .. } = self.clone();
        let register = tenant::Command::Register(tenant::Registered { name, slug, owner });
        work.decide::<Tenant>(&tenant, register).map_err(Failure::Refused)?;
        // Whatever belongs to a company begins in the append that it begins in itself.
        let there = || Failure::Refused(tenant::Error::AlreadyRegistered);
        let found = Change::Found { tenant, administrator: owner };
        work.decide::<Roles>(&tenant, Command { by: By::System, change: found })
            .map_err(|_| there())?;
        work.decide::<User>(&owner, user::Command::Invite).map_err(|_| there())?;
        if has_joined {
            work.decide::<User>(&owner, user::Command::Join).map_err(|_| there())?;
        }
        work.decide::<Claim>(&claim, claim::Command::Take { holder: owner.uuid() })
            .map_err(|_| there())?;
        subscription.decided(work)
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
        let wanted = vec![
            work.subscription(),
            work.wanted::<Branch>(&self.branch),
            work.wanted::<Claim>(&claim),
        ];
        work.read(wanted).await?;
        let Self { name, time_zone, currency, cut_off, .. } = self.clone();
        let open = branch::Command::Open(branch::Opened { name, time_zone, currency, cut_off });
        work.decide::<Branch>(&self.branch, open)
            .map_err(|refusal| Failure::Refused(refusal.into()))?;
        work.decide::<Claim>(&claim, claim::Command::Take { holder: self.branch.uuid() })
            .map_err(|claim::Error::Held { .. }| Failure::Refused(BranchRefusal::NameTaken))?;
        work.count(|now| subscription::Command::AddBranch { branch: self.branch, now })
    }
}
