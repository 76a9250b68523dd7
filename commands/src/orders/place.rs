//! Orders that are placed, or only priced.

use chrono::NaiveDate;
use domain::catalog::{Product, offer};
use domain::identity::Branch;
use domain::identity::subscription::Module;
use domain::inventory::recipe::Recipe;
use domain::orders::OrderType;
use domain::orders::order::{self, Line, LineRequest, Order, Placed};
use domain::orders::series::{self, NumberTaken, Series, SeriesId};
use domain::shared::{BranchId, Currency, Money, OrderId};
use serde::Serialize;

use super::{OrderRefusal, WantedLine, refused, stock};
use crate::engine::aggregates::Trust;
use crate::engine::error::Failure;
use crate::engine::execute::Commands;
use crate::engine::intent::Intent;
use crate::engine::scope::Scope;
use crate::engine::unit_of_work::UnitOfWork;

/// A guest orders.
#[derive(Debug, Clone, Serialize)]
pub struct PlaceOrder {
    /// The order to be.
    #[serde(skip)]
    pub order: OrderId,
    /// Where.
    pub branch: BranchId,
    /// How it reaches the guest.
    pub order_type: OrderType,
    /// What the guest wants.
    pub lines: Vec<WantedLine>,
}

/// A priced list of lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quote {
    /// The lines with the server's prices.
    pub lines: Vec<Line>,
    /// What they cost together.
    pub total: Money,
}

struct Looked {
    currency: Currency,
    lines: Vec<LineRequest>,
}

impl PlaceOrder {
    /// Looks up subscription, branch, products and recipes in one round trip.
    async fn look_up(&self, work: &mut UnitOfWork<'_>) -> Result<Looked, Failure<OrderRefusal>> {
        let products = self.lines.iter().flat_map(|line| {
            [work.wanted::<Product>(&line.product), work.wanted::<Recipe>(&line.product)]
        });
        let wanted = [work.subscription(), work.wanted::<Branch>(&self.branch)];
        let wanted = wanted.into_iter().chain(products).collect();
        work.read(wanted).await?;
        let branch = work.state::<Branch>(&self.branch).details();
        let branch = branch.ok_or(Failure::Refused(OrderRefusal::UnknownBranch))?;
        let lines = offer::resolve(branch, &self.lines, |product| offer::Known {
            product: work.state::<Product>(&product),
            product_revision: work.revision::<Product>(&product).get(),
            recipe: work.state::<Recipe>(&product),
        });
        Ok(Looked { currency: branch.currency, lines: lines.map_err(refused)? })
    }

    /// Takes the next numbers; every series of the day was read.
    fn take_number(
        &self,
        work: &mut UnitOfWork<'_>,
        business_date: NaiveDate,
    ) -> Result<NumberTaken, Failure<OrderRefusal>> {
        let mut last_call = 0;
        for series in SeriesId::of_day(self.branch, business_date) {
            work.rest_on::<Series>(&series);
            last_call = last_call.max(work.state::<Series>(&series).last_call(business_date));
        }
        let series = SeriesId::at(self.branch, self.order_type, business_date);
        let take = series::Command::TakeNumber { order: self.order, business_date, last_call };
        let taken = work.decide::<Series>(&series, take).map_err(refused)?;
        let mut numbers = taken.into_iter().map(|series::Event::NumberTaken(taken)| taken);
        numbers.next_back().ok_or_else(|| refused(series::Error::Exhausted))
    }
}

impl Intent for PlaceOrder {
    const OPERATION: &'static str = "order.place";
    type Refusal = OrderRefusal;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Result<(), Failure<OrderRefusal>> {
        self.place(work).await?;
        Ok(())
    }
}

impl PlaceOrder {
    /// Decides everything that the order comes with. What a quote answers is what this decides, too.
    async fn place(&self, work: &mut UnitOfWork<'_>) -> Result<Vec<Placed>, Failure<OrderRefusal>> {
        let Looked { currency, lines } = self.look_up(work).await?;
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
        let decided = work.decide::<Order>(&self.order, order::Command::Place(place));
        let mut orders = Vec::with_capacity(1);
        for event in decided.map_err(refused)? {
            if let order::Event::Placed(placed) = event {
                stock::reserve(work, self.branch, self.order, moment.instant, &placed.lines)?;
                orders.push(placed);
            }
        }
        Ok(orders)
    }
}

impl Commands {
    /// What an order would cost. It is decided as if it were placed, and nothing of that is appended: so
    /// its prices and refusals are those of placing it at this moment, by construction.
    pub async fn quote(
        &self,
        scope: &Scope,
        order: &PlaceOrder,
    ) -> Result<Quote, Failure<OrderRefusal>> {
        let tried = order.place(&mut self.look(scope, Trust::Committed)).await;
        let placed = match tried {
            Ok(placed) => placed,
            // It may be derived from what another node has changed since.
            Err(_) => order.place(&mut self.look(scope, Trust::Log)).await?,
        };
        let placed = placed.into_iter().next().ok_or(refused(order::Error::AlreadyPlaced))?;
        Ok(Quote { lines: placed.lines, total: placed.total })
    }
}
