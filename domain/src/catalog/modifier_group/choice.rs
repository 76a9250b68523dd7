//! Whether what a guest chooses is what a group allows.

use std::fmt;

use serde::Serialize;

use super::{Group, Limits, Modifier};
use crate::shared::{ModifierGroupId, ModifierId};

/// A modifier as a guest chooses it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Chosen {
    /// The modifier.
    pub modifier: ModifierId,
    /// How often with one piece.
    pub quantity: u16,
    /// What is chosen of the group that the modifier asks, once for all its pieces.
    pub nested: Vec<Self>,
}

/// Where in a choice something is wrong: the index of the chosen modifier, then that of the one
/// nested in it, from 0. Empty if it is the choice as a whole.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Path(pub Vec<usize>);

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut indexes = self.0.iter();
        let Some(first) = indexes.next() else { return f.write_str("choice") };
        write!(f, "modifier {first}")?;
        indexes.try_for_each(|index| write!(f, ".{index}"))
    }
}

/// Why a choice is refused, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {fault}")]
pub struct ChoiceError {
    /// Where.
    pub path: Path,
    /// Why.
    pub fault: Fault,
}

/// What is wrong with a choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The group does not have this modifier.
    #[error("it is not one of the group")]
    Unknown,
    /// An earlier one is the same.
    #[error("it repeats an earlier one")]
    Repeated,
    /// It is chosen zero times, or too often.
    #[error("it is chosen 1 to {max} times, not {given}")]
    Quantity {
        /// How often it was chosen.
        given: u16,
        /// How often it can be.
        max: u16,
    },
    /// Nothing is chosen of a group that requires it.
    #[error("something has to be chosen")]
    Required,
    /// Too few or too many are chosen.
    #[error("{min} to {max} are chosen, not {given}")]
    Count {
        /// How many were chosen.
        given: u32,
        /// The fewest.
        min: u16,
        /// The most.
        max: u16,
    },
    /// Something is chosen below a modifier that asks nothing.
    #[error("nothing is chosen with it")]
    AsksNothing,
}

/// Checks a choice against a group, whose overrides are applied. `find` knows the groups that its
/// modifiers ask. The first fault is returned: those of single modifiers before that of their
/// number.
pub fn validate<'a>(
    group: &Group,
    chosen: &[Chosen],
    find: impl Fn(ModifierGroupId) -> Option<&'a Group>,
) -> Result<(), ChoiceError> {
    validate_level(group, chosen, &[], |index, modifier, nested| {
        match modifier.nested.and_then(&find) {
            Some(group) => validate_level(group, nested, &[index], |place, _, further| {
                refuse_any(further, &[index, place])
            }),
            None => refuse_any(nested, &[index]),
        }
    })
}

fn validate_level(
    group: &Group,
    chosen: &[Chosen],
    path: &[usize],
    validate_nested: impl Fn(usize, &Modifier, &[Chosen]) -> Result<(), ChoiceError>,
) -> Result<(), ChoiceError> {
    for (index, Chosen { modifier, quantity, nested }) in chosen.iter().enumerate() {
        let wrong = |fault| at(&[path, &[index]].concat(), fault);
        let id = *modifier;
        let modifier = group.modifier(id).ok_or_else(|| wrong(Fault::Unknown))?;
        if chosen[..index].iter().any(|earlier| earlier.modifier == id) {
            return Err(wrong(Fault::Repeated));
        }
        if !(1..=modifier.max_quantity).contains(quantity) {
            let (given, max) = (*quantity, modifier.max_quantity);
            return Err(wrong(Fault::Quantity { given, max }));
        }
        validate_nested(index, modifier, nested)?;
    }
    check_count(group.limits, chosen).map_err(|fault| at(path, fault))
}

fn check_count(limits: Limits, chosen: &[Chosen]) -> Result<(), Fault> {
    let Limits { required, min, max } = limits;
    let given: u32 = chosen.iter().map(|it| u32::from(it.quantity)).sum();
    match given {
        0 if required => Err(Fault::Required),
        0 => Ok(()),
        _ if (u32::from(min)..=u32::from(max)).contains(&given) => Ok(()),
        _ => Err(Fault::Count { given, min, max }),
    }
}

fn refuse_any(chosen: &[Chosen], path: &[usize]) -> Result<(), ChoiceError> {
    if chosen.is_empty() { Ok(()) } else { Err(at(path, Fault::AsksNothing)) }
}

fn at(path: &[usize], fault: Fault) -> ChoiceError {
    ChoiceError { path: Path(path.to_vec()), fault }
}
