//! Placing and pricing orders.

use domain::catalog::{Product, offer};
use domain::identity::Branch;
use domain::identity::subscription::Module;
use domain::inventory::recipe::Recipe;
use domain::orders::OrderType;
use domain::orders::order::{self, Line, LineRequest, Order};
use domain::orders::series::{self, Series, SeriesId};
use domain::shared::{BranchId, Currency, Money, OrderId};
use serde::Serialize;

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
}

impl Intent for PlaceOrder {
    const OPERATION: &'static str = "order.place";
    type Refusal = OrderRefusal;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Result<(), CommandError<OrderRefusal>> {
        let Looked { currency, lines } = self.look_up(work).await?;
        let moment = work.at_open_branch(self.branch, || OrderRefusal::UnknownBranch)?;
        work.covered(Module::Orders)?;
        let series = SeriesId::at(self.branch, self.order_type, moment.date);
        let mut wanted = stock::wanted(work, self.branch, &lines);
        wanted.push(work.wanted::<Series>(&series));
        work.begin::<Order>(&self.order).await?;
        work.read(wanted).await?;
        let take = series::Command::TakeNumber { order: self.order, business_date: moment.date };
        let mut number = (0, 0);
        for series::Event::NumberTaken(taken) in work.decide::<Series, _>(&series, take)? {
            number = (taken.number, taken.call_number);
        }
        let place = order::Place {
            branch: self.branch,
            currency,
            order_type: self.order_type,
            number: number.0,
            call_number: number.1,
            hour: moment.hour,
            lines,
        };
        for event in work.decide::<Order, _>(&self.order, order::Command::Place(place))? {
            if let order::Event::Placed(placed) = event {
                stock::reserve(work, self.branch, self.order, moment.instant, &placed.lines)?;
            }
        }
        Ok(())
    }
}

impl Commands {
    /// Prices an order with the rules and refusals of placing it, without effect. The subscription
    /// is not checked, because the order is not placed.
    pub async fn quote(
        &self,
        scope: &Scope,
        order: &PlaceOrder,
    ) -> Result<Quote, CommandError<OrderRefusal>> {
        let mut work = self.look(scope, Trust::Committed);
        let Looked { currency, lines } = order.look_up(&mut work).await?;
        let (lines, total) = order::price(currency, lines).map_err(CommandError::refused)?;
        Ok(Quote { lines, total })
    }
}
