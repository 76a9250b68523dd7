//! Users: invitations, joining, passwords, PINs and sessions.

use domain::claim::{self, Claim, ClaimId};
use domain::identity::roles::{self, BranchAccess, Change, Command, MemberAdmitted, Roles};
use domain::identity::user::{self, User};
use domain::shared::{EmailKey, RoleId, UserId};
use serde::Serialize;

use super::roles::{RolesRefusal, branches_exist, by, count_users};
use crate::claims::take;
use crate::engine::error::CommandError;
use crate::engine::intent::Intent;
use crate::engine::unit_of_work::UnitOfWork;

/// Invites a user to the company.
#[derive(Debug, Clone, Serialize)]
pub struct InviteUser {
    /// The id of the user.
    #[serde(skip)]
    pub user: UserId,
    /// The key of the e-mail address, unique in the company.
    pub email: EmailKey,
    /// The keys of the address in earlier releases; a user with one of them has the address.
    #[serde(skip)]
    pub earlier: Vec<EmailKey>,
    /// The roles of the user.
    pub roles: Vec<RoleId>,
    /// The branches in which the user may act.
    pub branches: BranchAccess,
}

/// Why an invitation is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InviteRefusal {
    /// Another user of the company has the address.
    #[error("another user has this e-mail address")]
    EmailTaken,
    /// A rule of the company's roles.
    #[error(transparent)]
    Roles(#[from] RolesRefusal),
    /// A rule of the user.
    #[error(transparent)]
    User(user::Error),
}

impl From<roles::Error> for InviteRefusal {
    fn from(refusal: roles::Error) -> Self {
        Self::Roles(refusal.into())
    }
}

impl From<user::Error> for InviteRefusal {
    fn from(refusal: user::Error) -> Self {
        match refusal {
            // The user of this id was invited before.
            user::Error::AlreadyInvited => Self::EmailTaken,
            other => Self::User(other),
        }
    }
}

impl Intent for InviteUser {
    const OPERATION: &'static str = "user.invite";
    type Refusal = InviteRefusal;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Result<(), CommandError<InviteRefusal>> {
        let (tenant, claim) = (work.tenant(), ClaimId::of_email(&self.email));
        work.read(vec![
            work.subscription(),
            work.wanted::<Roles>(&tenant),
            work.wanted::<User>(&self.user),
            work.wanted::<Claim>(&claim),
        ])
        .await?;
        let earlier: Vec<ClaimId> = self.earlier.iter().map(ClaimId::of_email).collect();
        work.read(earlier.iter().map(|claim| work.wanted::<Claim>(claim)).collect()).await?;
        if earlier.iter().any(|claim| *work.state::<Claim>(claim) != claim::State::Free) {
            return Err(CommandError::Refused(InviteRefusal::EmailTaken));
        }
        branches_exist(work, &self.branches).await?;
        take(work, std::slice::from_ref(&claim), self.user.uuid(), InviteRefusal::EmailTaken)?;
        let invite = user::Command::Invite { email: self.email };
        work.decide::<User, _>(&self.user, invite)?;
        let admitted = MemberAdmitted {
            user: self.user,
            roles: self.roles.iter().copied().collect(),
            branches: self.branches.clone(),
        };
        let command = Command { by: by(work), change: Change::Admit(admitted) };
        work.decide::<Roles, _>(&tenant, command)?;
        count_users(work)
    }
}

/// Sends another invitation to a user who has not joined.
#[derive(Debug, Clone, Serialize)]
pub struct InviteAgain {
    /// The user.
    pub user: UserId,
}

impl Intent for InviteAgain {
    const OPERATION: &'static str = "user.invite_again";
    type Refusal = UserRefusal;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Result<(), CommandError<UserRefusal>> {
        decide_on(work, self.user, user::Command::InviteAgain).await
    }
}

/// Gives a user a PIN for shared tills.
#[derive(Debug, Clone, Serialize)]
pub struct SetPin {
    /// The user.
    pub user: UserId,
    /// A keyed hash of the PIN, so that a retry is distinguished from another PIN.
    pub pin: [u8; 32],
}

/// Why a command on an account is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AccountRefusal {
    /// A rule of the company's roles.
    #[error(transparent)]
    Roles(#[from] roles::Error),
    /// A rule of the user.
    #[error(transparent)]
    User(#[from] user::Error),
}

impl Intent for SetPin {
    const OPERATION: &'static str = "user.set_pin";
    type Refusal = AccountRefusal;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Result<(), CommandError<AccountRefusal>> {
        let tenant = work.tenant();
        work.read(vec![work.wanted::<Roles>(&tenant), work.wanted::<User>(&self.user)]).await?;
        let command = Command { by: by(work), change: Change::StandIn(self.user) };
        work.decide::<Roles, _>(&tenant, command)?;
        let reach = work.state::<Roles>(&tenant).reach_of(self.user);
        let reach = reach.ok_or(CommandError::refused(roles::Error::Unknown))?;
        work.decide::<User, _>(&self.user, user::Command::SetPin(reach))?;
        Ok(())
    }
}

/// Permanently deletes the personal data of a suspended user.
#[derive(Debug, Clone, Serialize)]
pub struct ForgetUser {
    /// The user.
    pub user: UserId,
}

impl Intent for ForgetUser {
    const OPERATION: &'static str = "user.forget";
    type Refusal = AccountRefusal;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Result<(), CommandError<AccountRefusal>> {
        let tenant = work.tenant();
        work.read(vec![work.wanted::<Roles>(&tenant), work.wanted::<User>(&self.user)]).await?;
        let email = work.state::<User>(&self.user).account().and_then(|account| account.email);
        let claim = email.as_ref().map(ClaimId::of_email);
        work.read(claim.iter().map(|claim| work.wanted::<Claim>(claim)).collect()).await?;
        let command = Command { by: by(work), change: Change::Forget(self.user) };
        work.decide::<Roles, _>(&tenant, command)?;
        work.decide::<User, _>(&self.user, user::Command::Forget)?;
        // Another user can have the address after this.
        let holder = self.user.uuid();
        if let Some(claim) = claim
            && *work.state::<Claim>(&claim) == claim::State::Held(holder)
        {
            let release = claim::Command::Release { holder };
            work.try_decide::<Claim>(&claim, release).expect("a claim is released by who holds it");
        }
        Ok(())
    }
}

/// Accepts an invitation.
#[derive(Debug, Clone, Serialize)]
pub struct JoinUser {
    /// The user.
    pub user: UserId,
    /// The epoch of the link that was used; none if FastOps itself sets the user up.
    pub link: Option<u32>,
    /// Whether the user chooses a PIN as well.
    pub chooses_pin: bool,
}

/// Why a command on a user is refused.
pub type UserRefusal = user::Error;

impl Intent for JoinUser {
    const OPERATION: &'static str = "user.join";
    type Refusal = UserRefusal;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Result<(), CommandError<UserRefusal>> {
        if self.link.is_some() {
            is_not_suspended(work, self.user).await?;
        }
        decide_on(work, self.user, user::Command::Join { link: self.link }).await?;
        if self.chooses_pin {
            work.decide::<User, _>(&self.user, user::Command::ChangePin)?;
        }
        Ok(())
    }
}

/// Sets another password with a link from an e-mail.
#[derive(Debug, Clone, Serialize)]
pub struct ResetPassword {
    /// The user.
    pub user: UserId,
    /// The epoch of the link.
    pub link: u32,
}

impl Intent for ResetPassword {
    const OPERATION: &'static str = "user.reset_password";
    type Refusal = UserRefusal;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Result<(), CommandError<UserRefusal>> {
        is_not_suspended(work, self.user).await?;
        decide_on(work, self.user, user::Command::ResetPassword { link: self.link }).await
    }
}

/// A link of a suspended user is invalid, also one that was issued since.
pub(super) async fn is_not_suspended<R: From<user::Error>>(
    work: &mut UnitOfWork<'_>,
    user: UserId,
) -> Result<(), CommandError<R>> {
    let tenant = work.tenant();
    work.read(vec![work.wanted::<Roles>(&tenant), work.wanted::<User>(&user)]).await?;
    let is_active = work.state::<Roles>(&tenant).member(user).is_some_and(|it| it.is_active);
    if is_active { Ok(()) } else { Err(CommandError::refused(user::Error::LinkVoid)) }
}

/// Changes how a user signs in.
#[derive(Debug, Clone, Serialize)]
pub struct ChangeUser {
    /// The user.
    pub user: UserId,
    /// The change. It identifies the command's retry.
    pub change: user::Command,
}

impl Intent for ChangeUser {
    const OPERATION: &'static str = "user.change";
    type Refusal = UserRefusal;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Result<(), CommandError<UserRefusal>> {
        decide_on(work, self.user, self.change.clone()).await
    }
}

async fn decide_on(
    work: &mut UnitOfWork<'_>,
    user: UserId,
    command: user::Command,
) -> Result<(), CommandError<UserRefusal>> {
    work.read(vec![work.wanted::<User>(&user)]).await?;
    work.decide::<User, _>(&user, command)?;
    Ok(())
}
