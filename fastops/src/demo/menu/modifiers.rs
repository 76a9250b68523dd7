//! What guests choose with products, from `modifiers.csv`, one modifier a line.

use domain::catalog::modifier_group::Limits;
use domain::shared::{Money, Name, StockQuantity};
use serde::Deserialize;

use super::{READ_BY_A_TEST, last_or_pushed, lines, pesos};
use crate::demo::pantry::Taken;

const FILE: &str = include_str!("modifiers.csv");

/// Modifiers that products offer together.
#[derive(Debug)]
pub(in crate::demo) struct Group {
    pub(in crate::demo) name: Name,
    pub(in crate::demo) limits: Limits,
    pub(in crate::demo) modifiers: Vec<Modifier>,
}

/// Something that is chosen.
#[derive(Debug)]
pub(in crate::demo) struct Modifier {
    pub(in crate::demo) name: Name,
    pub(in crate::demo) price: Money,
    pub(in crate::demo) max_quantity: u16,
    pub(in crate::demo) default_quantity: u16,
    /// The group that it asks.
    pub(in crate::demo) asks: Option<Name>,
    pub(in crate::demo) taken: Option<Taken>,
}

#[derive(Deserialize)]
struct Line {
    group: Name,
    required: bool,
    min: u16,
    max: u16,
    modifier: Name,
    /// In pesos.
    price: String,
    max_quantity: u16,
    default_quantity: u16,
    asks: Option<Name>,
    item: Option<Name>,
    quantity: String,
}

/// The groups of the file.
pub(super) fn embedded() -> Vec<Group> {
    let mut groups = Vec::new();
    for line in lines::<Line>(FILE) {
        let limits = Limits { required: line.required, min: line.min, max: line.max };
        let group = last_or_pushed(
            &mut groups,
            |last: &Group| last.name == line.group,
            || Group { name: line.group.clone(), limits, modifiers: Vec::new() },
        );
        group.modifiers.push(line.into());
    }
    groups
}

impl From<Line> for Modifier {
    fn from(line: Line) -> Self {
        let quantity = |text: &str| text.parse::<StockQuantity>().expect(READ_BY_A_TEST);
        Self {
            name: line.modifier,
            price: pesos(&line.price),
            max_quantity: line.max_quantity,
            default_quantity: line.default_quantity,
            asks: line.asks,
            taken: line.item.map(|item| Taken { item, quantity: quantity(&line.quantity) }),
        }
    }
}
