//! Why a line is not offered, and where in it the reason is.

use std::fmt;

use crate::catalog::{availability, combo, modifier_group};
use crate::shared::Name;
use crate::taxes::Undetermined;

/// Where something is in the lines that a guest asks for, each index from 0.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// The line.
    pub line: usize,
    /// The slot of the combo, and the pick in it; none if it is the line itself.
    pub pick: Option<(usize, usize)>,
    /// The modifier group, among those that are named; none if it is the product, or a group that
    /// is left out.
    pub group: Option<usize>,
    /// The modifier in the group, then the one that is nested in it; empty if it is neither.
    pub modifier: Vec<usize>,
}

impl Place {
    /// A line.
    pub fn line(line: usize) -> Self {
        Self { line, ..Self::default() }
    }

    pub(super) fn in_group(&self, group: Option<usize>) -> Self {
        Self { group, ..self.clone() }
    }

    pub(super) fn in_modifier(&self, modifier: &[usize]) -> Self {
        // Of a group that is left out, no modifier can be pointed to.
        let modifier = if self.group.is_some() { modifier.to_vec() } else { Vec::new() };
        Self { modifier, ..self.clone() }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}", self.line)?;
        if let Some((slot, pick)) = self.pick {
            write!(f, ", pick {pick} of slot {slot}")?;
        }
        if let Some(group) = self.group {
            write!(f, ", group {group}")?;
        }
        self.modifier.iter().try_for_each(|index| write!(f, ", modifier {index}"))
    }
}

/// Why a line is not offered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The company sells no such product.
    #[error("{at}: there is no such product in the menu")]
    UnknownProduct {
        /// Where.
        at: Place,
    },
    /// The product is not sold in such a variant.
    #[error("{at}: the product has no such variant")]
    UnknownVariant {
        /// Where.
        at: Place,
    },
    /// The branch does not trade in the currency of the price.
    #[error("{at}: the price is in another currency than the branch trades in")]
    ForeignCurrency {
        /// Where.
        at: Place,
    },
    /// The tax profile does not say which taxes the product bears in the branch.
    #[error("{at}: {undetermined}")]
    Taxes {
        /// Where.
        at: Place,
        /// What it does not say.
        undetermined: Undetermined,
    },
    /// The branch does not sell it at the moment.
    #[error("{at}: {name}: {reason}")]
    NotAvailable {
        /// Where.
        at: Place,
        /// What it is called.
        name: Name,
        /// Why.
        reason: availability::Unavailable,
    },
    /// The product offers no such modifier group.
    #[error("{at}: the product offers no such group")]
    UnknownGroup {
        /// Where.
        at: Place,
    },
    /// A modifier group is named twice.
    #[error("{at}: the group repeats an earlier one")]
    GroupRepeated {
        /// Where.
        at: Place,
    },
    /// A group does not allow what is chosen.
    #[error("{at}: {group}: {fault}")]
    Choice {
        /// Where.
        at: Place,
        /// The group's name.
        group: Name,
        /// Why.
        fault: modifier_group::Fault,
    },
    /// Slots of a combo are filled, but the product is not one.
    #[error("line {line}: the product is not a combo")]
    NotACombo {
        /// The index of the line, from 0.
        line: usize,
    },
    /// The combo does not allow what is picked.
    #[error("line {line}: {fault}")]
    Combo {
        /// The index of the line, from 0.
        line: usize,
        /// Why.
        fault: combo::ChoiceError,
    },
}
