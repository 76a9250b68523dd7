//! What happens to an order.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Line;
use crate::orders::OrderType;
use crate::shared::{BranchId, Money, PaymentId};

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
