//! A subscription: what a company has agreed on with whoever runs the installation.
//!
//! It decides what may be begun. Reading, signing in and out, and bringing to an end what was begun are
//! not its business. A company of which nothing is said here may do everything.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Decider;
use crate::shared::{BranchId, Name, TenantId};

/// How long everything goes on after a payment was due.
pub const GRACE: TimeDelta = TimeDelta::days(14);

/// The marker of the aggregate.
#[derive(Debug)]
pub struct Subscription;

/// What can be asked of a subscription.
#[derive(Debug, Clone)]
pub enum Command {
    /// The company should have this plan.
    ChoosePlan(Plan),
    /// The subscription should stand like this.
    Change(Standing),
    /// The company opens another branch, or one again.
    AddBranch {
        /// Which.
        branch: BranchId,
        /// The time.
        now: DateTime<Utc>,
    },
    /// A branch closes.
    RemoveBranch {
        /// Which.
        branch: BranchId,
    },
    /// Somebody begins to work in the company, or goes on.
    AddUser {
        /// How many there will be who may sign in.
        users: u32,
        /// The time.
        now: DateTime<Utc>,
    },
}

/// What a company may have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Plan {
    /// What it is called.
    pub name: Name,
    /// How many open branches; none is any number.
    pub branches: Option<u32>,
    /// How many people who are not suspended; none is any number.
    pub users: Option<u32>,
    /// Which parts of FastOps; none is all of them.
    pub modules: Option<BTreeSet<Module>>,
}

/// A part of FastOps that a plan may leave out.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Module {
    /// Categories and products.
    Catalog,
    /// Stock items, recipes and what comes in.
    Inventory,
    /// Orders.
    Orders,
}

impl Module {
    /// Every module.
    pub const ALL: [Self; 3] = [Self::Catalog, Self::Inventory, Self::Orders];

    /// The word that stands for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Catalog => "catalog",
            Self::Inventory => "inventory",
            Self::Orders => "orders",
        }
    }
}

/// How a subscription stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum Standing {
    /// The company tries FastOps.
    Trial {
        /// When that ends.
        until: DateTime<Utc>,
    },
    /// It is paid.
    #[default]
    Active,
    /// A payment is due; everything goes on for [`GRACE`].
    PastDue {
        /// Since when.
        since: DateTime<Utc>,
    },
    /// Nothing can be begun.
    Suspended,
}

/// The company has this plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PlanChosen {
    /// What it may have.
    pub plan: Plan,
}

/// The company may try FastOps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TrialGranted {
    /// When that ends.
    pub until: DateTime<Utc>,
}

/// The subscription is paid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Activated {}

/// A payment is due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FellPastDue {
    /// Since when.
    pub since: DateTime<Utc>,
}

/// Nothing can be begun.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Suspended {}

/// A branch counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BranchAdded {
    /// Which.
    pub branch: BranchId,
}

/// A branch does not count any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BranchRemoved {
    /// Which.
    pub branch: BranchId,
}

crate::stored_events! {
    /// What happens to a subscription.
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

/// What a company may begin.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct State {
    /// What it may have; none limits nothing.
    pub plan: Option<Plan>,
    /// How the subscription stands.
    pub standing: Standing,
    /// How many open branches it has.
    pub branches: u32,
}

/// Of what a plan has a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counted {
    /// Open branches.
    Branches,
    /// People who are not suspended.
    Users,
}

/// Why something cannot be begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The trial is over.
    #[error("the trial ended at {until}")]
    TrialEnded {
        /// When it ended.
        until: DateTime<Utc>,
    },
    /// A payment is due for longer than [`GRACE`].
    #[error("a payment is due since {since}")]
    PastDue {
        /// Since when.
        since: DateTime<Utc>,
    },
    /// The subscription is suspended.
    #[error("the subscription is suspended")]
    Suspended,
    /// The plan leaves this out.
    #[error("the plan has no {}", .0.word())]
    NoModule(Module),
    /// The plan has no more of this.
    #[error("the plan has {limit} {counted:?}")]
    Limit {
        /// Of what.
        counted: Counted,
        /// How many there may be.
        limit: u32,
    },
}

impl State {
    /// Whether anything can be begun at `now`.
    pub fn goes_on(&self, now: DateTime<Utc>) -> Result<(), Error> {
        match self.standing {
            Standing::Trial { until } if now >= until => Err(Error::TrialEnded { until }),
            Standing::PastDue { since } if now - since >= GRACE => Err(Error::PastDue { since }),
            Standing::Suspended => Err(Error::Suspended),
            Standing::Trial { .. } | Standing::Active | Standing::PastDue { .. } => Ok(()),
        }
    }

    /// Whether something can be begun in a module at `now`.
    pub fn covers(&self, module: Module, now: DateTime<Utc>) -> Result<(), Error> {
        self.goes_on(now)?;
        let modules = self.plan.as_ref().and_then(|plan| plan.modules.as_ref());
        match modules {
            Some(modules) if !modules.contains(&module) => Err(Error::NoModule(module)),
            _ => Ok(()),
        }
    }

    fn has_room(&self, counted: Counted, wanted: u32) -> Result<(), Error> {
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
                state.goes_on(now)?;
                state.has_room(Counted::Branches, state.branches + 1)?;
                Ok(vec![BranchAdded { branch }.into()])
            }
            Command::RemoveBranch { branch } => Ok(vec![BranchRemoved { branch }.into()]),
            Command::AddUser { users, now } => {
                state.goes_on(now)?;
                state.has_room(Counted::Users, users)?;
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
