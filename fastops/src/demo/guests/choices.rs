//! What guests choose with a dish: modifiers, and what fills the slots of combos.

use commands::orders::WantedLine;
use domain::catalog::offer::{WantedGroup, WantedModifier, WantedPick};
use domain::shared::Quantity;
use rand::{Rng, RngExt};

use super::weighted;
use crate::demo::restaurant::{Dish, Filling, Group};

/// Of a hundred guests, so many choose something of a group that may be left out.
const CHOOSING_PERCENT: u32 = 30;

/// The most modifiers that a guest chooses of such a group.
const CHOSEN_MAX: u16 = 2;

/// So many of a dish, as a guest wants it.
pub(super) fn line(dish: &Dish, quantity: Quantity, rng: &mut impl Rng) -> WantedLine {
    let plain = WantedLine::plain(dish.product, dish.variant, quantity);
    let slots = dish.slots.iter().map(|fillings| vec![pick(fillings, rng)]).collect();
    WantedLine { modifier_groups: chosen(&dish.groups, rng), slots, ..plain }
}

fn pick(fillings: &[Filling], rng: &mut impl Rng) -> WantedPick {
    let filling = weighted(fillings, |_| 1, rng);
    WantedPick {
        product: filling.product,
        variant: filling.variant,
        quantity: Quantity::try_new(1).expect("one is a quantity"),
        modifier_groups: chosen(&filling.groups, rng),
    }
}

/// What is chosen of groups. Of those that are left out their defaults are.
fn chosen(groups: &[Group], rng: &mut impl Rng) -> Vec<WantedGroup> {
    groups.iter().filter_map(|group| chosen_of(group, rng)).collect()
}

fn chosen_of(group: &Group, rng: &mut impl Rng) -> Option<WantedGroup> {
    let limits = group.limits;
    if !limits.required && rng.random_range(0..100) >= CHOOSING_PERCENT {
        return None;
    }
    let least = limits.min.max(1);
    let n_chosen = rng.random_range(least..=limits.max.min(CHOSEN_MAX).max(least));
    let mut modifiers: Vec<WantedModifier> = Vec::new();
    while modifiers.len() < usize::from(n_chosen).min(group.modifiers.len()) {
        let modifier = *weighted(&group.modifiers, |_| 1, rng);
        if modifiers.iter().all(|other| other.modifier != modifier) {
            modifiers.push(WantedModifier { modifier, quantity: 1, nested: None });
        }
    }
    Some(WantedGroup { group: group.id, modifiers })
}
