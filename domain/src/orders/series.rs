//! A number series: consecutive order numbers per branch, order type and year, and the call numbers of
//! its orders.
//!
//! A number is taken in the same append as the order that gets it, so none is skipped or used
//! twice. A cancelled order keeps its number; its own events have the reason.
//!
//! Call numbers are counted per branch and business date, over all order types: the next one follows the
//! highest that any series of the branch gave out on that date ([`SeriesId::of_day`]). The append asserts
//! the revisions of all these series, so two orders of different types cannot get the same one.

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

    /// The series whose orders share the call numbers of a branch's business date, one per type.
    pub fn of_day(branch: BranchId, business_date: NaiveDate) -> [Self; OrderType::ALL.len()] {
        OrderType::ALL.map(|order_type| Self::at(branch, order_type, business_date))
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
        /// The highest call number that the branch has given out on that date; 0 before the first.
        last_call: u32,
    },
}

/// An order got its numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NumberTaken {
    /// The order.
    pub order: OrderId,
    /// Its number in the series: 1, 2, 3 …
    pub number: u32,
    /// Its call number in the branch, which restarts at 1 with each business date. In
    /// events from before that rule, orders of different types can have the same one.
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

impl State {
    /// The highest call number that the series gave out on a business date; 0 before the first.
    pub fn last_call(&self, business_date: NaiveDate) -> u32 {
        self.last_call.get(&business_date).copied().unwrap_or_default()
    }
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
        let Command::TakeNumber { order, business_date, last_call } = command;
        let number = state.last.checked_add(1).ok_or(Error::Exhausted)?;
        let last_call = last_call.max(state.last_call(business_date));
        let call_number = last_call.checked_add(1).ok_or(Error::Exhausted)?;
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

    fn take(n: u128, date: u32, last_call: u32) -> Command {
        Command::TakeNumber { order: order(n), business_date: day(date), last_call }
    }

    #[test]
    fn numbers_go_on_and_calls_restart_with_the_day() {
        given::<Series>([taken(1, 1, 1, 14), taken(2, 2, 2, 14)])
            .when(take(3, 15, 0))
            .then([taken(3, 3, 1, 15)]);
    }

    #[test]
    fn a_late_order_of_an_earlier_day_continues_that_days_calls() {
        given::<Series>([taken(1, 1, 1, 14), taken(2, 2, 1, 15)])
            .when(take(3, 14, 1))
            .then([taken(3, 3, 2, 14)]);
    }

    #[test]
    fn calls_go_on_from_what_other_series_of_the_branch_gave_out() {
        given::<Series>([taken(1, 1, 1, 14)]).when(take(2, 14, 7)).then([taken(2, 2, 8, 14)]);
        given::<Series>([]).when(take(2, 14, 7)).then([taken(2, 1, 8, 14)]);
        given::<Series>([]).when(take(2, 14, u32::MAX)).then_refused(Error::Exhausted);
    }

    #[test]
    fn a_series_is_named_by_branch_type_and_year() {
        let branch = BranchId::from_uuid(Uuid::from_u128(7));
        let id = SeriesId::at(branch, OrderType::DineIn, day(1));
        assert_eq!(id.to_string(), "00000000-0000-0000-0000-000000000007:dine_in:2026");
        assert_eq!(SeriesId::of_day(branch, day(1))[0], id);
    }

    proptest! {
        #[test]
        fn numbers_are_gapless_per_type_and_calls_are_gapless_per_day(
            orders in prop::collection::vec((0_usize..3, 1_u32..6), 1..200),
        ) {
            let mut states = [(); 3].map(|()| State::default());
            let mut numbers = [0; 3];
            let mut calls: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
            for (which, date) in orders {
                let last_call = states.iter().map(|state| state.last_call(day(date))).max();
                let command = take(1, date, last_call.unwrap());
                let events = Series::decide(&states[which], command).unwrap();
                let [Event::NumberTaken(taken)] = &events[..] else { panic!("{events:?}") };
                numbers[which] += 1;
                prop_assert_eq!(taken.number, numbers[which]);
                calls.entry(date).or_default().push(taken.call_number);
                states[which] = Series::fold(states[which].clone(), events);
            }
            for given_out in calls.values() {
                let expected: Vec<u32> = (1..).take(given_out.len()).collect();
                prop_assert_eq!(given_out, &expected);
            }
        }
    }
}
