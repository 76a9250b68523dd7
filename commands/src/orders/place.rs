//! Placing and pricing orders.

use chrono::{DateTime, NaiveDate, Utc};
use domain::catalog::{Product, offer};
use domain::identity::Branch;
use domain::identity::subscription::Module;
use domain::inventory::recipe::Recipe;
use domain::orders::OrderType;
use domain::orders::order::{self, Line, LineRequest, Order, Placed};
use domain::orders::series::{self, NumberTaken, Series, SeriesId};
use domain::shared::{BranchId, Currency, Money, OrderId};
use serde::Serialize;

use super::past::Takes;
use super::{OrderRefusal, WantedLine, stock};
use crate::engine::aggregates::Trust;
use crate::engine::error::CommandError;
use crate::engine::execute::Commands;
use crate::engine::intent::Intent;
use crate::engine::scope::Scope;
use crate::engine::unit_of_work::UnitOfWork;

/// Places an order.
#[derive(Debug, Clone, Serialize)]
pub struct PlaceOrder {
    /// The id of the order.
    #[serde(skip)]
    pub order: OrderId,
    /// The branch.
    pub branch: BranchId,
    /// How the order reaches the guest.
    pub order_type: OrderType,
    /// The wanted lines.
    pub lines: Vec<WantedLine>,
}

/// A priced list of lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quote {
    /// The lines with the server's prices.
    pub lines: Vec<Line>,
    /// The sum of the lines.
    pub total: Money,
}

struct Looked {
    currency: Currency,
    lines: Vec<LineRequest>,
}

impl PlaceOrder {
    /// Looks up subscription, branch, products and recipes in one round trip.
    async fn look_up(
        &self,
        work: &mut UnitOfWork<'_>,
    ) -> Result<Looked, CommandError<OrderRefusal>> {
        let products = self.lines.iter().flat_map(|line| {
            [work.wanted::<Product>(&line.product), work.wanted::<Recipe>(&line.product)]
        });
        let wanted = [work.subscription(), work.wanted::<Branch>(&self.branch)];
        let wanted = wanted.into_iter().chain(products).collect();
        work.read(wanted).await?;
        let branch = work.state::<Branch>(&self.branch).details();
        let branch = branch.ok_or(CommandError::Refused(OrderRefusal::UnknownBranch))?;
        let lines = offer::resolve(branch, &self.lines, |product| offer::ProductStates {
            product: work.state::<Product>(&product),
            product_revision: work.revision::<Product>(&product).get(),
            recipe: work.state::<Recipe>(&product),
        });
        Ok(Looked { currency: branch.currency, lines: lines.map_err(CommandError::refused)? })
    }

    /// Takes the next numbers. Every series of the day must have been read.
    fn take_number(
        &self,
        work: &mut UnitOfWork<'_>,
        business_date: NaiveDate,
    ) -> Result<NumberTaken, CommandError<OrderRefusal>> {
        let mut last_call = 0;
        for series in SeriesId::of_day(self.branch, business_date) {
            work.rest_on::<Series>(&series);
            last_call = last_call.max(work.state::<Series>(&series).last_call(business_date));
        }
        let series = SeriesId::at(self.branch, self.order_type, business_date);
        let take = series::Command::TakeNumber { order: self.order, business_date, last_call };
        let taken = work.decide::<Series, _>(&series, take)?;
        let mut numbers = taken.into_iter().map(|series::Event::NumberTaken(taken)| taken);
        numbers.next_back().ok_or_else(|| CommandError::refused(series::Error::Exhausted))
    }
}

impl Intent for PlaceOrder {
    const OPERATION: &'static str = "order.place";
    type Refusal = OrderRefusal;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Result<(), CommandError<OrderRefusal>> {
        self.place(work, Takes::Available, None).await?;
        Ok(())
    }
}

impl PlaceOrder {
    /// Decides the order and everything that comes with it; it takes from stock what `takes` allows. A quote is
    /// decided by this, too.
    ///
    /// Its reservation begins at `reserved_at`, and without that at the time of the order.
    pub(super) async fn place(
        &self,
        work: &mut UnitOfWork<'_>,
        takes: Takes,
        reserved_at: Option<DateTime<Utc>>,
    ) -> Result<Vec<Placed>, CommandError<OrderRefusal>> {
        let Looked { currency, mut lines } = self.look_up(work).await?;
        if takes == Takes::Nothing {
            for line in &mut lines {
                line.recipe = None;
            }
        }
        let moment = work.at_open_branch(self.branch, || OrderRefusal::UnknownBranch)?;
        work.covered(Module::Orders)?;
        let mut wanted = stock::wanted(work, self.branch, &lines);
        let of_day = SeriesId::of_day(self.branch, moment.date);
        wanted.extend(of_day.iter().map(|series| work.wanted::<Series>(series)));
        work.begin::<Order>(&self.order).await?;
        work.read(wanted).await?;
        let number = self.take_number(work, moment.date)?;
        let place = order::Place {
            branch: self.branch,
            currency,
            order_type: self.order_type,
            number: number.number,
            call_number: number.call_number,
            hour: moment.hour,
            lines,
        };
        let mut orders = Vec::with_capacity(1);
        for event in work.decide::<Order, _>(&self.order, order::Command::Place(place))? {
            if let order::Event::Placed(placed) = event {
                let now = reserved_at.unwrap_or(moment.instant);
                let at = stock::At { branch: self.branch, now, takes };
                stock::reserve(work, at, self.order, &placed.lines)?;
                orders.push(placed);
            }
        }
        Ok(orders)
    }
}

impl Commands {
    /// Prices an order by deciding it as if it were placed, without appending anything. So its prices and
    /// refusals are those of placing it at this moment.
    pub async fn quote(
        &self,
        scope: &Scope,
        order: &PlaceOrder,
    ) -> Result<Quote, CommandError<OrderRefusal>> {
        let tried =
            order.place(&mut self.look(scope, Trust::Committed), Takes::Available, None).await;
        let placed = match tried {
            Ok(placed) => placed,
            // The refusal may rest on states that another node has changed since.
            Err(_) => {
                order.place(&mut self.look(scope, Trust::Log), Takes::Available, None).await?
            }
        };
        let placed = placed.into_iter().next();
        let placed = placed.ok_or(CommandError::refused(order::Error::AlreadyPlaced))?;
        Ok(Quote { lines: placed.lines, total: placed.total })
    }
}
