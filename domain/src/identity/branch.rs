//! A branch: a site of a company with its own clock, currency and business day.

use chrono::{DateTime, Days, NaiveDate, Utc};
use chrono_tz::Tz;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Decider;
use crate::shared::{
    Address, BranchId, BusinessCalendar, BusinessDay, BusinessDayChange, Currency, CutOff, Name,
};

mod tax_regimes;

pub use tax_regimes::{ProfileSource, TaxRegime, TaxRegimes};

/// The most changes of how days are counted that are planned at a time.
pub const PLANNED_CHANGES_MAX: usize = 20;

/// The marker of the aggregate.
#[derive(Debug)]
pub struct Branch;

/// Commands to a branch.
#[derive(Debug, Clone)]
pub enum Command {
    /// Open the branch for the first time.
    Open(Opened),
    /// Set its name and address.
    Revise {
        /// Its name, unique in the company.
        name: Name,
        /// Its address; none if unknown.
        address: Option<Address>,
    },
    /// Change how it counts its days from a date on.
    ChangeBusinessDay {
        /// The first date, and how days are counted from it.
        change: BusinessDayChange,
        /// The time of the command.
        now: DateTime<Utc>,
    },
    /// Set the tax regime that it is under from a date on, once [`TaxRegime::check`] has passed.
    SetTaxRegime {
        /// The first date, and the regime.
        regime: TaxRegime,
        /// The time of the command.
        now: DateTime<Utc>,
    },
    /// Close it: it begins nothing further.
    Close,
    /// Reopen it.
    Reopen,
}

/// The branch opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Opened {
    /// Its name, unique in the company.
    pub name: Name,
    /// The time zone of its clock; there is no default.
    #[schemars(with = "String")]
    pub time_zone: Tz,
    /// The currency that it trades in; it never changes.
    pub currency: Currency,
    /// The time at which its business day begins.
    pub cut_off: CutOff,
}

/// The branch was renamed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Renamed {
    /// Its name, unique in the company.
    pub name: Name,
}

/// The address of the branch was set or removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Relocated {
    /// The address; none if it was removed.
    pub address: Option<Address>,
}

/// The branch counts its days in this way from a business date on. Replaces any plan for that date
/// or a later one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BusinessDayChanged {
    /// The first business date that is counted like this.
    pub from: NaiveDate,
    /// The time zone of its clock.
    #[schemars(with = "String")]
    pub time_zone: Tz,
    /// The time at which its business day begins.
    pub cut_off: CutOff,
}

/// The branch closed: it begins nothing further; what was begun can be finished.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Closed {}

/// The branch reopened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Reopened {}

crate::stored_events! {
    /// Events of a branch.
    pub enum Event {
        "branch.opened" => Opened,
        "branch.renamed" => Renamed,
        "branch.relocated" => Relocated,
        "branch.business_day_changed" => BusinessDayChanged,
        "branch.tax_regime_set" => TaxRegime,
        "branch.closed" => Closed,
        "branch.reopened" => Reopened,
    }
}

/// The state of a branch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum State {
    /// It was never opened.
    #[default]
    Unopened,
    /// It is open.
    Open(Details),
    /// It is closed.
    Closed(Details),
}

/// The attributes of a branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Details {
    /// Its name, unique in the company.
    pub name: Name,
    /// Its address; none if unknown.
    pub address: Option<Address>,
    /// The currency that it trades in.
    pub currency: Currency,
    /// How it counts its days.
    pub calendar: BusinessCalendar,
    /// The tax regimes that it is under.
    pub tax_regimes: TaxRegimes,
}

impl State {
    /// The branch, if it is open.
    pub const fn open(&self) -> Option<&Details> {
        match self {
            Self::Open(details) => Some(details),
            Self::Unopened | Self::Closed(_) => None,
        }
    }

    /// The branch, open or closed.
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
        let tax_regimes = TaxRegimes::default();
        Self { name, address: None, currency, calendar, tax_regimes }
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
    /// The date from which days would be counted in another way has begun or is over.
    #[error("days can be counted otherwise from {earliest} on")]
    DayHasBegun {
        /// The first date that has not begun.
        earliest: NaiveDate,
    },
    /// The date from which another tax regime would hold is over.
    #[error("another tax regime can hold from {earliest} on")]
    DayIsOver {
        /// The first date that is not over.
        earliest: NaiveDate,
    },
    /// The company has no such tax profile.
    #[error("there is no such tax profile")]
    UnknownTaxProfile,
    /// The tax profile has no such regime.
    #[error("the tax profile has no such regime")]
    UnknownTaxRegime,
    /// As many changes are planned for earlier dates as may be.
    #[error("{PLANNED_CHANGES_MAX} changes are planned for earlier dates")]
    TooManyPlanned,
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
            (
                State::Open(details) | State::Closed(details),
                Command::SetTaxRegime { regime, now },
            ) => {
                let today = details.calendar.at(now).date;
                let set = details.tax_regimes.changed(regime, today)?;
                Ok(set.into_iter().map(Into::into).collect())
            }
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
            (Event::TaxRegime(regime), state) => {
                state.with(|it| it.tax_regimes = it.tax_regimes.with(regime))
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
    let is_planned = |it: &&BusinessDayChange| today < it.from && it.from < from;
    if calendar.changes().iter().filter(is_planned).count() >= PLANNED_CHANGES_MAX {
        return Err(Error::TooManyPlanned);
    }
    Ok(vec![BusinessDayChanged { from, time_zone, cut_off }.into()])
}

#[cfg(test)]
mod tests;
