//! Subscriptions, as the operator changes them.

use domain::identity::subscription::{Command, Plan, Standing};
use domain::identity::{Subscription, Tenant};
use serde::Serialize;

use crate::engine::error::CommandError;
use crate::engine::intent::Intent;
use crate::engine::unit_of_work::UnitOfWork;

/// Changes a company's plan or the standing of its subscription.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ChangeSubscription {
    /// The plan; none leaves it unchanged.
    pub plan: Option<Plan>,
    /// The standing; none leaves it unchanged.
    pub standing: Option<Standing>,
}

/// Why a subscription does not change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SubscriptionRefusal {
    /// The installation has no such company.
    #[error("there is no such company")]
    UnknownCompany,
}

impl Intent for ChangeSubscription {
    const OPERATION: &'static str = "subscription.change";
    type Refusal = SubscriptionRefusal;

    async fn decide(
        &self,
        work: &mut UnitOfWork<'_>,
    ) -> Result<(), CommandError<SubscriptionRefusal>> {
        let tenant = work.tenant();
        work.read(vec![work.subscription(), work.wanted::<Tenant>(&tenant)]).await?;
        if work.state::<Tenant>(&tenant).company().is_none() {
            return Err(CommandError::Refused(SubscriptionRefusal::UnknownCompany));
        }
        self.clone().decided(work)
    }
}

impl ChangeSubscription {
    /// Decides the change on the subscription that was read.
    pub(super) fn decided<R>(self, work: &mut UnitOfWork<'_>) -> Result<(), CommandError<R>> {
        let tenant = work.tenant();
        let plan = self.plan.map(Command::ChoosePlan);
        let standing = self.standing.map(Command::Change);
        for command in plan.into_iter().chain(standing) {
            work.try_decide::<Subscription>(&tenant, command).map_err(CommandError::NotCovered)?;
        }
        Ok(())
    }
}
