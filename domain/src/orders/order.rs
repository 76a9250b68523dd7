//! An order: its lines, its way through the state table, and its payments.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{LineRecipe, OrderType, Status};
use crate::Decider;
use crate::inventory::recipe::Ingredient;
use crate::shared::{
    BranchId, CategoryId, Currency, Money, MoneyError, Name, OrderId, PaymentId, ProductId,
    Quantity, StockQuantityError, VariantId,
};

/// The most lines one order can have.
pub const LINES_MAX: usize = 200;

/// The marker of the aggregate.
#[derive(Debug)]
pub struct Order;

/// What a guest asked for, priced by the server when the order was placed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Line {
    /// The product.
    pub product: ProductId,
    /// Its size or kind.
    pub variant: VariantId,
    /// Where the product stood in the menu.
    pub category: CategoryId,
    /// The product's name at that time.
    pub product_name: Name,
    /// The variant's name at that time.
    pub variant_name: Name,
    /// The revision of the product that the price comes from.
    pub product_revision: u64,
    /// How many pieces.
    pub quantity: Quantity,
    /// What one piece costs, taxes included.
    pub unit_price: Money,
    /// What the line costs: unit price times quantity.
    pub total: Money,
    /// What the line takes from stock, if its product had a recipe for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recipe: Option<LineRecipe>,
}

/// What a line costs is decided from these.
#[derive(Debug, Clone)]
pub struct LineRequest {
    /// The product.
    pub product: ProductId,
    /// Its size or kind.
    pub variant: VariantId,
    /// Where the product stands in the menu.
    pub category: CategoryId,
    /// The product's name.
    pub product_name: Name,
    /// The variant's name.
    pub variant_name: Name,
    /// The revision of the product that the price comes from.
    pub product_revision: u64,
    /// How many pieces.
    pub quantity: Quantity,
    /// What one piece costs, taxes included.
    pub unit_price: Money,
    /// What one piece takes from stock.
    pub recipe: Option<LineRecipe>,
}

/// An order about to be placed.
#[derive(Debug, Clone)]
pub struct Place {
    /// Where.
    pub branch: BranchId,
    /// What the branch trades in.
    pub currency: Currency,
    /// How it reaches the guest.
    pub order_type: OrderType,
    /// Its number in its series.
    pub number: u32,
    /// Its number in the day.
    pub call_number: u32,
    /// The hour of the branch's clock, 0 to 23.
    pub hour: u8,
    /// What the guest wants.
    pub lines: Vec<LineRequest>,
}

/// Cash about to be taken.
#[derive(Debug, Clone, Copy)]
pub struct TakeCash {
    /// The payment.
    pub payment: PaymentId,
    /// How much of the order is paid with it.
    pub amount: Money,
    /// What the guest hands over; the rest is change.
    pub tendered: Money,
    /// The hour of the branch's clock, 0 to 23.
    pub hour: u8,
}

/// Why an order is cancelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CancelReason {
    /// The guest changed his mind.
    GuestRequest,
    /// It was entered wrongly.
    Mistake,
    /// Something is not to be had.
    OutOfStock,
    /// It was entered twice.
    Duplicate,
    /// Nobody came for it.
    NoShow,
}

/// What can be asked of an order.
#[derive(Debug, Clone)]
pub enum Command {
    /// A guest orders.
    Place(Place),
    /// The branch accepts.
    Confirm,
    /// The kitchen begins.
    Start,
    /// The kitchen is done.
    MarkReady,
    /// The guest gets it.
    Deliver,
    /// It will not be made or handed over.
    Cancel {
        /// Why.
        reason: CancelReason,
    },
    /// The guest pays in cash.
    TakeCash(TakeCash),
}

/// A guest ordered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Placed {
    /// Where.
    pub branch: BranchId,
    /// How it reaches the guest.
    pub order_type: OrderType,
    /// Its number in its series.
    pub number: u32,
    /// Its number in the day.
    pub call_number: u32,
    /// The hour of the branch's clock, 0 to 23.
    pub hour: u8,
    /// What the guest wants; a line is named by its place, from 1.
    pub lines: Vec<Line>,
    /// What it costs.
    pub total: Money,
}

/// The branch accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Confirmed {}

/// The kitchen began.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Started {}

/// The kitchen is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MadeReady {}

/// The guest has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Delivered {}

/// It will not be made or handed over; its number is annulled for this reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Cancelled {
    /// Why.
    pub reason: CancelReason,
}

/// How a payment was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PaymentMethod {
    /// Notes and coins.
    Cash,
}

/// The guest paid, in part or whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PaymentTaken {
    /// The payment.
    pub payment: PaymentId,
    /// How.
    pub method: PaymentMethod,
    /// How much of the order is paid with it.
    pub amount: Money,
    /// What the guest handed over.
    pub tendered: Money,
    /// What the guest got back: tendered minus amount.
    pub change: Money,
    /// What is left to pay; nothing means that the order is paid.
    pub balance: Money,
    /// The hour of the branch's clock, 0 to 23.
    pub hour: u8,
}

crate::stored_events! {
    /// What happens to an order.
    pub enum Event {
        "order.placed" => Placed,
        "order.confirmed" => Confirmed,
        "order.started" => Started,
        "order.made_ready" => MadeReady,
        "order.delivered" => Delivered,
        "order.cancelled" => Cancelled,
        "order.payment_taken" => PaymentTaken,
    }
}

/// An order before and after it was placed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum State {
    /// Nothing is known of it.
    #[default]
    Unplaced,
    /// It is somewhere in the state table.
    Placed {
        /// Where.
        branch: BranchId,
        /// Where it stands.
        status: Status,
        /// What it costs.
        total: Money,
        /// What is left to pay.
        balance: Money,
        /// What its lines take from stock, line by line.
        ingredients: Arc<[Ingredient]>,
    },
}

/// Why a command is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// There is no such order.
    #[error("there is no such order")]
    Unplaced,
    /// The order is there already.
    #[error("the order is placed already")]
    AlreadyPlaced,
    /// The state table has no such move.
    #[error("an order that is {from} cannot become {to}")]
    IllegalMove {
        /// Where it stands.
        from: Status,
        /// Where it was asked to go.
        to: Status,
    },
    /// An order has something in it, and not too much.
    #[error("an order has 1 to {LINES_MAX} lines, not {given}")]
    LineCount {
        /// How many were given.
        given: usize,
    },
    /// The amounts do not work out.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// What it takes from stock does not work out.
    #[error(transparent)]
    Ingredients(#[from] StockQuantityError),
    /// Nothing is left to pay, or nothing may be paid.
    #[error("an order that is {status} with {balance} to pay takes no payment")]
    NothingToPay {
        /// Where it stands.
        status: Status,
        /// What is left to pay.
        balance: Money,
    },
    /// A payment is more than nothing and at most what is left to pay.
    #[error("{amount} is not between nothing and {balance}")]
    AmountExceedsBalance {
        /// What was to be paid.
        amount: Money,
        /// What is left to pay.
        balance: Money,
    },
    /// The guest handed over less than he pays.
    #[error("{tendered} does not cover {amount}")]
    TenderedTooLittle {
        /// What the guest hands over.
        tendered: Money,
        /// What was to be paid.
        amount: Money,
    },
    /// Money was taken for it, which a cancellation would hide.
    #[error("{paid} was paid already")]
    HasPayments {
        /// What was paid so far.
        paid: Money,
    },
}

impl Decider for Order {
    const CATEGORY: &'static str = "order";
    type Id = OrderId;
    type Command = Command;
    type Event = Event;
    type State = State;
    type Error = Error;

    fn decide(state: &State, command: Command) -> Result<Vec<Event>, Error> {
        let State::Placed { status, total, balance, .. } = *state else {
            return match command {
                Command::Place(place) => Ok(vec![placed(place)?.into()]),
                _ => Err(Error::Unplaced),
            };
        };
        let event: Event = match command {
            Command::Place(_) => return Err(Error::AlreadyPlaced),
            Command::TakeCash(cash) => cash_taken(status, balance, cash)?.into(),
            Command::Confirm => Confirmed {}.into(),
            Command::Start => Started {}.into(),
            Command::MarkReady => MadeReady {}.into(),
            Command::Deliver => Delivered {}.into(),
            Command::Cancel { reason } => Cancelled { reason }.into(),
        };
        if let Some(to) = status_after(&event) {
            if !status.next().contains(&to) {
                return Err(Error::IllegalMove { from: status, to });
            }
            if to == Status::Cancelled && balance != total {
                return Err(Error::HasPayments { paid: total.minus(balance)? });
            }
        }
        Ok(vec![event])
    }

    fn evolve(state: State, event: Event) -> State {
        let moved_to = status_after(&event);
        match (state, event) {
            (_, Event::Placed(Placed { branch, total, lines, .. })) => State::Placed {
                branch,
                status: Status::Pending,
                total,
                balance: total,
                ingredients: lines.iter().flat_map(Line::ingredients).copied().collect(),
            },
            (
                State::Placed { branch, status, total, ingredients, .. },
                Event::PaymentTaken(PaymentTaken { balance, .. }),
            ) => State::Placed { branch, status, total, balance, ingredients },
            (State::Placed { branch, status, total, balance, ingredients }, _) => {
                let status = moved_to.unwrap_or(status);
                State::Placed { branch, status, total, balance, ingredients }
            }
            (State::Unplaced, _) => State::Unplaced,
        }
    }
}

impl Line {
    /// What the line takes from stock.
    pub fn ingredients(&self) -> &[Ingredient] {
        self.recipe.as_ref().map_or(&[], |recipe| &recipe.ingredients)
    }
}

/// Where an order stands after an event; a payment moves it nowhere.
pub const fn status_after(event: &Event) -> Option<Status> {
    match event {
        Event::Placed(_) => Some(Status::Pending),
        Event::Confirmed(_) => Some(Status::Confirmed),
        Event::Started(_) => Some(Status::Preparing),
        Event::MadeReady(_) => Some(Status::Ready),
        Event::Delivered(_) => Some(Status::Delivered),
        Event::Cancelled(_) => Some(Status::Cancelled),
        Event::PaymentTaken(_) => None,
    }
}

/// Prices the lines of an order: what [`Command::Place`] stores and what a quote shows.
pub fn price(currency: Currency, requests: Vec<LineRequest>) -> Result<(Vec<Line>, Money), Error> {
    if requests.is_empty() || requests.len() > LINES_MAX {
        return Err(Error::LineCount { given: requests.len() });
    }
    let lines = requests.into_iter().map(priced).collect::<Result<Vec<_>, _>>()?;
    let total = Money::sum(currency, lines.iter().map(|line| line.total))?;
    Ok((lines, total))
}

fn priced(request: LineRequest) -> Result<Line, Error> {
    Ok(Line {
        total: request.unit_price.times(request.quantity.pieces())?,
        product: request.product,
        variant: request.variant,
        category: request.category,
        product_name: request.product_name,
        variant_name: request.variant_name,
        product_revision: request.product_revision,
        quantity: request.quantity,
        unit_price: request.unit_price,
        recipe: request.recipe.map(|recipe| recipe.times(request.quantity)).transpose()?,
    })
}

fn placed(place: Place) -> Result<Placed, Error> {
    let (lines, total) = price(place.currency, place.lines)?;
    Ok(Placed {
        branch: place.branch,
        order_type: place.order_type,
        number: place.number,
        call_number: place.call_number,
        hour: place.hour,
        lines,
        total,
    })
}

fn cash_taken(status: Status, balance: Money, cash: TakeCash) -> Result<PaymentTaken, Error> {
    let TakeCash { payment, amount, tendered, hour } = cash;
    if status == Status::Cancelled || balance.is_zero() {
        return Err(Error::NothingToPay { status, balance });
    }
    let left = balance.minus(amount)?;
    if !amount.is_positive() || left.amount() < 0 {
        return Err(Error::AmountExceedsBalance { amount, balance });
    }
    let change = tendered.minus(amount)?;
    if change.amount() < 0 {
        return Err(Error::TenderedTooLittle { tendered, amount });
    }
    let method = PaymentMethod::Cash;
    Ok(PaymentTaken { payment, method, amount, tendered, change, balance: left, hour })
}

#[cfg(test)]
mod tests;
