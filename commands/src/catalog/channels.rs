//! The sales channels of a company.

use domain::catalog::channel::{Channel, Kind};
use domain::catalog::channels::{Channels, Command, Error};
use domain::identity::subscription::Module;
use domain::shared::Name;
use serde::Serialize;

use crate::engine::error::CommandError;
use crate::engine::intent::Intent;
use crate::engine::unit_of_work::UnitOfWork;

/// Adds a channel, renames it, or puts a retired one into use again.
#[derive(Debug, Clone, Serialize)]
pub struct PutChannel {
    /// Its code.
    pub channel: Channel,
    /// Its kind.
    pub kind: Kind,
    /// Its name, unique among the channels in use.
    pub name: Name,
}

impl Intent for PutChannel {
    const OPERATION: &'static str = "channel.put";
    type Refusal = Error;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Result<(), CommandError<Error>> {
        let Self { channel, kind, name } = self.clone();
        decide(work, Command::Put { channel, kind, name }).await
    }
}

/// Retires a channel of the company's own.
#[derive(Debug, Clone, Serialize)]
pub struct RetireChannel {
    /// Its code.
    pub channel: Channel,
}

impl Intent for RetireChannel {
    const OPERATION: &'static str = "channel.retire";
    type Refusal = Error;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Result<(), CommandError<Error>> {
        decide(work, Command::Retire(self.channel.clone())).await
    }
}

async fn decide(work: &mut UnitOfWork<'_>, command: Command) -> Result<(), CommandError<Error>> {
    let company = work.tenant();
    work.read(vec![work.subscription(), work.wanted::<Channels>(&company)]).await?;
    work.covered(Module::Catalog)?;
    work.decide::<Channels, _>(&company, command)?;
    Ok(())
}
