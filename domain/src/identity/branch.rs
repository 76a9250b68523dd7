//! A branch: a place with its own clock, currency and business day.

use chrono::{DateTime, Days, NaiveDate, Utc};
use chrono_tz::Tz;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Decider;
use crate::shared::{
    Address, BranchId, BusinessCalendar, BusinessDay, BusinessDayChange, Currency, CutOff, Name,
};

/// The marker of the aggregate.
#[derive(Debug)]
pub struct Branch;

/// What can be asked of a branch.
#[derive(Debug, Clone)]
pub enum Command {
    /// The company opens a place.
    Open(Opened),
    /// It should be called like this, and be there.
    Revise {
        /// Its name, unique in the company.
        name: Name,
        /// Where it is; none where that is not said.
        address: Option<Address>,
    },
    /// It should count its days otherwise.
    ChangeBusinessDay {
        /// From when on, and how.
        change: BusinessDayChange,
        /// The time.
        now: DateTime<Utc>,
    },
    /// It should begin nothing more.
    Close,
    /// It should trade again.
    Reopen,
}

/// A place opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Opened {
    /// Its name, unique in the company.
    pub name: Name,
    /// The zone of its clock; there is no default.
    #[schemars(with = "String")]
    pub time_zone: Tz,
    /// What it trades in, for ever.
    pub currency: Currency,
    /// When its business day begins.
    pub cut_off: CutOff,
}

/// It is called otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Renamed {
    /// Its name, unique in the company.
    pub name: Name,
}

/// It is somewhere else, or it was said where it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Relocated {
    /// Where; none where that is not said any more.
    pub address: Option<Address>,
}

/// From a business date on it counts its days like this, whatever was to hold from that date on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BusinessDayChanged {
    /// The first business date that is counted like this.
    pub from: NaiveDate,
    /// The zone of its clock.
    #[schemars(with = "String")]
    pub time_zone: Tz,
    /// When its business day begins.
    pub cut_off: CutOff,
}

/// It begins nothing more; what was begun goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Closed {}

/// It trades again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Reopened {}

crate::stored_events! {
    /// What happens to a branch.
    pub enum Event {
        "branch.opened" => Opened,
        "branch.renamed" => Renamed,
        "branch.relocated" => Relocated,
        "branch.business_day_changed" => BusinessDayChanged,
        "branch.closed" => Closed,
        "branch.reopened" => Reopened,
    }
}

/// A branch before and after it opened.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum State {
    /// Nothing is known of it.
    #[default]
    Unopened,
    /// It trades.
    Open(Details),
    /// It begins nothing more.
    Closed(Details),
}

/// What a branch is like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Details {
    /// Its name, unique in the company.
    pub name: Name,
    /// Where it is; none where nobody has said.
    pub address: Option<Address>,
    /// What it trades in.
    pub currency: Currency,
    /// How it counts its days.
    pub calendar: BusinessCalendar,
}

impl State {
    /// The branch, if it trades.
    pub const fn open(&self) -> Option<&Details> {
        match self {
            Self::Open(details) => Some(details),
            Self::Unopened | Self::Closed(_) => None,
        }
    }

    /// The branch, if the company has it, open or closed.
    pub const fn details(&self) -> Option<&Details> {
        match self {
            Self::Open(details) | Self::Closed(details) => Some(details),
            Self::Unopened => None,
        }
    }

    fn with(self, change: impl FnOnce(&mut Details)) -> Self {
        let mut state = self;
        if let Self::Open(details) | Self::Closed(details) = &mut state {
            change(details);
        }
        state
    }
}

impl From<Opened> for Details {
    fn from(Opened { name, time_zone, currency, cut_off }: Opened) -> Self {
        let calendar = BusinessCalendar::new(BusinessDay { time_zone, cut_off });
        Self { name, address: None, currency, calendar }
    }
}

/// Why a command is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The company has no such branch.
    #[error("there is no such branch")]
    Unknown,
    /// The branch was opened before.
    #[error("the branch was opened before")]
    AlreadyOpen,
    /// The date from which days would be counted otherwise has begun, or is over.
    #[error("days can be counted otherwise from {earliest} on")]
    DayHasBegun {
        /// The first date that has not begun.
        earliest: NaiveDate,
    },
}

impl Decider for Branch {
    const CATEGORY: &'static str = "branch";
    type Id = BranchId;
    type Command = Command;
    type Event = Event;
    type State = State;
    type Error = Error;

    fn decide(state: &State, command: Command) -> Result<Vec<Event>, Error> {
        match (state, command) {
            (State::Unopened, Command::Open(opened)) => Ok(vec![opened.into()]),
            (State::Open(_) | State::Closed(_), Command::Open(_)) => Err(Error::AlreadyOpen),
            (State::Open(details) | State::Closed(details), Command::Revise { name, address }) => {
                Ok(revised(details, name, address))
            }
            (
                State::Open(details) | State::Closed(details),
                Command::ChangeBusinessDay { change, now },
            ) => business_day_changed(&details.calendar, change, now),
            (State::Open(_), Command::Close) => Ok(vec![Closed {}.into()]),
            (State::Closed(_), Command::Reopen) => Ok(vec![Reopened {}.into()]),
            (State::Open(_), Command::Reopen) | (State::Closed(_), Command::Close) => Ok(vec![]),
            (State::Unopened, _) => Err(Error::Unknown),
        }
    }

    fn evolve(state: State, event: Event) -> State {
        match (event, state) {
            (Event::Opened(opened), _) => State::Open(opened.into()),
            (Event::Renamed(Renamed { name }), state) => state.with(|it| it.name = name),
            (Event::Relocated(Relocated { address }), state) => {
                state.with(|it| it.address = address)
            }
            (Event::BusinessDayChanged(BusinessDayChanged { from, time_zone, cut_off }), state) => {
                let change = BusinessDayChange { from, day: BusinessDay { time_zone, cut_off } };
                state.with(|it| it.calendar = it.calendar.changed(change))
            }
            (Event::Closed(_), State::Open(details)) => State::Closed(details),
            (Event::Reopened(_), State::Closed(details)) => State::Open(details),
            (Event::Closed(_) | Event::Reopened(_), state) => state,
        }
    }
}

fn revised(details: &Details, name: Name, address: Option<Address>) -> Vec<Event> {
    let renamed = (name != details.name).then(|| Renamed { name }.into());
    let relocated = (address != details.address).then(|| Relocated { address }.into());
    renamed.into_iter().chain(relocated).collect()
}

fn business_day_changed(
    calendar: &BusinessCalendar,
    change: BusinessDayChange,
    now: DateTime<Utc>,
) -> Result<Vec<Event>, Error> {
    let today = calendar.at(now).date;
    if change.from <= today {
        let earliest = today.checked_add_days(Days::new(1)).unwrap_or(today);
        return Err(Error::DayHasBegun { earliest });
    }
    let is_last = calendar.changes().last().is_none_or(|last| last.from <= change.from);
    if is_last && calendar.on(change.from) == change.day {
        return Ok(vec![]);
    }
    let BusinessDayChange { from, day: BusinessDay { time_zone, cut_off } } = change;
    Ok(vec![BusinessDayChanged { from, time_zone, cut_off }.into()])
}

#[cfg(test)]
mod tests;
