//! What a branch sells at the moment, one stream per branch: what it does not sell at all, and what
//! it has run out of for a time.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::shared::{BranchId, ModifierId, ProductId, VariantId};
use crate::{Decider, SnapshotFormat};

/// The marker of the aggregate; its id is that of the branch.
#[derive(Debug)]
pub struct Availability;

/// Something that can be sold or not.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum Subject {
    /// A product with all its variants.
    Product(ProductId),
    /// One variant.
    Variant(VariantId),
    /// A modifier, in whatever group.
    Modifier(ModifierId),
}

/// Commands to the availability of a branch.
#[derive(Debug, Clone, Copy)]
pub enum Command {
    /// Sell it, which is what a branch does with everything at first.
    List(Subject),
    /// Do not sell it in this branch.
    Delist(Subject),
    /// Do not sell it for a time.
    Snooze {
        /// What has run out.
        subject: Subject,
        /// The moment from which it is sold again; none until it is put back.
        until: Option<DateTime<Utc>>,
        /// The time of the command.
        now: DateTime<Utc>,
    },
    /// Sell it again although its time is not over.
    PutBack(Subject),
}

/// The branch sells it again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Listed {
    /// What.
    pub subject: Subject,
}

/// The branch does not sell it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Delisted {
    /// What.
    pub subject: Subject,
}

/// It has run out. Replaces an earlier time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Snoozed {
    /// What.
    pub subject: Subject,
    /// The moment from which it is sold again; none until it is put back.
    pub until: Option<DateTime<Utc>>,
}

/// It is there again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PutBack {
    /// What.
    pub subject: Subject,
}

crate::stored_events! {
    /// Events of the availability of a branch.
    pub enum Event {
        "availability.listed" => Listed,
        "availability.delisted" => Delisted,
        "availability.snoozed" => Snoozed,
        "availability.put_back" => PutBack,
    }
}

/// What a branch does not sell.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Stored", into = "Stored")]
pub struct State {
    delisted: BTreeSet<Subject>,
    snoozed: BTreeMap<Subject, Option<DateTime<Utc>>>,
}

/// The state as JSON, whose objects have no keys but texts.
#[derive(Serialize, Deserialize)]
struct Stored {
    delisted: Vec<Subject>,
    snoozed: Vec<(Subject, Option<DateTime<Utc>>)>,
}

impl From<Stored> for State {
    fn from(Stored { delisted, snoozed }: Stored) -> Self {
        Self { delisted: delisted.into_iter().collect(), snoozed: snoozed.into_iter().collect() }
    }
}

impl From<State> for Stored {
    fn from(State { delisted, snoozed }: State) -> Self {
        Self { delisted: delisted.into_iter().collect(), snoozed: snoozed.into_iter().collect() }
    }
}

/// Why something is not available.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unavailable {
    /// The branch does not sell it.
    #[error("the branch does not sell it")]
    NotSold,
    /// It has run out.
    #[error("it has run out")]
    Snoozed {
        /// The moment from which it is sold again; none until it is put back.
        until: Option<DateTime<Utc>>,
    },
}

impl State {
    /// What the branch does not sell at all.
    pub fn delisted(&self) -> impl Iterator<Item = Subject> {
        self.delisted.iter().copied()
    }

    /// What has run out, each with the moment from which it is sold again; none until it is put back. A
    /// moment may have passed.
    pub fn snoozed(&self) -> impl Iterator<Item = (Subject, Option<DateTime<Utc>>)> {
        self.snoozed.iter().map(|(subject, until)| (*subject, *until))
    }

    /// Whether a variant of a product is available at a moment.
    pub fn variant(
        &self,
        product: ProductId,
        variant: VariantId,
        at: DateTime<Utc>,
    ) -> Result<(), Unavailable> {
        self.all(&[Subject::Product(product), Subject::Variant(variant)], at)
    }

    /// Whether a modifier is available at a moment.
    pub fn modifier(&self, modifier: ModifierId, at: DateTime<Utc>) -> Result<(), Unavailable> {
        self.all(&[Subject::Modifier(modifier)], at)
    }

    /// What is not sold precedes what has run out, and what has run out for longer precedes.
    fn all(&self, subjects: &[Subject], at: DateTime<Utc>) -> Result<(), Unavailable> {
        if subjects.iter().any(|subject| self.delisted.contains(subject)) {
            return Err(Unavailable::NotSold);
        }
        let snoozed = subjects.iter().filter_map(|subject| self.snoozed.get(subject).copied());
        let holding = snoozed.filter(|until| until.is_none_or(|until| at < until));
        let longest = holding.max_by_key(|until| until.unwrap_or(DateTime::<Utc>::MAX_UTC));
        longest.map_or(Ok(()), |until| Err(Unavailable::Snoozed { until }))
    }
}

/// Why a command is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The moment from which it would be sold again has come already.
    #[error("{until} is not in the future")]
    NotInFuture {
        /// The moment.
        until: DateTime<Utc>,
    },
}

impl Decider for Availability {
    const CATEGORY: &'static str = "availability";
    type Id = BranchId;
    type Command = Command;
    type Event = Event;
    type State = State;
    type Error = Error;

    const SNAPSHOT: Option<SnapshotFormat<State>> = Some(SnapshotFormat::json(1));

    fn decide(state: &State, command: Command) -> Result<Vec<Event>, Error> {
        let is_delisted = |subject| state.delisted.contains(&subject);
        let event: Option<Event> = match command {
            Command::List(subject) => is_delisted(subject).then(|| Listed { subject }.into()),
            Command::Delist(subject) => {
                (!is_delisted(subject)).then(|| Delisted { subject }.into())
            }
            Command::Snooze { until: Some(until), now, .. } if until <= now => {
                return Err(Error::NotInFuture { until });
            }
            Command::Snooze { subject, until, .. } => {
                let is_other = state.snoozed.get(&subject) != Some(&until);
                is_other.then(|| Snoozed { subject, until }.into())
            }
            Command::PutBack(subject) => {
                state.snoozed.contains_key(&subject).then(|| PutBack { subject }.into())
            }
        };
        Ok(event.into_iter().collect())
    }

    fn evolve(mut state: State, event: Event) -> State {
        match event {
            Event::Listed(Listed { subject }) => {
                state.delisted.remove(&subject);
            }
            Event::Delisted(Delisted { subject }) => {
                state.delisted.insert(subject);
            }
            Event::Snoozed(Snoozed { subject, until }) => {
                state.snoozed.insert(subject, until);
            }
            Event::PutBack(PutBack { subject }) => {
                state.snoozed.remove(&subject);
            }
        }
        state
    }
}

#[cfg(test)]
mod tests;
