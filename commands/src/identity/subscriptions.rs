//! Subscriptions, as whoever runs the installation changes them.

use domain::identity::subscription::{Command, Plan, Standing, State};
use domain::identity::{Subscription, Tenant, tenant};
use serde::Serialize;

use crate::aggregates::Trust;
use crate::error::{Failure, World};
use crate::execute::Commands;
use crate::intent::Intent;
use crate::scope::Scope;
use crate::unit_of_work::UnitOfWork;

/// A company should have another plan, or its subscription should stand otherwise.
#[derive(Debug, Clone, Serialize)]
pub struct ChangeSubscription {
    /// What it may have; none leaves it.
    pub plan: Option<Plan>,
    /// How it stands; none leaves it.
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

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Result<(), Failure<SubscriptionRefusal>> {
        let tenant = work.tenant();
        work.read(vec![work.subscription(), work.wanted::<Tenant>(&tenant)]).await?;
        if *work.state::<Tenant>(&tenant) == tenant::State::Unregistered {
            return Err(Failure::Refused(SubscriptionRefusal::UnknownCompany));
        }
        let plan = self.plan.clone().map(Command::ChoosePlan);
        let standing = self.standing.map(Command::Change);
        for command in plan.into_iter().chain(standing) {
            work.decide::<Subscription>(&tenant, command).map_err(Failure::NotCovered)?;
        }
        Ok(())
    }
}

impl Commands {
    /// The subscription of a company, as the log says it.
    pub async fn subscription(&self, scope: &Scope) -> Result<State, World> {
        let mut work = self.look(scope, Trust::Log);
        work.read(vec![work.subscription()]).await?;
        Ok(work.state::<Subscription>(&scope.tenant).clone())
    }
}
