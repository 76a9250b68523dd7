//! A company's own tax profile, for a country that FastOps has none for, or in place of that one.
//!
//! It is published in versions. An order keeps the taxes that it was priced with. A version has the
//! regimes and classes of the one before it, because branches and products name them.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Decider;
use crate::shared::{Code, Name, TaxProfileId};
use crate::taxes::{Profile, ProfileError};

/// The marker of the aggregate.
#[derive(Debug)]
pub struct TaxProfile;

/// Commands to a tax profile.
#[derive(Debug, Clone)]
pub enum Command {
    /// Publish a version.
    Publish {
        /// Its name.
        name: Name,
        /// The taxes.
        profile: Profile,
    },
}

/// A version was published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Published {
    /// 1, 2, 3 …
    pub version: u32,
    /// The name of the profile.
    pub name: Name,
    /// The taxes.
    pub profile: Profile,
}

crate::stored_events! {
    /// Events of a tax profile.
    pub enum Event {
        "tax_profile.published" => Published,
    }
}

/// The latest version of a tax profile.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum State {
    /// None was published.
    #[default]
    Unpublished,
    /// This one.
    Published(Arc<Published>),
}

impl State {
    /// The latest version; none if none was published.
    pub fn latest(&self) -> Option<&Published> {
        match self {
            Self::Unpublished => None,
            Self::Published(published) => Some(published),
        }
    }
}

/// Why a command is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The profile is not complete in itself.
    #[error(transparent)]
    Profile(#[from] ProfileError),
    /// The version lacks a regime of the one before it.
    #[error("the regime {code} of the version before is not in this one")]
    RegimeGone {
        /// The regime.
        code: Code,
    },
    /// The version lacks a class of the one before it.
    #[error("the class {code} of the version before is not in this one")]
    ClassGone {
        /// The class.
        code: Code,
    },
    /// There is no such profile.
    #[error("there is no such tax profile")]
    Unknown,
    /// The version number would overflow.
    #[error("the tax profile has no version number left")]
    Exhausted,
}

impl Decider for TaxProfile {
    const CATEGORY: &'static str = "tax_profile";
    type Id = TaxProfileId;
    type Command = Command;
    type Event = Event;
    type State = State;
    type Error = Error;

    fn decide(state: &State, command: Command) -> Result<Vec<Event>, Error> {
        let Command::Publish { name, profile } = command;
        profile.check()?;
        let latest = state.latest();
        if latest.is_some_and(|latest| latest.name == name && latest.profile == profile) {
            return Ok(vec![]);
        }
        if let Some(latest) = latest {
            check_terms(&latest.profile, &profile)?;
        }
        let version = latest.map_or(0, |latest| latest.version).checked_add(1);
        let version = version.ok_or(Error::Exhausted)?;
        Ok(vec![Published { version, name, profile }.into()])
    }

    fn evolve(_: State, event: Event) -> State {
        match event {
            Event::Published(published) => State::Published(Arc::new(published)),
        }
    }
}

/// Checks that a version has what branches and products name of the one before it.
fn check_terms(latest: &Profile, profile: &Profile) -> Result<(), Error> {
    let regime = latest.regimes.iter().find(|term| !profile.has_regime(&term.code));
    if let Some(regime) = regime {
        return Err(Error::RegimeGone { code: regime.code.clone() });
    }
    let class = latest.classes.iter().find(|term| !profile.has_class(&term.code));
    class.map_or(Ok(()), |class| Err(Error::ClassGone { code: class.code.clone() }))
}

#[cfg(test)]
mod tests;
