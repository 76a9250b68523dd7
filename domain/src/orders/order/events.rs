//! Events of an order.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Line;
use crate::catalog::Channel;
use crate::orders::OrderType;
use crate::pricing::{FIRST_RULES, TaxAmount};
use crate::shared::{BranchId, Money, PaymentId};

/// The order was placed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Placed {
    /// The branch.
    pub branch: BranchId,
    /// How it reaches the guest.
    pub order_type: OrderType,
    /// Its number in its series.
    pub number: u32,
    /// Its call number within the business day.
    pub call_number: u32,
    /// The hour of the branch's clock, 0 to 23.
    pub hour: u8,
    /// What the guest ordered; a line is identified by its number in the order, from 1.
    pub lines: Vec<Line>,
    /// The total, with all taxes.
    pub total: Money,
    /// The channel that it came from; the counter unless it says another.
    #[serde(default, skip_serializing_if = "Channel::is_counter")]
    pub channel: Channel,
    /// The taxes of all lines, summed per tax.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub taxes: Vec<TaxAmount>,
    /// The version of the rules of pricing that computed its amounts.
    #[serde(default = "first_rules", skip_serializing_if = "is_first_rules")]
    pub rules: u16,
}

const fn first_rules() -> u16 {
    FIRST_RULES
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
const fn is_first_rules(rules: &u16) -> bool {
    *rules == FIRST_RULES
}

/// The branch accepted the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Confirmed {}

/// The kitchen began to prepare it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Started {}

/// The kitchen finished it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MadeReady {}

/// The guest received it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Delivered {}

/// The order was cancelled, which annuls its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Cancelled {
    /// The reason.
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
    /// Something is not available.
    OutOfStock,
    /// It was entered twice.
    Duplicate,
    /// The guest never came for it.
    NoShow,
}

/// How a payment was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PaymentMethod {
    /// Notes and coins.
    Cash,
}

/// The guest paid a part or the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PaymentTaken {
    /// The payment.
    pub payment: PaymentId,
    /// The method.
    pub method: PaymentMethod,
    /// The part of the total that it pays.
    pub amount: Money,
    /// What the guest handed over.
    pub tendered: Money,
    /// What the guest got back: tendered minus amount.
    pub change: Money,
    /// What is left to pay; zero means that the order is paid.
    pub balance: Money,
    /// The hour of the branch's clock, 0 to 23.
    pub hour: u8,
}

crate::stored_events! {
    /// Events of an order.
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
