//! Orders and their payments.

use domain::catalog::Product;
use domain::identity::Branch;
use domain::orders::OrderType;
use domain::orders::order::{self, CancelReason, Line, LineRequest, Order};
use domain::orders::series::{self, Series, SeriesId};
use domain::shared::{
    BranchId, BusinessDay, Currency, Money, OrderId, PaymentId, ProductId, Quantity, VariantId,
};
use event_store::Revision;
use serde::Serialize;

use crate::error::Failure;
use crate::execute::Commands;
use crate::intent::Intent;
use crate::scope::Scope;
use crate::unit_of_work::UnitOfWork;

/// Why something about an order is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OrderRefusal {
    /// The company has no such branch.
    #[error("there is no such branch")]
    UnknownBranch,
    /// The company sells no such product.
    #[error("line {index} names no product of the menu")]
    UnknownProduct {
        /// The place of the line, from 0.
        index: usize,
    },
    /// The product is not sold in such a variant.
    #[error("line {index} names no variant of its product")]
    UnknownVariant {
        /// The place of the line, from 0.
        index: usize,
    },
    /// The product's price is not in the branch's currency.
    #[error("line {index} is priced in another currency than the branch trades in")]
    ForeignCurrency {
        /// The place of the line, from 0.
        index: usize,
    },
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

/// One line as a guest says it.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct WantedLine {
    /// The product.
    pub product: ProductId,
    /// Its size or kind.
    pub variant: VariantId,
    /// How many pieces.
    pub quantity: Quantity,
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
    /// Looks up branch and products in one round trip.
    async fn look_up(&self, work: &mut UnitOfWork<'_>) -> Result<Looked, Failure<OrderRefusal>> {
        let products = self.lines.iter().map(|line| work.wanted::<Product>(&line.product));
        let wanted = std::iter::once(work.wanted::<Branch>(&self.branch)).chain(products);
        let wanted = wanted.collect();
        work.read(wanted).await?;
        let branch = work.state::<Branch>(&self.branch).open();
        let branch = branch.ok_or(Failure::Refused(OrderRefusal::UnknownBranch))?;
        let (day, currency) = (branch.business_day(), branch.currency);
        let line = |(index, line): (usize, &WantedLine)| {
            let product = work.state::<Product>(&line.product).in_menu();
            let product = product.ok_or(OrderRefusal::UnknownProduct { index })?;
            let variant = product.variant(line.variant);
            let variant = variant.ok_or(OrderRefusal::UnknownVariant { index })?;
            if variant.price.currency() != currency {
                return Err(OrderRefusal::ForeignCurrency { index });
            }
            Ok(LineRequest {
                product: line.product,
                variant: line.variant,
                category: product.category,
                product_name: product.name.clone(),
                variant_name: variant.name.clone(),
                product_revision: work.revision::<Product>(&line.product).get(),
                quantity: line.quantity,
                unit_price: variant.price,
            })
        };
        let lines: Result<Vec<_>, _> = self.lines.iter().enumerate().map(line).collect();
        Ok(Looked { day, currency, lines: lines.map_err(Failure::Refused)? })
    }
}

impl Intent for PlaceOrder {
    const OPERATION: &'static str = "order.place";
    type Refusal = OrderRefusal;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Result<(), Failure<OrderRefusal>> {
        let Looked { day, currency, lines } = self.look_up(work).await?;
        let moment = work.at_branch(self.branch, day);
        let series = SeriesId::at(self.branch, self.order_type, moment.date);
        work.begin::<Order>(&self.order).await?;
        work.read(vec![work.wanted::<Series>(&series)]).await?;
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
        work.decide::<Order>(&self.order, order::Command::Place(place)).map_err(refused)?;
        Ok(())
    }
}

impl Commands {
    /// What an order would cost: the same prices, rules and refusals as placing it, without effect.
    pub async fn quote(
        &self,
        scope: &Scope,
        order: &PlaceOrder,
    ) -> Result<Quote, Failure<OrderRefusal>> {
        let mut work = self.look(scope);
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
        at_branch_of(work, self.order).await?;
        work.expect::<Order, _>(&self.order, self.seen)?;
        let command = match self.step {
            Step::Confirm => order::Command::Confirm,
            Step::Start => order::Command::Start,
            Step::MarkReady => order::Command::MarkReady,
            Step::Deliver => order::Command::Deliver,
            Step::Cancel(reason) => order::Command::Cancel { reason },
        };
        work.decide::<Order>(&self.order, command).map_err(refused)?;
        Ok(())
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
        let hour = at_branch_of(work, self.order).await?;
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

/// Reads an order and its branch, and gives the hour of the branch's clock.
async fn at_branch_of(work: &mut UnitOfWork<'_>, id: OrderId) -> Result<u8, Failure<OrderRefusal>> {
    let mut wanted = vec![work.wanted::<Order>(&id)];
    // Mostly saves a round trip: the order was placed or moved here before, and stays in its branch.
    if let Some(order::State::Placed { branch, .. }) = work.remembered::<Order>(&id) {
        wanted.push(work.wanted::<Branch>(&branch));
    }
    work.read(wanted).await?;
    let order::State::Placed { branch, .. } = *work.state::<Order>(&id) else {
        return Err(refused(order::Error::Unplaced));
    };
    work.read(vec![work.wanted::<Branch>(&branch)]).await?;
    let open = work.state::<Branch>(&branch).open();
    let day = open.ok_or(Failure::Refused(OrderRefusal::UnknownBranch))?.business_day();
    Ok(work.at_branch(branch, day).hour)
}
