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

use domain::Decider;
use domain::claim::{Claim, ClaimId};
use domain::identity::roles::{By, Change, Command, Roles};
use domain::identity::tenant::{self, Tenant};
use domain::identity::user::{self, User};
use domain::shared::{EmailKey, Name, Slug, TenantId, UserId};
use serde::Serialize;

use crate::claims::take;
use crate::engine::error::CommandError;
use crate::engine::intent::Intent;
use crate::engine::unit_of_work::UnitOfWork;

pub use authority::{Authority, Known, OnTill, Presented, Standing};
pub use branches::{
    BranchRefusal, ChangeBusinessDay, CloseBranch, OpenBranch, ReopenBranch, ReviseBranch,
    SetTaxRegime,
};
pub use companies::{CloseCompany, ReopenCompany, ReviseCompany};
pub use contacts::{Contacts, Notice, RequestedEmail};
pub use corrections::{ConfirmEmail, EmailRefusal, RenameUser, RequestEmail};
pub use devices::{DeviceRefusal, EnrollDevice, RemoveDevice};
pub use operator::{Company, CompanyPage, CreatedCompany, NewCompany, Operator, Restored};
pub use pins::{NumberedPin, Pins, TriedPin};
pub use ports::{
    Account, Accounts, Companies, EmailMessage, KnownCompany, Outbox, Person, Post, PostError,
    Renewal, Renewed, Session, Sessions, TicketFor, TicketKind, Tickets, Written,
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
    /// The keyed hash of the person's e-mail address.
    pub email: EmailKey,
    /// Whether the person has a password already; who has not is invited.
    pub has_joined: bool,
    /// What the company subscribes to.
    pub subscription: ChangeSubscription,
}

impl Intent for RegisterTenant {
    const OPERATION: &'static str = "tenant.register";
    type Refusal = tenant::Error;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Result<(), CommandError<Self::Refusal>> {
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
        work.decide::<Tenant, _>(&tenant, register)?;
        let found = Change::Found { tenant, administrator: owner };
        begin::<Roles>(work, &tenant, Command { by: By::System, change: found })?;
        begin::<User>(work, &owner, user::Command::Invite { email: self.email })?;
        if has_joined {
            begin::<User>(work, &owner, user::Command::Join { link: None })?;
        }
        take(work, std::slice::from_ref(&claim), owner.uuid(), tenant::Error::AlreadyRegistered)?;
        subscription.decided(work)
    }
}

/// Decides what belongs to a company that is registered in this append: what has begun before is of a company
/// that was registered before.
fn begin<D: Decider>(
    work: &mut UnitOfWork<'_>,
    id: &D::Id,
    command: D::Command,
) -> Result<(), CommandError<tenant::Error>> {
    match work.try_decide::<D>(id, command) {
        Ok(_) => Ok(()),
        Err(_) => Err(CommandError::Refused(tenant::Error::AlreadyRegistered)),
    }
}
