//! `fastops companies`: the companies of an installation and what they have subscribed to.
//!
//! Answers are JSON, one line, but for lists and for the links of administrators.

use std::io::{self, Write};

use clap::{Args, Subcommand};
use commands::Request;
use commands::identity::{ChangeSubscription, Company as Shown};
use domain::shared::{CommandId, CorrelationId, NameError, TenantId};
use serde_json::{Value, json};

use super::create::{Creation, CreationError, create};
use super::list::{Listing, ListingError, list};
use super::plan::{Limits, Stated};
use super::restore_administrator::{Restoration, RestorationError, restore};
use super::{Error, by_slug};
use crate::installation::Installation;

/// What can be done about companies.
#[derive(Subcommand)]
pub enum CompaniesCommand {
    /// List the companies.
    List(Listing),
    /// Set a company up, and print the link at which its administrator chooses a password.
    Create(Box<Creation>),
    /// Make a person an administrator of all branches, if no administrator is left who can.
    RestoreAdministrator(Box<Restoration>),
    /// Print what a company has subscribed to, and how the subscription stands.
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
    /// Close a company: none of its users can sign in; its data stays.
    Close(Company),
    /// Reopen a closed company, as it was.
    Reopen(Company),
    /// Set the standing of a company's subscription.
    State {
        /// Which company.
        #[command(flatten)]
        company: Company,
        /// The standing.
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
    /// No person was made an administrator.
    #[error(transparent)]
    Restoration(#[from] RestorationError),
    /// The company is not there, or could not be written.
    #[error(transparent)]
    Company(#[from] Error),
    /// The log could not be read.
    #[error(transparent)]
    World(#[from] commands::World),
    /// Standard output is closed.
    #[error("could not write the answer")]
    Output(#[from] io::Error),
}

/// Runs the command, and prints the company's state afterwards.
pub async fn run(
    command: CompaniesCommand,
    installation: &Installation,
    out: &mut (impl Write + Send),
) -> Result<(), SubscriptionError> {
    let (Company { slug }, wanted) = match command {
        CompaniesCommand::List(listing) => {
            return Ok(list(&listing, installation, out).await?);
        }
        CompaniesCommand::Create(creation) => {
            return Ok(create(*creation, installation, out).await?);
        }
        CompaniesCommand::RestoreAdministrator(restoration) => {
            return Ok(restore(*restoration, installation, out).await?);
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
    let tenant = by_slug(installation, &slug).await?;
    wanted.carry_out(installation, tenant).await?;
    let company = installation.operator().company(tenant).await?.ok_or(Error::Unknown)?;
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
    async fn carry_out(self, installation: &Installation, tenant: TenantId) -> Result<(), Error> {
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
