//! The sales channels of a company: those that every company has, under names of its own, and those
//! that it adds, such as a platform that it sells on.
//!
//! They are one stream, because their names are unique among them. A channel is never removed, since
//! orders and price lists name it; it is retired.

use std::collections::BTreeMap;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::channel::{Channel, Kind};
use crate::Decider;
use crate::shared::{Name, TenantId};

/// The most channels of a company, retired ones included.
pub const CHANNELS_MAX: usize = 100;

/// The marker of the aggregate.
#[derive(Debug)]
pub struct Channels;

/// Commands to the channels.
#[derive(Debug, Clone)]
pub enum Command {
    /// Add a channel, rename it, or put a retired one into use again.
    Put {
        /// Its code.
        channel: Channel,
        /// Its kind, which never changes.
        kind: Kind,
        /// Its name, unique among the channels in use.
        name: Name,
    },
    /// Retire a channel of the company's own: no order comes from it any more.
    Retire(Channel),
}

/// A channel of the company's own was added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Added {
    /// Its code.
    pub channel: Channel,
    /// Its kind.
    pub kind: Kind,
    /// Its name.
    pub name: Name,
}

/// A channel was renamed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Renamed {
    /// Its code.
    pub channel: Channel,
    /// The name from this event on.
    pub name: Name,
}

/// A channel of the company's own was retired.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Retired {
    /// Its code.
    pub channel: Channel,
}

/// A retired channel came into use again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Restored {
    /// Its code.
    pub channel: Channel,
}

crate::stored_events! {
    /// Events of the channels.
    pub enum Event {
        "channels.added" => Added,
        "channels.renamed" => Renamed,
        "channels.retired" => Retired,
        "channels.restored" => Restored,
    }
}

/// A channel of a company.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Details {
    /// Its kind.
    pub kind: Kind,
    /// Its name.
    pub name: Name,
    /// Whether no order comes from it any more.
    pub is_retired: bool,
}

/// The channels of a company by their codes, the built-in ones among them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct State(Arc<BTreeMap<Channel, Details>>);

impl Default for State {
    fn default() -> Self {
        let built_in = |kind: Kind| {
            let name = Name::parse(kind.label()).expect("the labels of kinds are names");
            (Channel::built_in(kind), Details { kind, name, is_retired: false })
        };
        Self(Arc::new(Kind::ALL.into_iter().map(built_in).collect()))
    }
}

impl State {
    /// Every channel with its code: by kind, and in a kind the built-in one first.
    pub fn channels(&self) -> impl Iterator<Item = (&Channel, &Details)> {
        let mut channels: Vec<_> = self.0.iter().collect();
        channels.sort_by_key(|(channel, details)| {
            (details.kind, channel.built_in_kind().is_none(), *channel)
        });
        channels.into_iter()
    }

    /// A channel.
    pub fn channel(&self, channel: &Channel) -> Option<&Details> {
        self.0.get(channel)
    }

    /// Whether orders can come from a channel.
    pub fn is_in_use(&self, channel: &Channel) -> bool {
        self.channel(channel).is_some_and(|details| !details.is_retired)
    }

    fn is_name_taken(&self, name: &Name, of: &Channel) -> bool {
        let mut others = self.0.iter().filter(|(channel, it)| *channel != of && !it.is_retired);
        others.any(|(_, other)| other.name.fold_v2() == name.fold_v2())
    }

    fn with(mut self, channel: &Channel, change: impl FnOnce(&mut Details)) -> Self {
        if let Some(details) = Arc::make_mut(&mut self.0).get_mut(channel) {
            change(details);
        }
        self
    }
}

/// Why a command is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The company has no such channel.
    #[error("there is no such channel")]
    Unknown,
    /// Another channel in use has the name.
    #[error("another channel has this name")]
    NameTaken,
    /// The channel is of another kind, and the kind of a channel never changes.
    #[error("the channel is of the kind {kind:?}")]
    OfAnotherKind {
        /// The kind that it is of.
        kind: Kind,
    },
    /// The company has as many channels as can be.
    #[error("a company has at most {CHANNELS_MAX} channels")]
    TooMany,
    /// A built-in channel is not retired.
    #[error("every company has this channel")]
    BuiltIn,
}

impl Decider for Channels {
    const CATEGORY: &'static str = "channels";
    type Id = TenantId;
    type Command = Command;
    type Event = Event;
    type State = State;
    type Error = Error;

    fn decide(state: &State, command: Command) -> Result<Vec<Event>, Error> {
        match command {
            Command::Put { channel, kind, name } => put(state, channel, kind, name),
            Command::Retire(channel) => {
                let details = state.channel(&channel).ok_or(Error::Unknown)?;
                if channel.built_in_kind().is_some() {
                    return Err(Error::BuiltIn);
                }
                let retired = (!details.is_retired).then(|| Retired { channel }.into());
                Ok(retired.into_iter().collect())
            }
        }
    }

    fn evolve(mut state: State, event: Event) -> State {
        match event {
            Event::Added(Added { channel, kind, name }) => {
                let details = Details { kind, name, is_retired: false };
                Arc::make_mut(&mut state.0).insert(channel, details);
                state
            }
            Event::Renamed(Renamed { channel, name }) => state.with(&channel, |it| it.name = name),
            Event::Retired(Retired { channel }) => {
                state.with(&channel, |details| details.is_retired = true)
            }
            Event::Restored(Restored { channel }) => {
                state.with(&channel, |details| details.is_retired = false)
            }
        }
    }
}

fn put(state: &State, channel: Channel, kind: Kind, name: Name) -> Result<Vec<Event>, Error> {
    if state.is_name_taken(&name, &channel) {
        return Err(Error::NameTaken);
    }
    let Some(details) = state.channel(&channel) else {
        if state.0.len() >= CHANNELS_MAX {
            return Err(Error::TooMany);
        }
        return Ok(vec![Added { channel, kind, name }.into()]);
    };
    if details.kind != kind {
        return Err(Error::OfAnotherKind { kind: details.kind });
    }
    let restored = details.is_retired.then(|| Restored { channel: channel.clone() }.into());
    let renamed = (details.name != name).then(|| Renamed { channel, name }.into());
    Ok(restored.into_iter().chain(renamed).collect())
}

#[cfg(test)]
mod tests;
