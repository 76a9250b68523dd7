//! The subscription of a company, from the command line.

use chrono::{DateTime, TimeDelta, Utc};
use clap::{Args, Subcommand};
use commands::identity::ChangeSubscription;
use domain::identity::subscription::{Module, Plan, Standing};
use domain::shared::{Name, NameError};

/// What a plan allows.
#[derive(Debug, Args)]
pub struct Limits {
    /// How many branches; any number unless given.
    #[arg(long, requires = "plan")]
    branches: Option<u32>,
    /// How many people who are not suspended; any number unless given.
    #[arg(long, requires = "plan")]
    users: Option<u32>,
    /// Which modules, separated by commas: catalog, inventory, orders; all of them unless given.
    #[arg(long, requires = "plan", value_delimiter = ',', value_parser = module)]
    modules: Option<Vec<Module>>,
}

/// The standing of a subscription, as given on the command line.
#[derive(Debug, Clone, Copy, Subcommand)]
pub enum Stated {
    /// It is a trial.
    Trial {
        /// For how many days from here on.
        #[arg(long)]
        days: u16,
    },
    /// It is paid.
    Active,
    /// A payment is due; after fourteen days nothing can be begun.
    PastDue {
        /// Since when, as RFC 3339; this moment unless given.
        #[arg(long)]
        since: Option<DateTime<Utc>>,
    },
    /// Nothing can be begun.
    Suspended,
}

/// What a company that is set up has subscribed to.
#[derive(Debug, Args)]
pub(super) struct FirstSubscription {
    /// What its plan is called; without one nothing is limited.
    #[arg(long)]
    plan: Option<String>,
    #[command(flatten)]
    limits: Limits,
    /// For how many days the company may try FastOps; without end unless given.
    #[arg(long)]
    trial_days: Option<u16>,
}

impl Limits {
    pub(super) fn plan(self, name: &str) -> Result<Plan, NameError> {
        let Self { branches, users, modules } = self;
        let modules = modules.map(|modules| modules.into_iter().collect());
        Ok(Plan { name: Name::parse(name)?, branches, users, modules })
    }
}

impl Stated {
    pub(super) fn standing(self, now: DateTime<Utc>) -> Standing {
        match self {
            Self::Trial { days } => trial(days, now),
            Self::Active => Standing::Active,
            Self::PastDue { since } => Standing::PastDue { since: since.unwrap_or(now) },
            Self::Suspended => Standing::Suspended,
        }
    }
}

impl FirstSubscription {
    /// The change that gives a company this subscription; a trial begins at `now`.
    pub(super) fn change(self, now: DateTime<Utc>) -> Result<ChangeSubscription, NameError> {
        let Self { plan, limits, trial_days } = self;
        let plan = plan.map(|plan| limits.plan(&plan)).transpose()?;
        let standing = trial_days.map(|days| trial(days, now));
        Ok(ChangeSubscription { plan, standing })
    }
}

fn trial(days: u16, now: DateTime<Utc>) -> Standing {
    Standing::Trial { until: now + TimeDelta::days(days.into()) }
}

fn module(word: &str) -> Result<Module, String> {
    let module = Module::ALL.into_iter().find(|module| module.word() == word);
    module.ok_or_else(|| Module::ALL.map(Module::word).join(", "))
}
