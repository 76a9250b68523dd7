//! What combos are made of, from `combos.csv`, one option a line. Every slot takes one piece.

use std::collections::HashMap;

use domain::shared::{Money, Name};
use serde::Deserialize;

use super::{last_or_pushed, lines, pesos};

const FILE: &str = include_str!("combos.csv");

/// A choice that a combo offers.
#[derive(Debug)]
pub(in crate::demo) struct Slot {
    pub(in crate::demo) name: Name,
    pub(in crate::demo) options: Vec<SlotOption>,
}

/// A variant that fills a slot.
#[derive(Debug)]
pub(in crate::demo) struct SlotOption {
    pub(in crate::demo) product: Name,
    pub(in crate::demo) variant: Name,
    pub(in crate::demo) upcharge: Money,
}

#[derive(Deserialize)]
struct Line {
    combo: Name,
    slot: Name,
    product: Name,
    variant: Name,
    /// In pesos.
    upcharge: String,
}

/// The slots of the file, by the names of the combos.
pub(super) fn embedded() -> HashMap<Name, Vec<Slot>> {
    let mut combos: HashMap<Name, Vec<Slot>> = HashMap::new();
    for Line { combo, slot, product, variant, upcharge } in lines(FILE) {
        let slot = last_or_pushed(
            combos.entry(combo).or_default(),
            |last| last.name == slot,
            || Slot { name: slot.clone(), options: Vec::new() },
        );
        slot.options.push(SlotOption { product, variant, upcharge: pesos(&upcharge) });
    }
    combos
}
