//! Companies, branches, people, devices, and who may do what.

mod authority;
mod branches;
mod companies;
mod contacts;
mod corrections;
mod devices;
mod operator;
mod pins;
mod ports;
mod restoring;
mod roles;
mod seeding;
mod subscriptions;
mod users;

use domain::claim::{self, Claim, ClaimId};
use domain::identity::roles::{By, Change, Command, Roles};
use domain::identity::tenant::{self, Tenant};
use domain::identity::user::{self, User};
use domain::shared::{EmailKey, Name, Slug, TenantId, UserId};
use serde::Serialize;

use crate::engine::error::Failure;
use crate::engine::intent::Intent;
use crate::engine::unit_of_work::UnitOfWork;

pub use authority::{Authority, Known, OnTill, Presented, Standing};
pub use branches::{
    BranchRefusal, ChangeBusinessDay, CloseBranch, OpenBranch, ReopenBranch, ReviseBranch,
};
pub use companies::{CloseCompany, ReopenCompany, ReviseCompany};
pub use contacts::{Contacts, Notice, RequestedEmail};
pub use corrections::{ConfirmEmail, EmailRefusal, RenameUser, RequestEmail};
pub use devices::{DeviceRefusal, EnrollDevice, RemoveDevice};
pub use operator::{Company, CompanyPage, CreatedCompany, NewCompany, Operator, Restored};
pub use pins::{NumberedPin, Pins, TriedPin};
pub use ports::{
    Account, Accounts, Companies, KnownCompany, Letter, Letters, Person, Post, PostError, Renewal,
    Renewed, Session, Sessions, TicketFor, TicketKind, Tickets, Written,
};
pub use restoring::{RestoreAdministrator, RestoreRefusal};
pub use roles::{ChangeRoles, RolesRefusal};
pub use seeding::{UpgradeSeeds, upgrade_seeds};
pub use subscriptions::{ChangeSubscription, SubscriptionRefusal};
pub use users::{
    AccountRefusal, ChangeUser, ForgetUser, InviteAgain, InviteRefusal, InviteUser, JoinUser,
    ResetPassword, SetPin, UserRefusal,
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
        let invite = user::Command::Invite { email: self.email };
        work.decide::<User>(&owner, invite).map_err(|_| there())?;
        if has_joined {
            work.decide::<User>(&owner, user::Command::Join { link: None }).map_err(|_| there())?;
        }
        work.decide::<Claim>(&claim, claim::Command::Take { holder: owner.uuid() })
            .map_err(|_| there())?;
        subscription.decided(work)
    }
}
