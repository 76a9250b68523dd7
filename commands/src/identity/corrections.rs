//! Corrections of a user's name and e-mail address, by the user or by an actor who holds everything that
//! the user holds. Names and addresses are stored outside the log.

use domain::claim::{self, Claim, ClaimId};
use domain::identity::roles::{self, Change, Command, Roles};
use domain::identity::user::{self, User};
use domain::shared::{EmailKey, UserId};
use event_store::Actor;
use serde::Serialize;

use super::roles::by;
use super::users::{AccountRefusal, is_not_suspended};
use crate::claims::take;
use crate::engine::error::CommandError;
use crate::engine::intent::Intent;
use crate::engine::unit_of_work::UnitOfWork;

/// Corrects a user's name.
#[derive(Debug, Clone, Serialize)]
pub struct RenameUser {
    /// The user.
    pub user: UserId,
    /// The keyed hash of the name, which distinguishes a retry from another name.
    pub name: [u8; 32],
}

impl Intent for RenameUser {
    const OPERATION: &'static str = "user.rename";
    type Refusal = AccountRefusal;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Result<(), CommandError<AccountRefusal>> {
        may_correct(work, self.user).await?;
        work.decide::<User, _>(&self.user, user::Command::Rename)?;
        Ok(())
    }
}

/// Requests another e-mail address for a user; it takes effect when the link sent to it is followed.
#[derive(Debug, Clone, Serialize)]
pub struct RequestEmail {
    /// The user.
    pub user: UserId,
    /// The key of the address, unique in the company.
    pub email: EmailKey,
    /// The keys of the address in earlier releases: a user with one of them has the address.
    #[serde(skip)]
    pub earlier: Vec<EmailKey>,
}

/// Why an address is not requested or confirmed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EmailRefusal {
    /// Another user of the company has the address.
    #[error("another user has this e-mail address")]
    EmailTaken,
    /// A rule about the account.
    #[error(transparent)]
    Account(#[from] AccountRefusal),
}

impl Intent for RequestEmail {
    const OPERATION: &'static str = "user.request_email";
    type Refusal = EmailRefusal;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Result<(), CommandError<EmailRefusal>> {
        may_correct(work, self.user).await?;
        is_free_for(work, self.user, [self.email].iter().chain(&self.earlier)).await?;
        work.decide::<User, _>(&self.user, user::Command::RequestEmail(self.email))?;
        Ok(())
    }
}

/// Confirms a requested address with the link that was sent to it.
#[derive(Debug, Clone, Serialize)]
pub struct ConfirmEmail {
    /// The user.
    pub user: UserId,
    /// The epoch of the link.
    pub link: u32,
    /// The number of the request.
    pub number: u32,
    /// The keys of the address in earlier releases.
    #[serde(skip)]
    pub earlier: Vec<EmailKey>,
    /// The keys of the previous address, as stored outside the log.
    #[serde(skip)]
    pub former: Vec<EmailKey>,
}

impl Intent for ConfirmEmail {
    const OPERATION: &'static str = "user.confirm_email";
    type Refusal = EmailRefusal;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Result<(), CommandError<EmailRefusal>> {
        is_not_suspended(work, self.user).await?;
        let account = work.state::<User>(&self.user).account();
        let former = account.and_then(|account| account.email);
        let requested = account.and_then(|account| account.requested_email(self.number));
        let has_joined = account.is_some_and(|account| account.has_joined);
        let confirm = user::Command::ConfirmEmail { link: self.link, number: self.number };
        let is_confirmed_before = work.decide::<User, _>(&self.user, confirm)?.is_empty();
        let Some(email) = requested.filter(|_| !is_confirmed_before) else { return Ok(()) };
        is_free_for(work, self.user, [email].iter().chain(&self.earlier)).await?;
        self.move_claim(work, &email, former.iter().chain(&self.former)).await?;
        if !has_joined {
            // The e-mail with the link to join went to the previous address.
            work.decide::<User, _>(&self.user, user::Command::InviteAgain)?;
        }
        Ok(())
    }
}

impl ConfirmEmail {
    /// Gives the user the claim on `email` and releases those on the `former` keys.
    async fn move_claim(
        &self,
        work: &mut UnitOfWork<'_>,
        email: &EmailKey,
        former: impl Iterator<Item = &EmailKey>,
    ) -> Result<(), CommandError<EmailRefusal>> {
        let holder = self.user.uuid();
        let former: Vec<ClaimId> =
            former.filter(|it| *it != email).map(ClaimId::of_email).collect();
        work.read(former.iter().map(|claim| work.wanted::<Claim>(claim)).collect()).await?;
        for claim in former {
            if *work.state::<Claim>(&claim) == claim::State::Held(holder) {
                let release = claim::Command::Release { holder };
                work.try_decide::<Claim>(&claim, release)
                    .expect("a claim is released by who holds it");
            }
        }
        take(work, &[ClaimId::of_email(email)], holder, EmailRefusal::EmailTaken)
    }
}

impl From<roles::Error> for EmailRefusal {
    fn from(refusal: roles::Error) -> Self {
        Self::Account(refusal.into())
    }
}

impl From<user::Error> for EmailRefusal {
    fn from(refusal: user::Error) -> Self {
        Self::Account(refusal.into())
    }
}

/// Lets the user correct themselves, and an actor who holds everything that the user holds.
async fn may_correct<R: From<roles::Error>>(
    work: &mut UnitOfWork<'_>,
    user: UserId,
) -> Result<(), CommandError<R>> {
    let tenant = work.tenant();
    work.read(vec![work.wanted::<Roles>(&tenant), work.wanted::<User>(&user)]).await?;
    if *work.actor() == Actor::User(user) {
        return Ok(());
    }
    let command = Command { by: by(work), change: Change::StandIn(user) };
    work.decide::<Roles, _>(&tenant, command)?;
    Ok(())
}

/// Refuses an address that another user has under one of its `keys`.
async fn is_free_for(
    work: &mut UnitOfWork<'_>,
    user: UserId,
    keys: impl Iterator<Item = &EmailKey>,
) -> Result<(), CommandError<EmailRefusal>> {
    let claims: Vec<ClaimId> = keys.map(ClaimId::of_email).collect();
    work.read(claims.iter().map(|claim| work.wanted::<Claim>(claim)).collect()).await?;
    let is_free = claims.iter().all(|claim| match work.state::<Claim>(claim) {
        claim::State::Free => true,
        claim::State::Held(by) => *by == user.uuid(),
    });
    if is_free { Ok(()) } else { Err(CommandError::Refused(EmailRefusal::EmailTaken)) }
}
