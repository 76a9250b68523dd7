//! Stations of branches.

use domain::catalog::station::{self, Added, Command, Station};
use domain::claim::{Claim, ClaimId, Named};
use domain::identity::Branch;
use domain::identity::subscription::Module;
use domain::shared::{BranchId, Name, StationId};
use event_store::Revision;
use serde::Serialize;

use crate::claims::{release, replace, take};
use crate::engine::error::CommandError;
use crate::engine::intent::Intent;
use crate::engine::unit_of_work::UnitOfWork;

/// Why a command on a station is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StationRefusal {
    /// The company has no such branch.
    #[error("there is no such branch")]
    UnknownBranch,
    /// Another station of the branch has the name.
    #[error("another station of the branch has this name")]
    NameTaken,
    /// A rule of the station itself.
    #[error(transparent)]
    Station(#[from] station::Error),
}

/// Adds a station to a branch.
#[derive(Debug, Clone, Serialize)]
pub struct AddStation {
    /// The id of the station.
    #[serde(skip)]
    pub station: StationId,
    /// The branch.
    pub branch: BranchId,
    /// Its name, unique in the branch.
    pub name: Name,
}

impl Intent for AddStation {
    const OPERATION: &'static str = "station.add";
    type Refusal = StationRefusal;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Result<(), CommandError<StationRefusal>> {
        let claims = ClaimId::all_of_name_in(Named::Station, self.branch, &self.name);
        let mut wanted = vec![
            work.subscription(),
            work.wanted::<Branch>(&self.branch),
            work.wanted::<Station>(&self.station),
        ];
        wanted.extend(claims.iter().map(|claim| work.wanted::<Claim>(claim)));
        work.read(wanted).await?;
        work.covered(Module::Catalog)?;
        work.at_open_branch(self.branch, || StationRefusal::UnknownBranch)?;
        let added = Added { branch: self.branch, name: self.name.clone() };
        work.decide::<Station, _>(&self.station, Command::Add(added))?;
        take(work, &claims, self.station.uuid(), StationRefusal::NameTaken)
    }
}

/// Renames a station.
#[derive(Debug, Clone, Serialize)]
pub struct RenameStation {
    /// The branch.
    pub branch: BranchId,
    /// The station.
    pub station: StationId,
    /// The revision that the caller has seen.
    pub seen: Option<Revision>,
    /// Its name, unique in the branch.
    pub name: Name,
}

impl Intent for RenameStation {
    const OPERATION: &'static str = "station.rename";
    type Refusal = StationRefusal;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Result<(), CommandError<StationRefusal>> {
        let before = read(work, self.branch, self.station).await?;
        work.covered(Module::Catalog)?;
        work.expect::<Station, _>(&self.station, self.seen)?;
        work.decide::<Station, _>(&self.station, Command::Rename(self.name.clone()))?;
        let of = |name| ClaimId::all_of_name_in(Named::Station, self.branch, name);
        let claims = (of(&before.name), of(&self.name));
        replace(work, claims, self.station.uuid(), StationRefusal::NameTaken).await
    }
}

/// Closes a station for good; another one can have its name.
#[derive(Debug, Clone, Serialize)]
pub struct CloseStation {
    /// The branch.
    pub branch: BranchId,
    /// The station.
    pub station: StationId,
}

impl Intent for CloseStation {
    const OPERATION: &'static str = "station.close";
    type Refusal = StationRefusal;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Result<(), CommandError<StationRefusal>> {
        let station = read(work, self.branch, self.station).await?;
        let closed = work.decide::<Station, StationRefusal>(&self.station, Command::Close)?;
        if closed.is_empty() {
            return Ok(());
        }
        let claims = ClaimId::all_of_name_in(Named::Station, self.branch, &station.name);
        work.read(claims.iter().map(|claim| work.wanted::<Claim>(claim)).collect()).await?;
        release(work, &claims, self.station.uuid());
        Ok(())
    }
}

/// Reads a station of a branch in which the actor may act. One of another branch is unknown.
async fn read(
    work: &mut UnitOfWork<'_>,
    branch: BranchId,
    station: StationId,
) -> Result<Added, CommandError<StationRefusal>> {
    let wanted =
        vec![work.subscription(), work.wanted::<Branch>(&branch), work.wanted::<Station>(&station)];
    work.read(wanted).await?;
    work.at_branch(branch, || StationRefusal::UnknownBranch)?;
    let known = work.state::<Station>(&station).added().filter(|known| known.branch == branch);
    known.cloned().ok_or(CommandError::refused(station::Error::Unknown))
}
