//! Shared tills and tablets on which staff sign in with a PIN.

use domain::identity::Branch;
use domain::identity::device::{self, Device};
use domain::shared::{BranchId, DeviceId, Name};
use serde::Serialize;

use crate::engine::error::CommandError;
use crate::engine::intent::Intent;
use crate::engine::unit_of_work::UnitOfWork;

/// Enrols a device in a branch.
#[derive(Debug, Clone, Serialize)]
pub struct EnrollDevice {
    /// The id of the device.
    #[serde(skip)]
    pub device: DeviceId,
    /// Its branch.
    pub branch: BranchId,
    /// Its name.
    pub name: Name,
}

/// Why a device is neither enrolled nor removed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DeviceRefusal {
    /// The company has no such branch.
    #[error("there is no such branch")]
    UnknownBranch,
    /// A rule of the device itself.
    #[error(transparent)]
    Device(#[from] device::Error),
}

impl Intent for EnrollDevice {
    const OPERATION: &'static str = "device.enroll";
    type Refusal = DeviceRefusal;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Result<(), CommandError<DeviceRefusal>> {
        let wanted = vec![
            work.subscription(),
            work.wanted::<Device>(&self.device),
            work.wanted::<Branch>(&self.branch),
        ];
        work.read(wanted).await?;
        work.subscribed()?;
        work.at_open_branch(self.branch, || DeviceRefusal::UnknownBranch)?;
        let enrolled = device::Enrolled { branch: self.branch, name: self.name.clone() };
        work.decide::<Device, _>(&self.device, device::Command::Enroll(enrolled))?;
        Ok(())
    }
}

/// Removes a device: it allows no sign-in any more.
#[derive(Debug, Clone, Serialize)]
pub struct RemoveDevice {
    /// The device.
    pub device: DeviceId,
}

impl Intent for RemoveDevice {
    const OPERATION: &'static str = "device.remove";
    type Refusal = DeviceRefusal;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Result<(), CommandError<DeviceRefusal>> {
        work.read(vec![work.wanted::<Device>(&self.device)]).await?;
        if let Some(enrolled) = work.state::<Device>(&self.device).in_use() {
            let branch = enrolled.branch;
            work.read(vec![work.wanted::<Branch>(&branch)]).await?;
            work.at_branch(branch, || DeviceRefusal::UnknownBranch)?;
        }
        work.decide::<Device, _>(&self.device, device::Command::Remove)?;
        Ok(())
    }
}
