//! A subscription: what a company and the operator of the installation have agreed on.
//!
//! It decides what a company may begin. It does not restrict reading, signing in or out, or
//! finishing what was begun. A company without a subscription may do everything.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Decider;
use crate::shared::{BranchId, Name, TenantId};

/// How long a company may go on beginning things after a payment was due.
pub const GRACE: TimeDelta = TimeDelta::days(14);

/// The marker of the aggregate.
#[derive(Debug)]
pub struct Subscription;

/// Commands to a subscription.
#[derive(Debug, Clone)]
pub enum Command {
    /// Set the plan.
    ChoosePlan(Plan),
    /// Set the standing.
    Change(Standing),
    /// Count a branch that opens or reopens.
    AddBranch {
        /// The branch.
        branch: BranchId,
        /// The time of the command.
        now: DateTime<Utc>,
    },
    /// Stop counting a branch that closes.
    RemoveBranch {
        /// The branch.
        branch: BranchId,
    },
    /// Check that a user can be added or resumed. It has no events.
    AddUser {
        /// The number of users, not counting suspended ones, after the command.
        users: u32,
        /// The time of the command.
        now: DateTime<Utc>,
    },
}

/// What a company may have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Plan {
    /// Its name.
    pub name: Name,
    /// The most open branches; none is unlimited.
    pub branches: Option<u32>,
    /// The most users, not counting suspended ones; none is unlimited.
    pub users: Option<u32>,
    /// The modules included; none is all of them.
    pub modules: Option<BTreeSet<Module>>,
}

/// A part of FastOps that a plan may exclude.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Module {
    /// Categories and products.
    Catalog,
    /// Stock items, recipes and receipts of goods.
    Inventory,
    /// Orders.
    Orders,
}

impl Module {
    /// Every module.
    pub const ALL: [Self; 3] = [Self::Catalog, Self::Inventory, Self::Orders];

    /// The stored word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Catalog => "catalog",
            Self::Inventory => "inventory",
            Self::Orders => "orders",
        }
    }
}

/// The standing of a subscription.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum Standing {
    /// The company is on trial.
    Trial {
        /// The end of the trial.
        until: DateTime<Utc>,
    },
    /// It is paid.
    #[default]
    Active,
    /// A payment is due; the company may begin things for [`GRACE`].
    PastDue {
        /// The time at which it was due.
        since: DateTime<Utc>,
    },
    /// The company can begin nothing.
    Suspended,
}

/// The company got this plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PlanChosen {
    /// The plan.
    pub plan: Plan,
}

/// The company is on trial.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TrialGranted {
    /// The end of the trial.
    pub until: DateTime<Utc>,
}

/// The subscription was paid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Activated {}

/// A payment is due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FellPastDue {
    /// The time at which it was due.
    pub since: DateTime<Utc>,
}

/// The company can begin nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Suspended {}

/// A branch counts towards the plan's limit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BranchAdded {
    /// The branch.
    pub branch: BranchId,
}

/// A branch no longer counts towards the plan's limit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BranchRemoved {
    /// The branch.
    pub branch: BranchId,
}

crate::stored_events! {
    /// Events of a subscription.
    pub enum Event {
        "subscription.plan_chosen" => PlanChosen,
        "subscription.trial_granted" => TrialGranted,
        "subscription.activated" => Activated,
        "subscription.fell_past_due" => FellPastDue,
        "subscription.suspended" => Suspended,
        "subscription.branch_added" => BranchAdded,
        "subscription.branch_removed" => BranchRemoved,
    }
}

/// The state of a subscription.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct State {
    /// The plan; none has no limits.
    pub plan: Option<Plan>,
    /// The standing.
    pub standing: Standing,
    /// The number of open branches.
    pub branches: u32,
}

/// What a plan limits the number of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counted {
    /// Open branches.
    Branches,
    /// Users, not counting suspended ones.
    Users,
}

/// Why a company cannot begin something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The trial is over.
    #[error("the trial ended at {until}")]
    TrialEnded {
        /// The end of the trial.
        until: DateTime<Utc>,
    },
    /// A payment has been due for longer than [`GRACE`].
    #[error("a payment is due since {since}")]
    PastDue {
        /// The time at which it was due.
        since: DateTime<Utc>,
    },
    /// The subscription is suspended.
    #[error("the subscription is suspended")]
    Suspended,
    /// The plan excludes this module.
    #[error("the plan has no {}", .0.word())]
    NoModule(Module),
    /// The plan's limit is reached.
    #[error("the plan has {limit} {counted:?}")]
    Limit {
        /// What it counts.
        counted: Counted,
        /// The limit.
        limit: u32,
    },
}

impl State {
    /// Checks that the standing allows beginning anything at `now`.
    pub fn check_standing(&self, now: DateTime<Utc>) -> Result<(), Error> {
        match self.standing {
            Standing::Trial { until } if now >= until => Err(Error::TrialEnded { until }),
            Standing::PastDue { since } if now - since >= GRACE => Err(Error::PastDue { since }),
            Standing::Suspended => Err(Error::Suspended),
            Standing::Trial { .. } | Standing::Active | Standing::PastDue { .. } => Ok(()),
        }
    }

    /// Checks that the standing and the plan allow beginning something in a module at `now`.
    pub fn covers(&self, module: Module, now: DateTime<Utc>) -> Result<(), Error> {
        self.check_standing(now)?;
        let modules = self.plan.as_ref().and_then(|plan| plan.modules.as_ref());
        match modules {
            Some(modules) if !modules.contains(&module) => Err(Error::NoModule(module)),
            _ => Ok(()),
        }
    }

    fn check_limit(&self, counted: Counted, wanted: u32) -> Result<(), Error> {
        let limit = self.plan.as_ref().and_then(|plan| match counted {
            Counted::Branches => plan.branches,
            Counted::Users => plan.users,
        });
        match limit {
            Some(limit) if wanted > limit => Err(Error::Limit { counted, limit }),
            _ => Ok(()),
        }
    }
}

impl Decider for Subscription {
    const CATEGORY: &'static str = "subscription";
    type Id = TenantId;
    type Command = Command;
    type Event = Event;
    type State = State;
    type Error = Error;

    fn decide(state: &State, command: Command) -> Result<Vec<Event>, Error> {
        match command {
            Command::ChoosePlan(plan) if state.plan.as_ref() == Some(&plan) => Ok(vec![]),
            Command::ChoosePlan(plan) => Ok(vec![PlanChosen { plan }.into()]),
            Command::Change(standing) if state.standing == standing => Ok(vec![]),
            Command::Change(standing) => Ok(vec![match standing {
                Standing::Trial { until } => TrialGranted { until }.into(),
                Standing::Active => Activated {}.into(),
                Standing::PastDue { since } => FellPastDue { since }.into(),
                Standing::Suspended => Suspended {}.into(),
            }]),
            Command::AddBranch { branch, now } => {
                state.check_standing(now)?;
                state.check_limit(Counted::Branches, state.branches + 1)?;
                Ok(vec![BranchAdded { branch }.into()])
            }
            Command::RemoveBranch { branch } => Ok(vec![BranchRemoved { branch }.into()]),
            Command::AddUser { users, now } => {
                state.check_standing(now)?;
                state.check_limit(Counted::Users, users)?;
                Ok(vec![])
            }
        }
    }

    fn evolve(state: State, event: Event) -> State {
        match event {
            Event::PlanChosen(PlanChosen { plan }) => State { plan: Some(plan), ..state },
            Event::TrialGranted(TrialGranted { until }) => {
                State { standing: Standing::Trial { until }, ..state }
            }
            Event::Activated(Activated {}) => State { standing: Standing::Active, ..state },
            Event::FellPastDue(FellPastDue { since }) => {
                State { standing: Standing::PastDue { since }, ..state }
            }
            Event::Suspended(Suspended {}) => State { standing: Standing::Suspended, ..state },
            Event::BranchAdded(_) => State { branches: state.branches + 1, ..state },
            Event::BranchRemoved(_) => {
                State { branches: state.branches.saturating_sub(1), ..state }
            }
        }
    }
}

#[cfg(test)]
mod tests;
