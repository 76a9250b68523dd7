//! People: invited, joined, with passwords and PINs that change and sessions that end.

use domain::claim::{self, Claim, ClaimId};
use domain::identity::roles::{self, BranchAccess, Change, Command, MemberAdmitted, Roles};
use domain::identity::user::{self, User};
use domain::shared::{EmailKey, RoleId, UserId};
use serde::Serialize;

use super::roles::{RolesRefusal, branches_exist, by, count_users};
use crate::catalog::take;
use crate::engine::error::Failure;
use crate::engine::intent::Intent;
use crate::engine::unit_of_work::UnitOfWork;

/// Somebody should work in the company.
#[derive(Debug, Clone, Serialize)]
pub struct InviteUser {
    /// The person to be.
    #[serde(skip)]
    pub user: UserId,
    /// What stands for their e-mail address, unique in the company.
    pub email: EmailKey,
    /// What stood for it when spellings were told apart otherwise: whoever has such a key has the address.
    #[serde(skip)]
    pub earlier: Vec<EmailKey>,
    /// What they will be.
    pub roles: Vec<RoleId>,
    /// Where they may act.
    pub branches: BranchAccess,
}

/// Why somebody is not invited.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InviteRefusal {
    /// Somebody of the company has the address.
    #[error("somebody has this e-mail address")]
    EmailTaken,
    /// A rule of the company's roles.
    #[error(transparent)]
    Roles(#[from] RolesRefusal),
    /// A rule of the person.
    #[error(transparent)]
    User(#[from] user::Error),
}

impl Intent for InviteUser {
    const OPERATION: &'static str = "user.invite";
    type Refusal = InviteRefusal;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Result<(), Failure<InviteRefusal>> {
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
            return Err(Failure::Refused(InviteRefusal::EmailTaken));
        }
        branches_exist(work, &self.branches).await.map_err(|it| it.map(InviteRefusal::Roles))?;
        take(work, std::slice::from_ref(&claim), self.user.uuid())
            .map_err(|_| Failure::Refused(InviteRefusal::EmailTaken))?;
        // Whoever holds the claim already was invited before.
        let invite = user::Command::Invite { email: self.email };
        work.decide::<User>(&self.user, invite).map_err(|refusal| {
            Failure::Refused(match refusal {
                user::Error::AlreadyInvited => InviteRefusal::EmailTaken,
                other => other.into(),
            })
        })?;
        let admitted = MemberAdmitted {
            user: self.user,
            roles: self.roles.iter().copied().collect(),
            branches: self.branches.clone(),
        };
        let command = Command { by: by(work), change: Change::Admit(admitted) };
        work.decide::<Roles>(&tenant, command)
            .map_err(|refusal| Failure::Refused(RolesRefusal::from(refusal).into()))?;
        count_users(work)
    }
}

/// Somebody who has yet to join should get another letter.
#[derive(Debug, Clone, Serialize)]
pub struct InviteAgain {
    /// Who.
    pub user: UserId,
}

impl Intent for InviteAgain {
    const OPERATION: &'static str = "user.invite_again";
    type Refusal = UserRefusal;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Result<(), Failure<UserRefusal>> {
        decide_on(work, self.user, user::Command::InviteAgain).await
    }
}

/// Somebody should be given a PIN for shared tills.
#[derive(Debug, Clone, Serialize)]
pub struct SetPin {
    /// Who.
    pub user: UserId,
    /// What stands for the PIN, so that a retry is told from another PIN.
    pub pin: [u8; 32],
}

/// Why an account is left as it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AccountRefusal {
    /// A rule of the company's roles.
    #[error(transparent)]
    Roles(#[from] roles::Error),
    /// A rule of the person.
    #[error(transparent)]
    User(#[from] user::Error),
}

impl Intent for SetPin {
    const OPERATION: &'static str = "user.set_pin";
    type Refusal = AccountRefusal;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Result<(), Failure<AccountRefusal>> {
        let tenant = work.tenant();
        work.read(vec![work.wanted::<Roles>(&tenant), work.wanted::<User>(&self.user)]).await?;
        let command = Command { by: by(work), change: Change::StandIn(self.user) };
        work.decide::<Roles>(&tenant, command)
            .map_err(|refusal| Failure::Refused(refusal.into()))?;
        let reach = work.state::<Roles>(&tenant).reach_of(self.user);
        let reach = reach.ok_or(Failure::Refused(roles::Error::Unknown.into()))?;
        work.decide::<User>(&self.user, user::Command::SetPin(reach))
            .map_err(|refusal| Failure::Refused(refusal.into()))?;
        Ok(())
    }
}

/// What is known of somebody who is suspended should be deleted for good.
#[derive(Debug, Clone, Serialize)]
pub struct ForgetUser {
    /// Who.
    pub user: UserId,
}

impl Intent for ForgetUser {
    const OPERATION: &'static str = "user.forget";
    type Refusal = AccountRefusal;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Result<(), Failure<AccountRefusal>> {
        let tenant = work.tenant();
        work.read(vec![work.wanted::<Roles>(&tenant), work.wanted::<User>(&self.user)]).await?;
        let email = work.state::<User>(&self.user).account().and_then(|account| account.email);
        let claim = email.as_ref().map(ClaimId::of_email);
        work.read(claim.iter().map(|claim| work.wanted::<Claim>(claim)).collect()).await?;
        let command = Command { by: by(work), change: Change::Forget(self.user) };
        work.decide::<Roles>(&tenant, command)
            .map_err(|refusal| Failure::Refused(refusal.into()))?;
        work.decide::<User>(&self.user, user::Command::Forget)
            .map_err(|refusal| Failure::Refused(refusal.into()))?;
        // Others can have the address after this.
        let holder = self.user.uuid();
        if let Some(claim) = claim
            && *work.state::<Claim>(&claim) == claim::State::Held(holder)
        {
            let release = claim::Command::Release { holder };
            work.decide::<Claim>(&claim, release).expect("a claim is released by who holds it");
        }
        Ok(())
    }
}

/// Somebody takes up their invitation.
#[derive(Debug, Clone, Serialize)]
pub struct JoinUser {
    /// Who.
    pub user: UserId,
    /// The epoch in which the link was written that they used; none on the word of FastOps itself.
    pub link: Option<u32>,
    /// Whether they choose a PIN with it.
    pub chooses_pin: bool,
}

/// Why nothing changes about a person.
pub type UserRefusal = user::Error;

impl Intent for JoinUser {
    const OPERATION: &'static str = "user.join";
    type Refusal = UserRefusal;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Result<(), Failure<UserRefusal>> {
        if self.link.is_some() {
            is_not_suspended(work, self.user).await?;
        }
        decide_on(work, self.user, user::Command::Join { link: self.link }).await?;
        if self.chooses_pin {
            work.decide::<User>(&self.user, user::Command::ChangePin).map_err(Failure::Refused)?;
        }
        Ok(())
    }
}

/// Somebody sets another password with a link that was sent to them.
#[derive(Debug, Clone, Serialize)]
pub struct ResetPassword {
    /// Who.
    pub user: UserId,
    /// The epoch in which the link was written.
    pub link: u32,
}

impl Intent for ResetPassword {
    const OPERATION: &'static str = "user.reset_password";
    type Refusal = UserRefusal;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Result<(), Failure<UserRefusal>> {
        is_not_suspended(work, self.user).await?;
        decide_on(work, self.user, user::Command::ResetPassword { link: self.link }).await
    }
}

/// A link of whoever is suspended is no good, also one that was written meanwhile.
async fn is_not_suspended(
    work: &mut UnitOfWork<'_>,
    user: UserId,
) -> Result<(), Failure<UserRefusal>> {
    let tenant = work.tenant();
    work.read(vec![work.wanted::<Roles>(&tenant), work.wanted::<User>(&user)]).await?;
    let is_active = work.state::<Roles>(&tenant).member(user).is_some_and(|it| it.is_active);
    if is_active { Ok(()) } else { Err(Failure::Refused(user::Error::LinkVoid)) }
}

/// Something about a person's ways in should change.
#[derive(Debug, Clone, Serialize)]
pub struct ChangeUser {
    /// Whose.
    pub user: UserId,
    /// What should change. A retry is recognised by it.
    pub change: user::Command,
}

impl Intent for ChangeUser {
    const OPERATION: &'static str = "user.change";
    type Refusal = UserRefusal;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Result<(), Failure<UserRefusal>> {
        decide_on(work, self.user, self.change.clone()).await
    }
}

async fn decide_on(
    work: &mut UnitOfWork<'_>,
    user: UserId,
    command: user::Command,
) -> Result<(), Failure<UserRefusal>> {
    work.read(vec![work.wanted::<User>(&user)]).await?;
    work.decide::<User>(&user, command).map_err(Failure::Refused)?;
    Ok(())
}
