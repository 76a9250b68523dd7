//! `fastops companies`: companies and what they have subscribed to, as whoever runs the installation
//! says it.
//!
//! Answers are JSON, one line, but for lists and what a new company's administrator is to be told.

use std::io::{self, Write};

use chrono::{DateTime, TimeDelta, Utc};
use clap::{Args, Subcommand};
use commands::Request;
use commands::identity::{ChangeSubscription, Company as Shown};
use domain::identity::subscription::{Module, Plan, Standing};
use domain::shared::{CommandId, CorrelationId, Name, NameError, TenantId};
use serde_json::{Value, json};

use crate::companies::{
    self, Creation, CreationError, Listing, ListingError, Restoration, RestorationError,
};
use crate::installation::Installation;

/// What can be done about companies.
#[derive(Subcommand)]
pub enum CompaniesCommand {
    /// List the companies.
    List(Listing),
    /// Set a company up, and say the link at which its administrator chooses a password.
    Create(Box<Creation>),
    /// Make somebody an administrator of all branches, where nobody is left who can.
    RestoreAdministrator(Box<Restoration>),
    /// Say what a company has subscribed to, and how the subscription stands.
    Show(Company),
    /// Give a company another plan.
    Plan {
        /// Which company.
        #[command(flatten)]
        company: Company,
        /// What the plan is called.
        #[arg(long)]
        plan: String,
        /// What the plan allows.
        #[command(flatten)]
        limits: Limits,
    },
    /// Close a company: none of its people gets in; its data stays.
    Close(Company),
    /// Open a company again that was closed, as it was.
    Reopen(Company),
    /// Say how a company's subscription stands.
    State {
        /// Which company.
        #[command(flatten)]
        company: Company,
        /// How.
        #[command(subcommand)]
        state: Stated,
    },
}

/// Which company.
#[derive(Debug, Args)]
pub struct Company {
    /// Its short name.
    #[arg(long)]
    slug: String,
}

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

/// How a subscription stands, as the command line says it.
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
pub struct FirstSubscription {
    /// What its plan is called; without one nothing is limited.
    #[arg(long)]
    plan: Option<String>,
    #[command(flatten)]
    limits: Limits,
    /// For how many days it may try FastOps; for ever unless given.
    #[arg(long)]
    trial_days: Option<u16>,
}

/// Why nothing was done.
#[derive(Debug, thiserror::Error)]
pub enum SubscriptionError {
    /// The plan cannot be called like this.
    #[error("the plan's name cannot be used")]
    Name(#[from] NameError),
    /// The companies could not be listed.
    #[error(transparent)]
    Listing(#[from] ListingError),
    /// The company could not be set up.
    #[error(transparent)]
    Creation(#[from] CreationError),
    /// Nobody was made an administrator.
    #[error(transparent)]
    Restoration(#[from] RestorationError),
    /// The company is not there, or could not be written.
    #[error(transparent)]
    Company(#[from] companies::Error),
    /// The log could not be read.
    #[error(transparent)]
    World(#[from] commands::World),
    /// Standard output is closed.
    #[error("could not write the answer")]
    Output(#[from] io::Error),
}

impl Limits {
    fn plan(self, name: &str) -> Result<Plan, NameError> {
        let Self { branches, users, modules } = self;
        let modules = modules.map(|modules| modules.into_iter().collect());
        Ok(Plan { name: Name::parse(name)?, branches, users, modules })
    }
}

impl Stated {
    fn standing(self, now: DateTime<Utc>) -> Standing {
        match self {
            Self::Trial { days } => trial(days, now),
            Self::Active => Standing::Active,
            Self::PastDue { since } => Standing::PastDue { since: since.unwrap_or(now) },
            Self::Suspended => Standing::Suspended,
        }
    }
}

impl FirstSubscription {
    /// What is to be written down.
    pub fn change(self, now: DateTime<Utc>) -> Result<ChangeSubscription, NameError> {
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

/// Does it, and says how things stand afterwards.
pub async fn run(
    command: CompaniesCommand,
    installation: &Installation,
    out: &mut (impl Write + Send),
) -> Result<(), SubscriptionError> {
    let (Company { slug }, wanted) = match command {
        CompaniesCommand::List(listing) => {
            return Ok(companies::list(&listing, installation, out).await?);
        }
        CompaniesCommand::Create(creation) => {
            return Ok(companies::create(*creation, installation, out).await?);
        }
        CompaniesCommand::RestoreAdministrator(restoration) => {
            return Ok(companies::restore(*restoration, installation, out).await?);
        }
        CompaniesCommand::Show(company) => (company, Wanted::Nothing),
        CompaniesCommand::Close(company) => (company, Wanted::Close),
        CompaniesCommand::Reopen(company) => (company, Wanted::Reopen),
        CompaniesCommand::Plan { company, plan, limits } => {
            let plan = Some(limits.plan(&plan)?);
            (company, Wanted::Subscription(ChangeSubscription { plan, standing: None }))
        }
        CompaniesCommand::State { company, state } => {
            let standing = Some(state.standing(installation.clock.now()));
            (company, Wanted::Subscription(ChangeSubscription { plan: None, standing }))
        }
    };
    let tenant = companies::by_slug(installation, &slug).await?;
    wanted.carry_out(installation, tenant).await?;
    let company =
        installation.operator().company(tenant).await?.ok_or(companies::Error::Unknown)?;
    writeln!(out, "{}", line(&company))?;
    Ok(())
}

/// What should become of a company.
enum Wanted {
    Nothing,
    Subscription(ChangeSubscription),
    Close,
    Reopen,
}

impl Wanted {
    async fn carry_out(
        self,
        installation: &Installation,
        tenant: TenantId,
    ) -> Result<(), companies::Error> {
        let operator = installation.operator();
        let correlation = CorrelationId::from_uuid(installation.ids.uuid());
        let request = Request::live(CommandId::from_uuid(installation.ids.uuid()));
        match self {
            Self::Nothing => {}
            Self::Subscription(change) => {
                operator.subscribe(tenant, correlation.into(), request, change).await?;
            }
            Self::Close => {
                operator.close(tenant, correlation, request).await?;
            }
            Self::Reopen => {
                operator.reopen(tenant, correlation, request).await?;
            }
        }
        Ok(())
    }
}

/// A company for programs.
pub(crate) fn line(company: &Shown) -> Value {
    json!({
        "tenant_id": company.tenant.uuid(),
        "tenant": company.slug,
        "name": company.details.name,
        "is_closed": company.is_closed,
        "created_at": company.created_at,
        "plan": company.subscription.plan,
        "subscription": company.subscription.standing,
        "branches": company.subscription.branches,
        "users": company.users,
    })
}
