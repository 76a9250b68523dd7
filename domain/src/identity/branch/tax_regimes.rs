//! The tax regimes of a branch: which one it is under, by which profile, and from when on.

use std::sync::Arc;

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Error;
use crate::shared::{Code, TaxProfileId};
use crate::taxes::Profile;
use crate::taxes::builtin::Country;

/// The tax profile that a regime is one of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProfileSource {
    /// The one that comes with FastOps for a country.
    Builtin(Country),
    /// One of the company's own.
    Own(TaxProfileId),
}

impl ProfileSource {
    /// The profile; `own` is the company's, if it has the one that is named here.
    pub fn resolve(self, own: Option<&Profile>) -> Option<&Profile> {
        match self {
            Self::Builtin(country) => Some(&country.builtin().profile),
            Self::Own(_) => own,
        }
    }
}

/// The branch is under a regime from a business date on. Replaces any plan for that date or a later
/// one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TaxRegime {
    /// The first business date.
    pub from: NaiveDate,
    /// The profile that says what the regime means.
    pub profile: ProfileSource,
    /// The regime, by its code in the profile.
    pub regime: Code,
}

impl TaxRegime {
    /// The company's own profile that it names; none if it is of a built-in one.
    pub const fn own_profile(&self) -> Option<TaxProfileId> {
        match self.profile {
            ProfileSource::Builtin(_) => None,
            ProfileSource::Own(id) => Some(id),
        }
    }

    /// Checks that there is such a regime; `own` is the company's profile that it names, if the
    /// company has it.
    pub fn check(&self, own: Option<&Profile>) -> Result<(), Error> {
        let profile = self.profile.resolve(own).ok_or(Error::UnknownTaxProfile)?;
        if profile.has_regime(&self.regime) { Ok(()) } else { Err(Error::UnknownTaxRegime) }
    }

    fn means(&self, other: &Self) -> bool {
        self.profile == other.profile && self.regime == other.regime
    }
}

/// The regimes of a branch over time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TaxRegimes(Arc<[TaxRegime]>);

impl TaxRegimes {
    /// These regimes, which are ordered by date.
    pub fn of(regimes: impl IntoIterator<Item = TaxRegime>) -> Self {
        regimes.into_iter().fold(Self::default(), |regimes, regime| regimes.with(regime))
    }

    /// Every regime, ordered by date.
    pub fn all(&self) -> &[TaxRegime] {
        &self.0
    }

    /// The regime on a business date; none before the first.
    pub fn on(&self, date: NaiveDate) -> Option<&TaxRegime> {
        self.0.iter().rfind(|regime| regime.from <= date)
    }

    /// The regimes with one that replaces any from its date on.
    #[must_use]
    pub fn with(&self, regime: TaxRegime) -> Self {
        let from = regime.from;
        let before = self.0.iter().filter(|it| it.from < from).cloned();
        Self(before.chain([regime]).collect())
    }

    /// The regimes that are to be different if `regime` is set on `today`: none if it holds already.
    ///
    /// The first regime of a branch begins on any date, because past sales that are imported have
    /// their taxes by it. A later one does not begin on a date that is over.
    pub(super) fn changed(
        &self,
        regime: TaxRegime,
        today: NaiveDate,
    ) -> Result<Option<TaxRegime>, Error> {
        if !self.0.is_empty() && regime.from < today {
            return Err(Error::DayIsOver { earliest: today });
        }
        let is_last = self.0.last().is_none_or(|last| last.from <= regime.from);
        let holds = self.on(regime.from).is_some_and(|current| current.means(&regime));
        Ok((!(is_last && holds)).then_some(regime))
    }
}
