//! Companies: corrected by their own users, closed and reopened by the operator.

use domain::identity::tenant::{self, Command, Details, Tenant};
use event_store::Revision;
use serde::Serialize;

use crate::engine::error::CommandError;
use crate::engine::intent::Intent;
use crate::engine::unit_of_work::UnitOfWork;

/// Corrects the details of the company that are printed on its receipts.
#[derive(Debug, Clone, Serialize)]
pub struct ReviseCompany {
    /// The revision that the caller has seen.
    pub seen: Revision,
    /// The details.
    pub details: Details,
}

impl Intent for ReviseCompany {
    const OPERATION: &'static str = "tenant.revise";
    type Refusal = tenant::Error;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Result<(), CommandError<tenant::Error>> {
        let tenant = work.tenant();
        work.read(vec![work.wanted::<Tenant>(&tenant)]).await?;
        work.expect::<Tenant, _>(&tenant, Some(self.seen))?;
        let revise = Command::Revise(self.details.clone());
        work.decide::<Tenant, _>(&tenant, revise)?;
        Ok(())
    }
}

/// Closes the company: no user can sign in.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct CloseCompany {}

impl Intent for CloseCompany {
    const OPERATION: &'static str = "tenant.close";
    type Refusal = tenant::Error;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Result<(), CommandError<tenant::Error>> {
        decide(work, Command::Close).await
    }
}

/// Reopens the company: its users can sign in again.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct ReopenCompany {}

impl Intent for ReopenCompany {
    const OPERATION: &'static str = "tenant.reopen";
    type Refusal = tenant::Error;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Result<(), CommandError<tenant::Error>> {
        decide(work, Command::Reopen).await
    }
}

async fn decide(
    work: &mut UnitOfWork<'_>,
    command: Command,
) -> Result<(), CommandError<tenant::Error>> {
    let tenant = work.tenant();
    work.read(vec![work.wanted::<Tenant>(&tenant)]).await?;
    work.decide::<Tenant, _>(&tenant, command)?;
    Ok(())
}
