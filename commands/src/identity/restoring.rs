//! An administrator for a company that has none who can act, on the operator's word.

use domain::claim::{self, Claim, ClaimId};
use domain::identity::roles::{self, By, Change, Command, Roles};
use domain::identity::tenant::{self, Tenant};
use domain::identity::user::{self, User};
use domain::shared::{EmailKey, UserId};
use serde::Serialize;

use crate::catalog::take;
use crate::engine::error::Failure;
use crate::engine::intent::Intent;
use crate::engine::unit_of_work::UnitOfWork;

/// Somebody should administer a company in all branches, whatever they were before. Whoever is not of
/// the company yet is invited, and whoever has yet to join is invited again. Plans limit neither.
#[derive(Debug, Clone, Serialize)]
pub struct RestoreAdministrator {
    /// Who it is if nobody of the company has the address. A retry is recognised by that.
    #[serde(skip)]
    pub user: UserId,
    /// What stands for their e-mail address, unique in the company.
    pub email: EmailKey,
    /// What stood for it when spellings were told apart otherwise.
    #[serde(skip)]
    pub earlier: Vec<EmailKey>,
}

/// Why nobody is made an administrator.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RestoreRefusal {
    /// The installation has no such company.
    #[error("there is no such company")]
    UnknownCompany,
    /// Somebody else of the company has the address.
    #[error("somebody else has this e-mail address")]
    EmailTaken,
    /// A rule of the company's roles.
    #[error(transparent)]
    Roles(#[from] roles::Error),
}

impl Intent for RestoreAdministrator {
    const OPERATION: &'static str = "company.restore_administrator";
    type Refusal = RestoreRefusal;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Result<(), Failure<RestoreRefusal>> {
        let (tenant, claim) = (work.tenant(), ClaimId::of_email(&self.email));
        let mut wanted = vec![work.wanted::<Tenant>(&tenant), work.wanted::<Roles>(&tenant)];
        let claims: Vec<ClaimId> =
            std::iter::once(&self.email).chain(&self.earlier).map(ClaimId::of_email).collect();
        wanted.extend(claims.iter().map(|claim| work.wanted::<Claim>(claim)));
        work.read(wanted).await?;
        let user = holder(work, &claims);
        work.read(vec![work.wanted::<User>(&user.unwrap_or(self.user))]).await?;
        if *work.state::<Tenant>(&tenant) == tenant::State::Unregistered {
            return Err(Failure::Refused(RestoreRefusal::UnknownCompany));
        }
        if user.is_none() {
            take(work, std::slice::from_ref(&claim), self.user.uuid())
                .map_err(|_| Failure::Refused(RestoreRefusal::EmailTaken))?;
        }
        let user = user.unwrap_or(self.user);
        let change = Change::RestoreAdministrator(user);
        work.decide::<Roles>(&tenant, Command { by: By::System, change })
            .map_err(|refusal| Failure::Refused(refusal.into()))?;
        let invitation = match work.state::<User>(&user) {
            user::State::Unknown => user::Command::Invite { email: self.email },
            user::State::Known(account) if !account.has_joined => user::Command::InviteAgain,
            user::State::Known(_) | user::State::Forgotten => return Ok(()),
        };
        work.decide::<User>(&user, invitation)
            .map_err(|_| Failure::Refused(roles::Error::Unknown.into()))?;
        Ok(())
    }
}

/// Who has an address, by whichever key that stands for it.
pub(super) fn holder(work: &UnitOfWork<'_>, claims: &[ClaimId]) -> Option<UserId> {
    claims.iter().find_map(|claim| match work.state::<Claim>(claim) {
        claim::State::Held(by) => Some(UserId::from_uuid(*by)),
        claim::State::Free => None,
    })
}
