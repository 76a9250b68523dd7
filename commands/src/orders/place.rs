//! Placing and pricing orders.

use chrono::{DateTime, NaiveDate, Utc};
use domain::catalog::{Channel, Channels};
use domain::identity::Branch;
use domain::identity::subscription::Module;
use domain::orders::OrderType;
use domain::orders::order::{self, Line, LineRequest, Order, Placed};
use domain::orders::series::{self, NumberTaken, Series, SeriesId};
use domain::pricing::TaxAmount;
use domain::shared::business_day::BusinessMoment;
use domain::shared::{BranchId, Currency, Money, OrderId};
use serde::Serialize;

use super::menu::Sells;
use super::past::Takes;
use super::{OrderRefusal, WantedLine, menu, stock};
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
    /// The channel that it comes from.
    #[serde(skip_serializing_if = "Channel::is_counter")]
    pub channel: Channel,
    /// The wanted lines.
    pub lines: Vec<WantedLine>,
}

/// What an order would cost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quote {
    /// The lines with the server's prices.
    pub lines: Vec<Line>,
    /// The taxes of all lines, summed per tax.
    pub taxes: Vec<TaxAmount>,
    /// The sum of the lines.
    pub total: Money,
}

/// On which terms an order is placed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Terms {
    /// What of the menu it may have.
    pub(super) sells: Sells,
    /// What it may take from stock.
    pub(super) takes: Takes,
    /// When its reservation begins; none for the time of the order.
    pub(super) reserved_at: Option<DateTime<Utc>>,
}

impl Terms {
    /// Those of an order that is placed as it is sold.
    const LIVE: Self = Self { sells: Sells::Available, takes: Takes::Available, reserved_at: None };
}

impl PlaceOrder {
    /// Resolves the lines against the menu, which is usually in memory; otherwise it is read in one round
    /// trip, or several if products have modifiers or are combos.
    async fn lines(
        &self,
        work: &mut UnitOfWork<'_>,
        moment: &BusinessMoment,
        Terms { sells, takes, .. }: Terms,
    ) -> Result<Vec<LineRequest>, CommandError<OrderRefusal>> {
        let is_in_use = self.channel.built_in_kind().is_some()
            || work.state::<Channels>(&work.tenant()).is_in_use(&self.channel);
        if !is_in_use {
            return Err(CommandError::Refused(OrderRefusal::UnknownChannel));
        }
        menu::read_linked(work, self, moment.date).await?;
        let lines = menu::resolve(work, self, moment, sells)?;
        Ok(match takes {
            Takes::Available | Takes::Anything => lines,
            Takes::Nothing => lines.into_iter().map(LineRequest::taking_nothing).collect(),
        })
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
        self.place(work, Terms::LIVE).await?;
        Ok(())
    }
}

impl PlaceOrder {
    /// Decides the order and everything that comes with it. A quote is decided by this, too.
    pub(super) async fn place(
        &self,
        work: &mut UnitOfWork<'_>,
        terms: Terms,
    ) -> Result<Vec<Placed>, CommandError<OrderRefusal>> {
        work.read(menu::named(work, self)).await?;
        let moment = work.at_open_branch(self.branch, || OrderRefusal::UnknownBranch)?;
        work.covered(Module::Orders)?;
        let lines = self.lines(work, &moment, terms).await?;
        let mut wanted = stock::wanted(work, self.branch, &lines);
        let of_day = SeriesId::of_day(self.branch, moment.date);
        wanted.extend(of_day.iter().map(|series| work.wanted::<Series>(series)));
        work.begin::<Order>(&self.order).await?;
        work.read(wanted).await?;
        let number = self.take_number(work, moment.date)?;
        let place = order::Place {
            branch: self.branch,
            currency: self.currency(work)?,
            order_type: self.order_type,
            channel: self.channel.clone(),
            number: number.number,
            call_number: number.call_number,
            hour: moment.hour,
            lines,
        };
        let mut orders = Vec::with_capacity(1);
        for event in work.decide::<Order, _>(&self.order, order::Command::Place(place))? {
            if let order::Event::Placed(placed) = event {
                let now = terms.reserved_at.unwrap_or(moment.instant);
                let at = stock::At { branch: self.branch, now, takes: terms.takes };
                stock::reserve(work, at, self.order, &placed.lines)?;
                orders.push(placed);
            }
        }
        Ok(orders)
    }

    /// The currency of the branch.
    fn currency(&self, work: &UnitOfWork<'_>) -> Result<Currency, CommandError<OrderRefusal>> {
        let branch = work.state::<Branch>(&self.branch).details();
        branch.map(|it| it.currency).ok_or(CommandError::Refused(OrderRefusal::UnknownBranch))
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
        let tried = order.place(&mut self.look(scope, Trust::Committed), Terms::LIVE).await;
        let placed = match tried {
            Ok(placed) => placed,
            // The refusal may rest on states that another node has changed since.
            Err(_) => order.place(&mut self.look(scope, Trust::Log), Terms::LIVE).await?,
        };
        let placed = placed.into_iter().next();
        let placed = placed.ok_or(CommandError::refused(order::Error::AlreadyPlaced))?;
        Ok(Quote { lines: placed.lines, taxes: placed.taxes, total: placed.total })
    }
}
