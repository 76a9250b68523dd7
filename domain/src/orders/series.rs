//! A number series: consecutive order numbers per branch, order type and year, and call numbers per
//! business date.
//!
//! A number is taken in the same append as the order that gets it, so none is skipped or used
//! twice. A cancelled order keeps its number; its own events have the reason.

use std::fmt;

use chrono::{Datelike, NaiveDate};
use imbl::OrdMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::OrderType;
use crate::shared::{BranchId, OrderId};
use crate::{Decider, SnapshotFormat};

/// The marker of the aggregate.
#[derive(Debug)]
pub struct Series;

/// The key of a series; its last part is the year of the business date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SeriesId {
    /// The branch.
    pub branch: BranchId,
    /// The order type.
    pub order_type: OrderType,
    /// The year of the business dates.
    pub year: i32,
}

impl SeriesId {
    /// The series for an order of this branch, type and business date.
    pub fn at(branch: BranchId, order_type: OrderType, business_date: NaiveDate) -> Self {
        Self { branch, order_type, year: business_date.year() }
    }
}

impl fmt::Display for SeriesId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.branch, self.order_type.word(), self.year)
    }
}

/// Commands to a series.
#[derive(Debug, Clone, Copy)]
pub enum Command {
    /// Take the next numbers for an order.
    TakeNumber {
        /// The order.
        order: OrderId,
        /// Its business date.
        business_date: NaiveDate,
    },
}

/// An order got its numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NumberTaken {
    /// The order.
    pub order: OrderId,
    /// Its number in the series: 1, 2, 3 …
    pub number: u32,
    /// Its call number, which restarts at 1 with each business date.
    pub call_number: u32,
    /// The business date.
    pub business_date: NaiveDate,
}

crate::stored_events! {
    /// Events of a series.
    pub enum Event {
        "series.number_taken" => NumberTaken,
    }
}

/// The last numbers taken.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    last: u32,
    last_call: OrdMap<NaiveDate, u32>,
}

/// Why a command is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The numbers would overflow.
    #[error("the series has no number left")]
    Exhausted,
}

impl Decider for Series {
    const CATEGORY: &'static str = "series";
    type Id = SeriesId;
    type Command = Command;
    type Event = Event;
    type State = State;
    type Error = Error;

    const SNAPSHOT: Option<SnapshotFormat<State>> = Some(SnapshotFormat::json(1));

    fn decide(state: &State, command: Command) -> Result<Vec<Event>, Error> {
        let Command::TakeNumber { order, business_date } = command;
        let number = state.last.checked_add(1).ok_or(Error::Exhausted)?;
        let call_number = state.last_call.get(&business_date).copied().unwrap_or_default() + 1;
        Ok(vec![NumberTaken { order, number, call_number, business_date }.into()])
    }

    fn evolve(mut state: State, event: Event) -> State {
        let Event::NumberTaken(taken) = event;
        state.last = taken.number;
        state.last_call.insert(taken.business_date, taken.call_number);
        state
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;
    use crate::testing::given;

    fn order(n: u128) -> OrderId {
        OrderId::from_uuid(Uuid::from_u128(n))
    }

    fn day(n: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 3, n).unwrap()
    }

    fn taken(n: u128, number: u32, call_number: u32, date: u32) -> Event {
        NumberTaken { order: order(n), number, call_number, business_date: day(date) }.into()
    }

    #[test]
    fn numbers_go_on_and_calls_restart_with_the_day() {
        given::<Series>([taken(1, 1, 1, 14), taken(2, 2, 2, 14)])
            .when(Command::TakeNumber { order: order(3), business_date: day(15) })
            .then([taken(3, 3, 1, 15)]);
    }

    #[test]
    fn a_late_order_of_an_earlier_day_continues_that_days_calls() {
        given::<Series>([taken(1, 1, 1, 14), taken(2, 2, 1, 15)])
            .when(Command::TakeNumber { order: order(3), business_date: day(14) })
            .then([taken(3, 3, 2, 14)]);
    }

    #[test]
    fn a_series_is_named_by_branch_type_and_year() {
        let branch = BranchId::from_uuid(Uuid::from_u128(7));
        let id = SeriesId::at(branch, OrderType::DineIn, day(1));
        assert_eq!(id.to_string(), "00000000-0000-0000-0000-000000000007:dine_in:2026");
    }

    proptest! {
        #[test]
        fn numbers_are_gapless_and_calls_are_gapless_per_day(
            days in prop::collection::vec(1_u32..6, 1..200),
        ) {
            let mut state = State::default();
            let mut calls: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
            for (place, date) in days.iter().enumerate() {
                let command = Command::TakeNumber { order: order(1), business_date: day(*date) };
                let events = Series::decide(&state, command).unwrap();
                let [Event::NumberTaken(taken)] = &events[..] else { panic!("{events:?}") };
                prop_assert_eq!(taken.number as usize, place + 1);
                calls.entry(*date).or_default().push(taken.call_number);
                state = Series::fold(state, events);
            }
            for given_out in calls.values() {
                let expected: Vec<u32> = (1..).take(given_out.len()).collect();
                prop_assert_eq!(given_out, &expected);
            }
        }
    }
}
