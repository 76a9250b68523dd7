//! An administrator for a company that has none who can act, on the operator's word.

use domain::claim::{Claim, ClaimId};
use domain::identity::roles::{self, By, Change, Command, Roles};
use domain::identity::tenant::{self, Tenant};
use domain::identity::user::{self, User};
use domain::shared::{EmailKey, UserId};
use serde::Serialize;

use crate::catalog::take;
use crate::error::Failure;
use crate::intent::Intent;
use crate::unit_of_work::UnitOfWork;

/// Somebody should administer a company in all branches, whatever they were before. Whoever is not of
/// the company yet is invited, and whoever has yet to join is invited again. Plans limit neither.
#[derive(Debug, Clone, Serialize)]
pub struct RestoreAdministrator {
    /// Who. A retry is recognised by the address.
    #[serde(skip)]
    pub user: UserId,
    /// What stands for their e-mail address, unique in the company.
    pub email: EmailKey,
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
        work.read(vec![
            work.wanted::<Tenant>(&tenant),
            work.wanted::<Roles>(&tenant),
            work.wanted::<User>(&self.user),
            work.wanted::<Claim>(&claim),
        ])
        .await?;
        if *work.state::<Tenant>(&tenant) == tenant::State::Unregistered {
            return Err(Failure::Refused(RestoreRefusal::UnknownCompany));
        }
        take(work, &claim, self.user.uuid())
            .map_err(|_| Failure::Refused(RestoreRefusal::EmailTaken))?;
        let change = Change::RestoreAdministrator(self.user);
        work.decide::<Roles>(&tenant, Command { by: By::System, change })
            .map_err(|refusal| Failure::Refused(refusal.into()))?;
        let invitation = match work.state::<User>(&self.user) {
            user::State::Unknown => user::Command::Invite,
            user::State::Invited(_) => user::Command::InviteAgain,
            user::State::Joined(_) | user::State::Forgotten => return Ok(()),
        };
        work.decide::<User>(&self.user, invitation)
            .map_err(|_| Failure::Refused(roles::Error::Unknown.into()))?;
        Ok(())
    }
}
