//! What people are called and where they get e-mails, corrected by themselves or by those who may do
//! all that they may. Names and addresses are kept beside the log.

use domain::claim::{self, Claim, ClaimId};
use domain::identity::roles::{self, Change, Command, Roles};
use domain::identity::user::{self, User};
use domain::shared::{EmailKey, UserId};
use event_store::Actor;
use serde::Serialize;

use super::roles::by;
use super::users::{AccountRefusal, is_not_suspended};
use crate::catalog::take;
use crate::engine::error::Failure;
use crate::engine::intent::Intent;
use crate::engine::unit_of_work::UnitOfWork;

/// Somebody should be called otherwise.
#[derive(Debug, Clone, Serialize)]
pub struct RenameUser {
    /// Who.
    pub user: UserId,
    /// What stands for the name, so that a retry is told from another name.
    pub name: [u8; 32],
}

impl Intent for RenameUser {
    const OPERATION: &'static str = "user.rename";
    type Refusal = AccountRefusal;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Result<(), Failure<AccountRefusal>> {
        may_correct(work, self.user).await?;
        work.decide::<User>(&self.user, user::Command::Rename)
            .map_err(|refusal| Failure::Refused(refusal.into()))?;
        Ok(())
    }
}

/// Another address should be somebody's, once they have followed the link that is sent to it.
#[derive(Debug, Clone, Serialize)]
pub struct RequestEmail {
    /// Whose.
    pub user: UserId,
    /// What stands for the address, unique in the company.
    pub email: EmailKey,
    /// What stood for it when spellings were told apart otherwise: whoever has such a key has the address.
    #[serde(skip)]
    pub earlier: Vec<EmailKey>,
}

/// Why an address does not become somebody's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EmailRefusal {
    /// Somebody else of the company has the address.
    #[error("somebody else has this e-mail address")]
    EmailTaken,
    /// A rule about the account.
    #[error(transparent)]
    Account(#[from] AccountRefusal),
}

impl Intent for RequestEmail {
    const OPERATION: &'static str = "user.request_email";
    type Refusal = EmailRefusal;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Result<(), Failure<EmailRefusal>> {
        may_correct(work, self.user).await.map_err(|it| it.map(EmailRefusal::Account))?;
        is_free_for(work, self.user, [self.email].iter().chain(&self.earlier)).await?;
        work.decide::<User>(&self.user, user::Command::RequestEmail(self.email))
            .map_err(of_user)?;
        Ok(())
    }
}

/// Somebody has followed the link that was sent to another address of theirs.
#[derive(Debug, Clone, Serialize)]
pub struct ConfirmEmail {
    /// Who.
    pub user: UserId,
    /// The epoch in which the link was written.
    pub link: u32,
    /// The request that it was written for.
    pub number: u32,
    /// What stood for the address when spellings were told apart otherwise.
    #[serde(skip)]
    pub earlier: Vec<EmailKey>,
    /// What stands and stood for the address that they have until now, as it is kept beside the log.
    #[serde(skip)]
    pub former: Vec<EmailKey>,
}

impl Intent for ConfirmEmail {
    const OPERATION: &'static str = "user.confirm_email";
    type Refusal = EmailRefusal;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Result<(), Failure<EmailRefusal>> {
        is_not_suspended(work, self.user).await.map_err(|it| it.map(of_account))?;
        let account = work.state::<User>(&self.user).account();
        let former = account.and_then(|account| account.email);
        let requested = account.and_then(|account| account.requested_email(self.number));
        let has_joined = account.is_some_and(|account| account.has_joined);
        let confirm = user::Command::ConfirmEmail { link: self.link, number: self.number };
        let is_confirmed_before =
            work.decide::<User>(&self.user, confirm).map_err(of_user)?.is_empty();
        let Some(email) = requested.filter(|_| !is_confirmed_before) else { return Ok(()) };
        is_free_for(work, self.user, [email].iter().chain(&self.earlier)).await?;
        self.move_claim(work, &email, former.iter().chain(&self.former)).await?;
        if !has_joined {
            // The letter with the link to join went to the address before.
            work.decide::<User>(&self.user, user::Command::InviteAgain).map_err(of_user)?;
        }
        Ok(())
    }
}

impl ConfirmEmail {
    /// The person holds `email` and none of the `former` keys.
    async fn move_claim(
        &self,
        work: &mut UnitOfWork<'_>,
        email: &EmailKey,
        former: impl Iterator<Item = &EmailKey>,
    ) -> Result<(), Failure<EmailRefusal>> {
        let holder = self.user.uuid();
        let former: Vec<ClaimId> =
            former.filter(|it| *it != email).map(ClaimId::of_email).collect();
        work.read(former.iter().map(|claim| work.wanted::<Claim>(claim)).collect()).await?;
        for claim in former {
            if *work.state::<Claim>(&claim) == claim::State::Held(holder) {
                let release = claim::Command::Release { holder };
                work.decide::<Claim>(&claim, release).expect("a claim is released by who holds it");
            }
        }
        take(work, &ClaimId::of_email(email), holder)
            .map_err(|_| Failure::Refused(EmailRefusal::EmailTaken))
    }
}

const fn of_account(refusal: user::Error) -> EmailRefusal {
    EmailRefusal::Account(AccountRefusal::User(refusal))
}

const fn of_user(refusal: user::Error) -> Failure<EmailRefusal> {
    Failure::Refused(of_account(refusal))
}

/// Goes on only for somebody themselves and for whoever may do all that they may.
async fn may_correct(
    work: &mut UnitOfWork<'_>,
    user: UserId,
) -> Result<(), Failure<AccountRefusal>> {
    let tenant = work.tenant();
    work.read(vec![work.wanted::<Roles>(&tenant), work.wanted::<User>(&user)]).await?;
    if *work.actor() == Actor::User(user) {
        return Ok(());
    }
    let command = Command { by: by(work), change: Change::StandIn(user) };
    let decided: Result<_, roles::Error> = work.decide::<Roles>(&tenant, command);
    decided.map_err(|refusal| Failure::Refused(refusal.into()))?;
    Ok(())
}

/// Goes on only if nobody else has an address, by whichever of the `keys` that stand for it.
async fn is_free_for(
    work: &mut UnitOfWork<'_>,
    user: UserId,
    keys: impl Iterator<Item = &EmailKey>,
) -> Result<(), Failure<EmailRefusal>> {
    let claims: Vec<ClaimId> = keys.map(ClaimId::of_email).collect();
    work.read(claims.iter().map(|claim| work.wanted::<Claim>(claim)).collect()).await?;
    let is_free = claims.iter().all(|claim| match work.state::<Claim>(claim) {
        claim::State::Free => true,
        claim::State::Held(by) => *by == user.uuid(),
    });
    if is_free { Ok(()) } else { Err(Failure::Refused(EmailRefusal::EmailTaken)) }
}
