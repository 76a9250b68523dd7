//! Bodies about orders.

use chrono::{DateTime, NaiveDate, Utc};
use domain::orders::order::{CancelReason, PaymentMethod};
use domain::orders::{OrderType, Status};
use poem_openapi::Object;
use projections::orders::order_detail::{OrderDetail, Payment};
use projections::orders::order_header::OrderHeader;
use serde::Serialize;
use uuid::Uuid;

use super::lines::{LineBody, TaxBody, lines, taxes};
use crate::operations::model::{MoneyBody, mirrored};
use crate::operations::moment;
use crate::position::PositionToken;

mirrored! {
    /// How an order reaches its guest.
    OrderTypeBody of OrderType as "OrderType" {
        /// Eaten at a table.
        DineIn,
        /// Taken away by the guest.
        Takeaway,
        /// Brought to the guest.
        Delivery,
    }
}

mirrored! {
    /// The status of an order.
    StatusBody of Status as "OrderStatus" {
        /// Placed, and not yet accepted.
        Pending,
        /// Accepted by the branch.
        Confirmed,
        /// The kitchen works on it.
        Preparing,
        /// The kitchen is done.
        Ready,
        /// The guest has it.
        Delivered,
        /// It will not be made or handed over.
        Cancelled,
    }
}

mirrored! {
    /// Why an order is cancelled.
    CancelReasonBody of CancelReason as "CancelReason" {
        /// The guest changed his mind.
        GuestRequest,
        /// It was entered wrongly.
        Mistake,
        /// Something is not to be had.
        OutOfStock,
        /// It was entered twice.
        Duplicate,
        /// It was not collected.
        NoShow,
    }
}

mirrored! {
    /// How a payment is made.
    PaymentMethodBody of PaymentMethod as "PaymentMethod" {
        /// Notes and coins.
        Cash,
    }
}

/// What an order would cost.
#[derive(Object, Serialize)]
pub(super) struct QuoteBody {
    /// The lines with the server's prices.
    pub(super) lines: Vec<LineBody>,
    /// The taxes of all lines, summed per tax.
    pub(super) taxes: Vec<TaxBody>,
    /// What they cost together, with all taxes.
    pub(super) total: MoneyBody,
}

/// An order that was placed.
#[derive(Object, Serialize)]
pub(super) struct PlacedOrder {
    /// Its id.
    pub(super) id: Uuid,
    /// Its number in the series of its branch, type and year.
    pub(super) number: u32,
    /// Its number in its branch's business date, for calling it out.
    pub(super) call_number: u32,
    /// Its status.
    pub(super) status: StatusBody,
    /// The code of the channel that it comes from.
    pub(super) channel: String,
    /// The lines with the server's prices.
    pub(super) lines: Vec<LineBody>,
    /// The taxes of all lines, summed per tax.
    pub(super) taxes: Vec<TaxBody>,
    /// What it costs, with all taxes.
    pub(super) total: MoneyBody,
    /// Its revision, as in `ETag`.
    pub(super) revision: u64,
    /// The position of the command in the log, for `after`.
    pub(super) position: PositionToken,
}

/// An order that took a step.
#[derive(Object, Serialize)]
pub(super) struct MovedOrder {
    /// Its id.
    pub(super) id: Uuid,
    /// Its status.
    pub(super) status: StatusBody,
    /// Its revision, as in `ETag`.
    pub(super) revision: u64,
    /// The position of the command in the log, for `after`.
    pub(super) position: PositionToken,
}

/// What a list shows of an order.
#[derive(Object, Serialize)]
pub(super) struct OrderSummary {
    /// Its id.
    id: Uuid,
    /// Where it was placed.
    branch_id: Uuid,
    /// How it reaches the guest.
    order_type: OrderTypeBody,
    /// The code of the channel that it came from.
    channel: String,
    /// Its number in the series of its branch, type and year.
    number: u32,
    /// The year of its series.
    series_year: i32,
    /// Its number in its branch's business date, for calling it out.
    call_number: u32,
    /// Its business date.
    business_date: NaiveDate,
    /// When it was placed.
    #[serde(with = "moment")]
    placed_at: DateTime<Utc>,
    /// Its status.
    status: StatusBody,
    /// Why it was cancelled; absent if it was not.
    #[oai(skip_serializing_if_is_none)]
    #[serde(skip_serializing_if = "Option::is_none")]
    cancel_reason: Option<CancelReasonBody>,
    /// What it costs, with all taxes.
    total: MoneyBody,
    /// What is left to pay; nothing for a cancelled order.
    balance: MoneyBody,
    /// How many lines it has.
    line_count: u32,
    /// How many pieces they hold together.
    item_count: u32,
    /// Its revision, as in `ETag`.
    revision: u64,
}

impl From<OrderHeader> for OrderSummary {
    fn from(order: OrderHeader) -> Self {
        Self {
            id: order.id.uuid(),
            branch_id: order.branch.uuid(),
            order_type: order.order_type.into(),
            channel: order.channel.as_str().to_owned(),
            number: order.number,
            series_year: order.series_year(),
            call_number: order.call_number,
            business_date: order.business_date,
            placed_at: order.placed_at,
            status: order.status.into(),
            cancel_reason: order.cancel_reason.map(Into::into),
            total: order.total.into(),
            balance: order.balance.into(),
            line_count: order.n_lines,
            item_count: order.n_items,
            revision: order.revision.get(),
        }
    }
}

/// An order with its lines and payments.
#[derive(Object, Serialize)]
#[oai(rename = "Order")]
pub(super) struct OrderBody {
    /// What a list shows of it.
    order: OrderSummary,
    /// Its lines.
    lines: Vec<LineBody>,
    /// The taxes of all lines, summed per tax.
    taxes: Vec<TaxBody>,
    /// What was paid, in the order it was taken.
    payments: Vec<PaymentBody>,
    /// Since when more has happened to it than is shown; null when everything is.
    #[serde(with = "moment")]
    stale_since: Option<DateTime<Utc>>,
}

/// A payment of an order.
#[derive(Object, Serialize)]
#[oai(rename = "Payment")]
struct PaymentBody {
    /// Its id.
    id: Uuid,
    /// How it was made.
    method: PaymentMethodBody,
    /// How much of the order was paid with it.
    amount: MoneyBody,
    /// What the guest handed over.
    tendered: MoneyBody,
    /// What the guest got back.
    change: MoneyBody,
    /// The business date it counts for.
    business_date: NaiveDate,
    /// When it was taken.
    #[serde(with = "moment")]
    taken_at: DateTime<Utc>,
}

impl From<OrderDetail> for OrderBody {
    fn from(order: OrderDetail) -> Self {
        let payment = |payment: Payment| PaymentBody {
            id: payment.id.uuid(),
            method: payment.method.into(),
            amount: payment.amount.into(),
            tendered: payment.tendered.into(),
            change: payment.change.into(),
            business_date: payment.business_date,
            taken_at: payment.taken_at,
        };
        Self {
            lines: lines(order.lines),
            taxes: taxes(order.taxes),
            payments: order.payments.into_iter().map(payment).collect(),
            order: order.header.into(),
            stale_since: order.stale_since,
        }
    }
}
