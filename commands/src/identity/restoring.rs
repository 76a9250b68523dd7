//! The operator makes a user an administrator of a company in which no administrator can act.

use domain::claim::{self, Claim, ClaimId};
use domain::identity::roles::{self, By, Change, Command, Roles};
use domain::identity::tenant::{self, Tenant};
use domain::identity::user::{self, User};
use domain::shared::{EmailKey, UserId};
use serde::Serialize;

use crate::claims::take;
use crate::engine::error::CommandError;
use crate::engine::intent::Intent;
use crate::engine::unit_of_work::UnitOfWork;

/// Makes a user an administrator of all branches, whatever their roles were. A person who is not a
/// user of the company is invited, and a user who has not joined is invited again. The plan's
/// limits do not apply.
#[derive(Debug, Clone, Serialize)]
pub struct RestoreAdministrator {
    /// The id of the user if no user of the company has the address. Random, so it does not identify
    /// the request.
    #[serde(skip)]
    pub user: UserId,
    /// The key of the e-mail address, unique in the company.
    pub email: EmailKey,
    /// The keys of the address in earlier releases.
    #[serde(skip)]
    pub earlier: Vec<EmailKey>,
}

/// Why the user is not made an administrator.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RestoreRefusal {
    /// The installation has no such company.
    #[error("there is no such company")]
    UnknownCompany,
    /// Another user of the company has the address.
    #[error("another user has this e-mail address")]
    EmailTaken,
    /// A rule of the company's roles.
    #[error(transparent)]
    Roles(#[from] roles::Error),
}

impl Intent for RestoreAdministrator {
    const OPERATION: &'static str = "company.restore_administrator";
    type Refusal = RestoreRefusal;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Result<(), CommandError<RestoreRefusal>> {
        let (tenant, claim) = (work.tenant(), ClaimId::of_email(&self.email));
        let mut wanted = vec![work.wanted::<Tenant>(&tenant), work.wanted::<Roles>(&tenant)];
        let claims: Vec<ClaimId> =
            std::iter::once(&self.email).chain(&self.earlier).map(ClaimId::of_email).collect();
        wanted.extend(claims.iter().map(|claim| work.wanted::<Claim>(claim)));
        work.read(wanted).await?;
        let user = holder(work, &claims);
        work.read(vec![work.wanted::<User>(&user.unwrap_or(self.user))]).await?;
        if *work.state::<Tenant>(&tenant) == tenant::State::Unregistered {
            return Err(CommandError::Refused(RestoreRefusal::UnknownCompany));
        }
        if user.is_none() {
            let claims = std::slice::from_ref(&claim);
            take(work, claims, self.user.uuid(), RestoreRefusal::EmailTaken)?;
        }
        let user = user.unwrap_or(self.user);
        let change = Change::RestoreAdministrator(user);
        work.decide::<Roles, _>(&tenant, Command { by: By::System, change })?;
        let invitation = match work.state::<User>(&user) {
            user::State::Unknown => user::Command::Invite { email: self.email },
            user::State::Known(account) if !account.has_joined => user::Command::InviteAgain,
            user::State::Known(_) | user::State::Forgotten => return Ok(()),
        };
        work.try_decide::<User>(&user, invitation)
            .map_err(|_| CommandError::refused(roles::Error::Unknown))?;
        Ok(())
    }
}

/// The user with an address, under any of its keys.
pub(super) fn holder(work: &UnitOfWork<'_>, claims: &[ClaimId]) -> Option<UserId> {
    claims.iter().find_map(|claim| match work.state::<Claim>(claim) {
        claim::State::Held(by) => Some(UserId::from_uuid(*by)),
        claim::State::Free => None,
    })
}
