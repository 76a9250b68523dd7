//! Branches: opened, corrected, closed and opened again.

use chrono::NaiveDate;
use chrono_tz::Tz;
use domain::claim::{Claim, ClaimId, Named};
use domain::identity::branch::{self, Branch, Command};
use domain::identity::subscription;
use domain::shared::{Address, BranchId, BusinessDay, BusinessDayChange, Currency, CutOff, Name};
use event_store::Revision;
use serde::Serialize;

use crate::catalog::{rename, take};
use crate::engine::error::Failure;
use crate::engine::intent::Intent;
use crate::engine::unit_of_work::UnitOfWork;

/// Why a branch stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BranchRefusal {
    /// Another branch has the name.
    #[error("another branch has this name")]
    NameTaken,
    /// A rule of the branch itself.
    #[error(transparent)]
    Branch(#[from] branch::Error),
}

const fn unknown() -> Failure<BranchRefusal> {
    Failure::Refused(BranchRefusal::Branch(branch::Error::Unknown))
}

const fn name_taken() -> Failure<BranchRefusal> {
    Failure::Refused(BranchRefusal::NameTaken)
}

fn decide(
    work: &mut UnitOfWork<'_>,
    branch: BranchId,
    command: Command,
) -> Result<Vec<branch::Event>, Failure<BranchRefusal>> {
    work.decide::<Branch>(&branch, command).map_err(|refusal| Failure::Refused(refusal.into()))
}

/// A company opens a place.
#[derive(Debug, Clone, Serialize)]
pub struct OpenBranch {
    /// The branch to be.
    #[serde(skip)]
    pub branch: BranchId,
    /// Its name, unique in the company.
    pub name: Name,
    /// The zone of its clock.
    pub time_zone: Tz,
    /// What it trades in.
    pub currency: Currency,
    /// When its business day begins.
    pub cut_off: CutOff,
}

impl Intent for OpenBranch {
    const OPERATION: &'static str = "branch.open";
    type Refusal = BranchRefusal;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Result<(), Failure<BranchRefusal>> {
        let claims = ClaimId::all_of_name(Named::Branch, &self.name);
        let mut wanted = vec![work.subscription(), work.wanted::<Branch>(&self.branch)];
        wanted.extend(claims.iter().map(|claim| work.wanted::<Claim>(claim)));
        work.read(wanted).await?;
        let Self { name, time_zone, currency, cut_off, .. } = self.clone();
        let opened = branch::Opened { name, time_zone, currency, cut_off };
        decide(work, self.branch, Command::Open(opened))?;
        take(work, &claims, self.branch.uuid()).map_err(|_| name_taken())?;
        work.count(|now| subscription::Command::AddBranch { branch: self.branch, now })
    }
}

/// A branch should be called like this, and be there.
#[derive(Debug, Clone, Serialize)]
pub struct ReviseBranch {
    /// Which.
    pub branch: BranchId,
    /// Where the caller has seen it.
    pub seen: Revision,
    /// Its name, unique in the company.
    pub name: Name,
    /// Where it is.
    pub address: Option<Address>,
}

impl Intent for ReviseBranch {
    const OPERATION: &'static str = "branch.revise";
    type Refusal = BranchRefusal;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Result<(), Failure<BranchRefusal>> {
        work.read(vec![work.wanted::<Branch>(&self.branch)]).await?;
        work.at_branch(self.branch, || branch::Error::Unknown.into())?;
        let before = work.state::<Branch>(&self.branch).details().cloned();
        let before = before.ok_or_else(unknown)?;
        work.expect::<Branch, _>(&self.branch, Some(self.seen))?;
        let Self { name, address, .. } = self.clone();
        decide(work, self.branch, Command::Revise { name, address })?;
        let claims = (Named::Branch, &before.name, &self.name);
        rename(work, claims, self.branch.uuid(), name_taken).await
    }
}

/// A branch should count its days otherwise.
#[derive(Debug, Clone, Serialize)]
pub struct ChangeBusinessDay {
    /// Which.
    pub branch: BranchId,
    /// Where the caller has seen it.
    pub seen: Revision,
    /// The first business date that is counted like this.
    pub from: NaiveDate,
    /// The zone of its clock.
    pub time_zone: Tz,
    /// When its business day begins.
    pub cut_off: CutOff,
}

impl Intent for ChangeBusinessDay {
    const OPERATION: &'static str = "branch.change_business_day";
    type Refusal = BranchRefusal;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Result<(), Failure<BranchRefusal>> {
        work.read(vec![work.wanted::<Branch>(&self.branch)]).await?;
        let moment = work.at_branch(self.branch, || branch::Error::Unknown.into())?;
        work.expect::<Branch, _>(&self.branch, Some(self.seen))?;
        let Self { from, time_zone, cut_off, .. } = *self;
        let change = BusinessDayChange { from, day: BusinessDay { time_zone, cut_off } };
        let now = moment.instant;
        decide(work, self.branch, Command::ChangeBusinessDay { change, now })?;
        Ok(())
    }
}

/// A branch should begin nothing more.
#[derive(Debug, Clone, Serialize)]
pub struct CloseBranch {
    /// Which.
    pub branch: BranchId,
}

impl Intent for CloseBranch {
    const OPERATION: &'static str = "branch.close";
    type Refusal = BranchRefusal;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Result<(), Failure<BranchRefusal>> {
        let branch = self.branch;
        work.read(vec![work.subscription(), work.wanted::<Branch>(&branch)]).await?;
        work.at_branch(branch, || branch::Error::Unknown.into())?;
        if decide(work, branch, Command::Close)?.is_empty() {
            return Ok(());
        }
        work.count(|_| subscription::Command::RemoveBranch { branch })
    }
}

/// A branch that was closed should trade again.
#[derive(Debug, Clone, Serialize)]
pub struct ReopenBranch {
    /// Which.
    pub branch: BranchId,
}

impl Intent for ReopenBranch {
    const OPERATION: &'static str = "branch.reopen";
    type Refusal = BranchRefusal;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Result<(), Failure<BranchRefusal>> {
        let branch = self.branch;
        work.read(vec![work.subscription(), work.wanted::<Branch>(&branch)]).await?;
        work.at_branch(branch, || branch::Error::Unknown.into())?;
        if decide(work, branch, Command::Reopen)?.is_empty() {
            return Ok(());
        }
        work.count(|now| subscription::Command::AddBranch { branch, now })
    }
}
