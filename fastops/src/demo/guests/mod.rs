//! The behaviour of guests: the same for past sales and for present ones.

mod choices;

use commands::orders::WantedLine;
use domain::catalog::Channel;
use domain::catalog::channel::Kind;
use domain::orders::OrderType;
use domain::orders::order::CancelReason;
use domain::shared::{Money, Quantity};
use rand::{Rng, RngExt};

use super::restaurant::{Dish, rappi};

/// What guests pay with, in pesos: down to the last coin, or in notes of one kind.
const NOTES: [(i64, u32); 5] = [(100, 4), (5_000, 1), (10_000, 3), (20_000, 4), (50_000, 6)];

/// How many lines an order has.
const LINES: [(usize, u32); 4] = [(1, 3), (2, 4), (3, 2), (4, 1)];

/// How many pieces a line has.
const PIECES: [(u32, u32); 4] = [(1, 12), (2, 5), (3, 1), (4, 1)];

/// How orders reach guests.
const TYPES: [(OrderType, u32); 3] =
    [(OrderType::DineIn, 7), (OrderType::Takeaway, 3), (OrderType::Delivery, 2)];

/// Why orders are cancelled.
const REASONS: [(CancelReason, u32); 4] = [
    (CancelReason::GuestRequest, 5),
    (CancelReason::Mistake, 2),
    (CancelReason::OutOfStock, 2),
    (CancelReason::NoShow, 1),
];

/// Of a hundred orders, so many are cancelled.
const CANCELLED_PERCENT: u32 = 4;

/// Of a hundred deliveries, so many are ordered on a platform; the others by telephone.
const RAPPI_PERCENT: u32 = 60;

/// What a guest asks for.
#[derive(Debug, Clone)]
pub(super) struct Wish {
    /// How it is to reach the guest.
    pub(super) order_type: OrderType,
    /// Where the guest orders it.
    pub(super) channel: Channel,
    pub(super) lines: Vec<WantedLine>,
}

/// What the next guest asks for among the dishes of a branch.
pub(super) fn order(dishes: &[Dish], rng: &mut impl Rng) -> Wish {
    let n_lines = one_of(&LINES, rng);
    let mut lines: Vec<WantedLine> = Vec::with_capacity(n_lines);
    while lines.len() < n_lines {
        let dish = weighted(dishes, |dish| dish.popularity, rng);
        let quantity = Quantity::try_new(one_of(&PIECES, rng));
        let quantity = quantity.expect("the pieces above are quantities");
        let line = choices::line(dish, quantity, rng);
        if lines.iter().all(|other| other.variant != line.variant) {
            lines.push(line);
        }
    }
    let order_type = one_of(&TYPES, rng);
    let channel = match order_type {
        OrderType::DineIn => Channel::built_in(Kind::Table),
        OrderType::Takeaway => Channel::built_in(Kind::Counter),
        OrderType::Delivery if rng.random_range(0..100) < RAPPI_PERCENT => rappi(),
        OrderType::Delivery => Channel::built_in(Kind::Phone),
    };
    Wish { order_type, channel, lines }
}

/// Why the order is cancelled, if it is.
pub(super) fn cancels(rng: &mut impl Rng) -> Option<CancelReason> {
    (rng.random_range(0..100) < CANCELLED_PERCENT).then(|| one_of(&REASONS, rng))
}

/// The cash that a guest pays for `total`: so many notes of one kind as cover it.
pub(super) fn hands_over(total: Money, rng: &mut impl Rng) -> Money {
    let note = one_of(&NOTES, rng) * 100;
    let notes = (total.amount() + note - 1) / note;
    Money::try_new(notes * note, total.currency()).unwrap_or(total)
}

/// One of `choices`, in proportion to their weights.
fn one_of<T: Copy>(choices: &[(T, u32)], rng: &mut impl Rng) -> T {
    weighted(choices, |choice| choice.1, rng).0
}

/// One of `items`, in proportion to their weights; there is at least one, and one of them has a weight above
/// zero.
pub(super) fn weighted<'a, T>(
    items: &'a [T],
    weight: impl Fn(&T) -> u32,
    rng: &mut impl Rng,
) -> &'a T {
    let mut left = rng.random_range(0..items.iter().map(&weight).sum());
    let chosen = items.iter().find(|item| {
        let here = left < weight(item);
        left = left.saturating_sub(weight(item));
        here
    });
    chosen.expect("what is left is below the sum of the weights")
}
