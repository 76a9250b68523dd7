//! Branches: opened, corrected, closed and reopened.

use chrono::NaiveDate;
use chrono_tz::Tz;
use domain::catalog::TaxProfile;
use domain::claim::{Claim, ClaimId, Named};
use domain::identity::branch::{self, Branch, Command, TaxRegime};
use domain::identity::subscription;
use domain::shared::{Address, BranchId, BusinessDay, BusinessDayChange, Currency, CutOff, Name};
use event_store::Revision;
use serde::Serialize;

use crate::claims::{rename, take};
use crate::engine::error::CommandError;
use crate::engine::intent::Intent;
use crate::engine::unit_of_work::UnitOfWork;

/// Why a command on a branch is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BranchRefusal {
    /// Another branch has the name.
    #[error("another branch has this name")]
    NameTaken,
    /// A rule of the branch itself.
    #[error(transparent)]
    Branch(#[from] branch::Error),
}

/// Opens a branch.
#[derive(Debug, Clone, Serialize)]
pub struct OpenBranch {
    /// The id of the branch.
    #[serde(skip)]
    pub branch: BranchId,
    /// Its name, unique in the company.
    pub name: Name,
    /// Its time zone.
    pub time_zone: Tz,
    /// Its currency.
    pub currency: Currency,
    /// The time at which its business day begins.
    pub cut_off: CutOff,
}

impl Intent for OpenBranch {
    const OPERATION: &'static str = "branch.open";
    type Refusal = BranchRefusal;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Result<(), CommandError<BranchRefusal>> {
        let claims = ClaimId::all_of_name(Named::Branch, &self.name);
        let mut wanted = vec![work.subscription(), work.wanted::<Branch>(&self.branch)];
        wanted.extend(claims.iter().map(|claim| work.wanted::<Claim>(claim)));
        work.read(wanted).await?;
        let Self { name, time_zone, currency, cut_off, .. } = self.clone();
        let opened = branch::Opened { name, time_zone, currency, cut_off };
        work.decide::<Branch, _>(&self.branch, Command::Open(opened))?;
        take(work, &claims, self.branch.uuid(), BranchRefusal::NameTaken)?;
        work.count(|now| subscription::Command::AddBranch { branch: self.branch, now })
    }
}

/// Corrects the name and the address of a branch.
#[derive(Debug, Clone, Serialize)]
pub struct ReviseBranch {
    /// The branch.
    pub branch: BranchId,
    /// The revision that the caller has seen.
    pub seen: Revision,
    /// Its name, unique in the company.
    pub name: Name,
    /// Its address.
    pub address: Option<Address>,
}

impl Intent for ReviseBranch {
    const OPERATION: &'static str = "branch.revise";
    type Refusal = BranchRefusal;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Result<(), CommandError<BranchRefusal>> {
        work.read(vec![work.wanted::<Branch>(&self.branch)]).await?;
        work.at_branch(self.branch, || branch::Error::Unknown.into())?;
        let before = work.state::<Branch>(&self.branch).details().cloned();
        let before = before.ok_or(CommandError::refused(branch::Error::Unknown))?;
        work.expect::<Branch, _>(&self.branch, Some(self.seen))?;
        let Self { name, address, .. } = self.clone();
        work.decide::<Branch, _>(&self.branch, Command::Revise { name, address })?;
        let claims = (Named::Branch, &before.name, &self.name);
        rename(work, claims, self.branch.uuid(), BranchRefusal::NameTaken).await
    }
}

/// Changes how a branch counts its business days.
#[derive(Debug, Clone, Serialize)]
pub struct ChangeBusinessDay {
    /// The branch.
    pub branch: BranchId,
    /// The revision that the caller has seen.
    pub seen: Revision,
    /// The first business date of the changed count.
    pub from: NaiveDate,
    /// The time zone.
    pub time_zone: Tz,
    /// The time at which the business day begins.
    pub cut_off: CutOff,
}

impl Intent for ChangeBusinessDay {
    const OPERATION: &'static str = "branch.change_business_day";
    type Refusal = BranchRefusal;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Result<(), CommandError<BranchRefusal>> {
        work.read(vec![work.wanted::<Branch>(&self.branch)]).await?;
        let moment = work.at_branch(self.branch, || branch::Error::Unknown.into())?;
        work.expect::<Branch, _>(&self.branch, Some(self.seen))?;
        let Self { from, time_zone, cut_off, .. } = *self;
        let change = BusinessDayChange { from, day: BusinessDay { time_zone, cut_off } };
        let now = moment.instant;
        work.decide::<Branch, _>(&self.branch, Command::ChangeBusinessDay { change, now })?;
        Ok(())
    }
}

/// Sets the tax regime of a branch from a date on.
#[derive(Debug, Clone, Serialize)]
pub struct SetTaxRegime {
    /// The branch.
    pub branch: BranchId,
    /// The revision that the caller has seen.
    pub seen: Revision,
    /// The first business date, and the regime.
    pub regime: TaxRegime,
}

impl Intent for SetTaxRegime {
    const OPERATION: &'static str = "branch.set_tax_regime";
    type Refusal = BranchRefusal;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Result<(), CommandError<BranchRefusal>> {
        let Self { branch, seen, regime } = self;
        let own = regime.own_profile();
        let mut wanted = vec![work.wanted::<Branch>(branch)];
        wanted.extend(own.map(|own| work.wanted::<TaxProfile>(&own)));
        work.read(wanted).await?;
        let moment = work.at_branch(*branch, || branch::Error::Unknown.into())?;
        work.expect::<Branch, _>(branch, Some(*seen))?;
        let own = own.and_then(|own| work.state::<TaxProfile>(&own).latest());
        regime.check(own.map(|own| &own.profile)).map_err(CommandError::refused)?;
        let set = Command::SetTaxRegime { regime: regime.clone(), now: moment.instant };
        work.decide::<Branch, _>(branch, set)?;
        Ok(())
    }
}

/// Closes a branch: it begins nothing more.
#[derive(Debug, Clone, Serialize)]
pub struct CloseBranch {
    /// The branch.
    pub branch: BranchId,
}

impl Intent for CloseBranch {
    const OPERATION: &'static str = "branch.close";
    type Refusal = BranchRefusal;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Result<(), CommandError<BranchRefusal>> {
        let branch = self.branch;
        work.read(vec![work.subscription(), work.wanted::<Branch>(&branch)]).await?;
        work.at_branch(branch, || branch::Error::Unknown.into())?;
        if work.decide::<Branch, BranchRefusal>(&branch, Command::Close)?.is_empty() {
            return Ok(());
        }
        work.count(|_| subscription::Command::RemoveBranch { branch })
    }
}

/// Reopens a closed branch.
#[derive(Debug, Clone, Serialize)]
pub struct ReopenBranch {
    /// The branch.
    pub branch: BranchId,
}

impl Intent for ReopenBranch {
    const OPERATION: &'static str = "branch.reopen";
    type Refusal = BranchRefusal;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Result<(), CommandError<BranchRefusal>> {
        let branch = self.branch;
        work.read(vec![work.subscription(), work.wanted::<Branch>(&branch)]).await?;
        work.at_branch(branch, || branch::Error::Unknown.into())?;
        if work.decide::<Branch, BranchRefusal>(&branch, Command::Reopen)?.is_empty() {
            return Ok(());
        }
        work.count(|now| subscription::Command::AddBranch { branch, now })
    }
}
