//! Orders and their payments.

mod stock;

use std::sync::Arc;

use domain::catalog::{Product, offer};
use domain::identity::Branch;
use domain::identity::subscription::Module;
use domain::inventory::recipe::{Ingredient, Recipe};
use domain::inventory::stock::Inventory;
use domain::orders::OrderType;
use domain::orders::order::{self, CancelReason, Line, LineRequest, Order};
use domain::orders::series::{self, Series, SeriesId};
use domain::shared::{BranchId, BusinessDay, Currency, Money, OrderId, PaymentId};
use event_store::Revision;
use serde::Serialize;

use crate::aggregates::Trust;
use crate::error::Failure;
use crate::execute::Commands;
use crate::intent::Intent;
use crate::scope::Scope;
use crate::unit_of_work::UnitOfWork;

pub use domain::catalog::offer::WantedLine;
pub use stock::ShortItem;

/// Why something about an order is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OrderRefusal {
    /// The company has no such branch.
    #[error("there is no such branch")]
    UnknownBranch,
    /// The branch does not offer what a line asks for.
    #[error(transparent)]
    Offer(#[from] offer::Error),
    /// There is too little of something that the order takes.
    #[error("{} stock items are short", items.len())]
    OutOfStock {
        /// Of what.
        items: Vec<ShortItem>,
    },
    /// A rule of the branch's stock.
    #[error(transparent)]
    Stock(#[from] domain::inventory::stock::Error),
    /// The branch has used up its numbers.
    #[error(transparent)]
    Series(#[from] series::Error),
    /// A rule of the order itself.
    #[error(transparent)]
    Order(#[from] order::Error),
}

fn refused<E: Into<OrderRefusal>>(refusal: E) -> Failure<OrderRefusal> {
    Failure::Refused(refusal.into())
}

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
    day: BusinessDay,
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
        let branch = work.state::<Branch>(&self.branch).open();
        let branch = branch.ok_or(Failure::Refused(OrderRefusal::UnknownBranch))?;
        let lines = offer::resolve(branch, &self.lines, |product| offer::Known {
            product: work.state::<Product>(&product),
            product_revision: work.revision::<Product>(&product).get(),
            recipe: work.state::<Recipe>(&product),
        });
        let (day, currency) = (branch.business_day(), branch.currency);
        Ok(Looked { day, currency, lines: lines.map_err(refused)? })
    }
}

impl Intent for PlaceOrder {
    const OPERATION: &'static str = "order.place";
    type Refusal = OrderRefusal;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Result<(), Failure<OrderRefusal>> {
        let Looked { day, currency, lines } = self.look_up(work).await?;
        let moment = work.at_branch(self.branch, day)?;
        work.covered(Module::Orders)?;
        let series = SeriesId::at(self.branch, self.order_type, moment.date);
        let mut wanted = stock::wanted(work, self.branch, &lines);
        wanted.push(work.wanted::<Series>(&series));
        work.begin::<Order>(&self.order).await?;
        work.read(wanted).await?;
        let take = series::Command::TakeNumber { order: self.order, business_date: moment.date };
        let mut number = (0, 0);
        for series::Event::NumberTaken(taken) in
            work.decide::<Series>(&series, take).map_err(refused)?
        {
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
        for event in
            work.decide::<Order>(&self.order, order::Command::Place(place)).map_err(refused)?
        {
            if let order::Event::Placed(placed) = event {
                stock::reserve(work, self.branch, self.order, moment.instant, &placed.lines)?;
            }
        }
        Ok(())
    }
}

impl Commands {
    /// What an order would cost: the same prices, rules and refusals as placing it, without effect. It
    /// begins nothing, so the subscription is not asked.
    pub async fn quote(
        &self,
        scope: &Scope,
        order: &PlaceOrder,
    ) -> Result<Quote, Failure<OrderRefusal>> {
        let mut work = self.look(scope, Trust::Committed);
        let Looked { currency, lines, .. } = order.look_up(&mut work).await?;
        let (lines, total) = order::price(currency, lines).map_err(refused)?;
        Ok(Quote { lines, total })
    }
}

/// A step of an order through the kitchen to the guest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// The branch accepts.
    Confirm,
    /// The kitchen begins.
    Start,
    /// The kitchen is done.
    MarkReady,
    /// The guest gets it.
    Deliver,
    /// It will not be made or handed over.
    Cancel(CancelReason),
}

impl Step {
    /// Whether stock is used up or released with it.
    const fn moves_stock(self) -> bool {
        matches!(self, Self::MarkReady | Self::Cancel(_))
    }
}

/// An order takes a step.
#[derive(Debug, Clone, Serialize)]
pub struct MoveOrder {
    /// Which.
    pub order: OrderId,
    /// Where the caller has seen it.
    pub seen: Option<Revision>,
    /// The step.
    pub step: Step,
}

impl Intent for MoveOrder {
    const OPERATION: &'static str = "order.move";
    type Refusal = OrderRefusal;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Result<(), Failure<OrderRefusal>> {
        let there = there(work, self.order, self.step.moves_stock()).await?;
        work.expect::<Order, _>(&self.order, self.seen)?;
        let command = match self.step {
            Step::Confirm => order::Command::Confirm,
            Step::Start => order::Command::Start,
            Step::MarkReady => order::Command::MarkReady,
            Step::Deliver => order::Command::Deliver,
            Step::Cancel(reason) => order::Command::Cancel { reason },
        };
        work.decide::<Order>(&self.order, command).map_err(refused)?;
        let There { branch, currency, ingredients, .. } = there;
        match self.step {
            _ if ingredients.is_empty() => Ok(()),
            Step::MarkReady => stock::consume(work, branch, self.order, currency, &ingredients),
            Step::Cancel(_) => stock::release(work, branch, self.order),
            Step::Confirm | Step::Start | Step::Deliver => Ok(()),
        }
    }
}

/// A guest pays in cash.
#[derive(Debug, Clone, Serialize)]
pub struct TakeCash {
    /// The payment to be.
    #[serde(skip)]
    pub payment: PaymentId,
    /// The order.
    pub order: OrderId,
    /// Where the caller has seen it.
    pub seen: Option<Revision>,
    /// How much of the order is paid.
    pub amount: Money,
    /// What the guest hands over; none means exactly the amount.
    pub tendered: Option<Money>,
}

impl Intent for TakeCash {
    const OPERATION: &'static str = "order.take_cash";
    type Refusal = OrderRefusal;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Result<(), Failure<OrderRefusal>> {
        let There { hour, .. } = there(work, self.order, false).await?;
        work.expect::<Order, _>(&self.order, self.seen)?;
        let cash = order::TakeCash {
            payment: self.payment,
            amount: self.amount,
            tendered: self.tendered.unwrap_or(self.amount),
            hour,
        };
        work.decide::<Order>(&self.order, order::Command::TakeCash(cash)).map_err(refused)?;
        Ok(())
    }
}

/// Where and when something happens to an order.
struct There {
    branch: BranchId,
    currency: Currency,
    hour: u8,
    /// What the order takes from stock.
    ingredients: Arc<[Ingredient]>,
}

/// Reads an order with its branch, and with the branch's stock if the order moves any.
async fn there(
    work: &mut UnitOfWork<'_>,
    id: OrderId,
    moves_stock: bool,
) -> Result<There, Failure<OrderRefusal>> {
    let belongings = |work: &UnitOfWork<'_>, branch: BranchId, ingredients: &[Ingredient]| {
        let stock = (moves_stock && !ingredients.is_empty()).then_some(&branch);
        let stock = stock.map(|branch| work.wanted::<Inventory>(branch));
        std::iter::once(work.wanted::<Branch>(&branch)).chain(stock).collect::<Vec<_>>()
    };
    let mut wanted = vec![work.wanted::<Order>(&id)];
    // Mostly saves a round trip: the order was placed or moved here before, and stays in its branch.
    if let Some(order::State::Placed(order)) = work.remembered::<Order>(&id) {
        wanted.extend(belongings(work, order.branch, &order.ingredients));
    }
    work.read(wanted).await?;
    let placed = work.state::<Order>(&id).placed().cloned();
    let order::Details { branch, ingredients, .. } =
        placed.ok_or(refused(order::Error::Unplaced))?;
    work.read(belongings(work, branch, &ingredients)).await?;
    let open = work.state::<Branch>(&branch).open();
    let open = open.ok_or(Failure::Refused(OrderRefusal::UnknownBranch))?;
    let (day, currency) = (open.business_day(), open.currency);
    let hour = work.at_branch(branch, day)?.hour;
    Ok(There { branch, currency, hour, ingredients })
}
