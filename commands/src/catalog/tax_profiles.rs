//! Tax profiles of the company.

use domain::catalog::tax_profile::{self, Command, TaxProfile};
use domain::claim::{Claim, ClaimId, Named};
use domain::identity::subscription::Module;
use domain::shared::{Name, TaxProfileId};
use domain::taxes::Profile;
use event_store::Revision;
use serde::Serialize;

use crate::claims::{rename, take};
use crate::engine::error::CommandError;
use crate::engine::intent::Intent;
use crate::engine::unit_of_work::UnitOfWork;

/// Why a tax profile is not published.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TaxProfileRefusal {
    /// Another profile has the name.
    #[error("another tax profile has this name")]
    NameTaken,
    /// A rule of the profile itself.
    #[error(transparent)]
    TaxProfile(#[from] tax_profile::Error),
}

/// Adds a tax profile in its first version.
#[derive(Debug, Clone, Serialize)]
pub struct AddTaxProfile {
    /// The id of the profile.
    #[serde(skip)]
    pub tax_profile: TaxProfileId,
    /// Its name, unique in the company.
    pub name: Name,
    /// The taxes.
    pub profile: Profile,
}

impl Intent for AddTaxProfile {
    const OPERATION: &'static str = "tax_profile.add";
    type Refusal = TaxProfileRefusal;

    async fn decide(
        &self,
        work: &mut UnitOfWork<'_>,
    ) -> Result<(), CommandError<TaxProfileRefusal>> {
        let claims = ClaimId::all_of_name(Named::TaxProfile, &self.name);
        let mut wanted = vec![work.subscription(), work.wanted::<TaxProfile>(&self.tax_profile)];
        wanted.extend(claims.iter().map(|claim| work.wanted::<Claim>(claim)));
        work.read(wanted).await?;
        work.covered(Module::Catalog)?;
        let Self { name, profile, .. } = self.clone();
        work.decide::<TaxProfile, _>(&self.tax_profile, Command::Publish { name, profile })?;
        take(work, &claims, self.tax_profile.uuid(), TaxProfileRefusal::NameTaken)
    }
}

/// Publishes a later version of a tax profile.
#[derive(Debug, Clone, Serialize)]
pub struct PublishTaxProfile {
    /// The profile.
    pub tax_profile: TaxProfileId,
    /// The revision that the caller has seen.
    pub seen: Option<Revision>,
    /// Its name, unique in the company.
    pub name: Name,
    /// The taxes.
    pub profile: Profile,
}

impl Intent for PublishTaxProfile {
    const OPERATION: &'static str = "tax_profile.publish";
    type Refusal = TaxProfileRefusal;

    async fn decide(
        &self,
        work: &mut UnitOfWork<'_>,
    ) -> Result<(), CommandError<TaxProfileRefusal>> {
        let id = self.tax_profile;
        work.read(vec![work.subscription(), work.wanted::<TaxProfile>(&id)]).await?;
        work.covered(Module::Catalog)?;
        let before = work.state::<TaxProfile>(&id).latest().map(|latest| latest.name.clone());
        let before = before.ok_or(CommandError::refused(tax_profile::Error::Unknown))?;
        work.expect::<TaxProfile, _>(&id, self.seen)?;
        let Self { name, profile, .. } = self.clone();
        work.decide::<TaxProfile, _>(&id, Command::Publish { name, profile })?;
        let claims = (Named::TaxProfile, &before, &self.name);
        rename(work, claims, id.uuid(), TaxProfileRefusal::NameTaken).await
    }
}
