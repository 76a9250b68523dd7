//! Adds the permissions of later releases to the seeded roles of existing companies.

use domain::identity::roles::{self, By, Change, Command, Roles, SEEDS_VERSION};
use domain::shared::{CommandId, CorrelationId, TenantId};
use serde::Serialize;
use uuid::Uuid;

use super::operator::Operator;
use crate::engine::aggregates::Trust;
use crate::engine::error::CommandError;
use crate::engine::execute::Commands;
use crate::engine::intent::Intent;
use crate::engine::scope::{Request, Scope};
use crate::engine::unit_of_work::UnitOfWork;

/// The actor's name in the log.
const NAME: &str = "the upgrade of the seeded roles";

/// How many companies of a page are read at once.
const ROWS: u16 = 200;

/// Updates a company's seeded roles to those of this release.
#[derive(Debug, Clone, Serialize)]
pub struct UpgradeSeeds {
    /// The version of the seeds in this release.
    pub version: u16,
}

impl Intent for UpgradeSeeds {
    const OPERATION: &'static str = "roles.upgrade_seeds";
    type Refusal = roles::Error;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Result<(), CommandError<roles::Error>> {
        let tenant = work.tenant();
        work.read(vec![work.wanted::<Roles>(&tenant)]).await?;
        let command = Command { by: By::System, change: Change::UpgradeSeeds(tenant) };
        work.decide::<Roles, _>(&tenant, command)?;
        Ok(())
    }
}

/// Upgrades every company whose roles began with an earlier version, each once, however many
/// servers do so concurrently. Returns the number of upgraded companies.
pub async fn upgrade_seeds(
    commands: &Commands,
    operator: &Operator,
) -> Result<u32, CommandError<roles::Error>> {
    let (mut upgraded, mut after) = (0, None);
    loop {
        let page = operator.companies(after.as_deref(), ROWS).await?;
        for company in page.rows {
            if upgrade(commands, company.tenant).await? {
                upgraded += 1;
            }
        }
        after = page.next;
        if after.is_none() {
            return Ok(upgraded);
        }
    }
}

async fn upgrade(
    commands: &Commands,
    tenant: TenantId,
) -> Result<bool, CommandError<roles::Error>> {
    let derived =
        |what: &str| Uuid::new_v5(&tenant.uuid(), format!("{what}:{SEEDS_VERSION}").as_bytes());
    let scope = Scope::system(tenant, CorrelationId::from_uuid(derived("seeds")), NAME);
    let mut work = commands.look(&scope, Trust::Committed);
    work.read(vec![work.wanted::<Roles>(&tenant)]).await?;
    let roles = work.state::<Roles>(&tenant);
    if !roles.is_founded() || roles.seeds() >= SEEDS_VERSION {
        return Ok(false);
    }
    let once = Request::live(CommandId::derived(derived("upgrade of the seeds")));
    commands.execute(&scope, once, UpgradeSeeds { version: SEEDS_VERSION }).await?;
    Ok(true)
}
