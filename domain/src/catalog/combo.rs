//! A combo: a product whose price buys a choice of other products.
//!
//! On an order it is a parent line with a child line for each choice
//! ([`pricing::Children`](crate::pricing::Children)).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::shared::money::PRICE_MAX;
use crate::shared::{Money, Name, ProductId, Quantity, VariantId};

/// The most slots of a combo.
pub const SLOTS_MAX: usize = 20;
/// The most products that a slot can be filled with.
pub const OPTIONS_MAX: usize = 200;
/// The most pieces that a slot takes.
pub const PIECES_MAX: u32 = 50;

/// What a combo is made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Combo {
    /// Its slots in the order of the menu.
    pub slots: Vec<Slot>,
}

/// A choice that a combo offers: so many of these.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Slot {
    /// What the guest is asked: "Bebida".
    pub name: Name,
    /// How many pieces are chosen.
    pub pieces: u32,
    /// What is chosen from; a slot without a choice has one.
    pub options: Vec<SlotOption>,
}

/// A product that a slot can be filled with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SlotOption {
    /// The product.
    pub product: ProductId,
    /// Its size or kind.
    pub variant: VariantId,
    /// What one piece costs on top of the combo, zero or more.
    pub upcharge: Money,
}

/// What a guest chooses for a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Pick {
    /// The variant of one of the options.
    pub variant: VariantId,
    /// How many pieces.
    pub quantity: Quantity,
}

/// Something that was chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Picked {
    /// The index of its slot, from 0.
    pub slot: usize,
    /// How many pieces are in one combo.
    pub quantity: Quantity,
    /// The option.
    pub option: SlotOption,
}

/// Why a combo is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// It has no slots, or too many.
    #[error("a combo has 1 to {SLOTS_MAX} slots, not {given}")]
    SlotCount {
        /// How many were given.
        given: usize,
    },
    /// A slot takes nothing, or too much.
    #[error("slot {slot} takes 1 to {PIECES_MAX} pieces, not {given}")]
    PieceCount {
        /// The index of the slot, from 0.
        slot: usize,
        /// How many were given.
        given: u32,
    },
    /// A slot has no options, or too many.
    #[error("slot {slot} has 1 to {OPTIONS_MAX} options, not {given}")]
    OptionCount {
        /// The index of the slot, from 0.
        slot: usize,
        /// How many were given.
        given: usize,
    },
    /// A slot lists a variant twice.
    #[error("option {option} of slot {slot} repeats the variant of an earlier one")]
    OptionRepeated {
        /// The index of the slot, from 0.
        slot: usize,
        /// The index of the later option, from 0.
        option: usize,
    },
    /// An upcharge is below zero, or above [`PRICE_MAX`].
    #[error("option {option} of slot {slot} has no upcharge between 0 and {PRICE_MAX} minor units")]
    UpchargeOutOfRange {
        /// The index of the slot, from 0.
        slot: usize,
        /// The index of the option, from 0.
        option: usize,
    },
}

/// Why a choice is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ChoiceError {
    /// There is not one choice for each slot.
    #[error("the combo has {slots} slots, {given} were filled")]
    SlotCount {
        /// How many slots it has.
        slots: usize,
        /// How many choices were given.
        given: usize,
    },
    /// The slot does not offer this variant.
    #[error("pick {pick} of slot {slot} is not one of its options")]
    Unknown {
        /// The index of the slot, from 0.
        slot: usize,
        /// The index of the pick, from 0.
        pick: usize,
    },
    /// A variant is picked twice.
    #[error("pick {pick} of slot {slot} repeats an earlier one")]
    Repeated {
        /// The index of the slot, from 0.
        slot: usize,
        /// The index of the later pick, from 0.
        pick: usize,
    },
    /// Too few or too many pieces are picked.
    #[error("slot {slot} takes {pieces} pieces, not {given}")]
    PieceCount {
        /// The index of the slot, from 0.
        slot: usize,
        /// How many it takes.
        pieces: u32,
        /// How many were picked.
        given: u32,
    },
}

impl Combo {
    /// Every option with the index of its slot and its own, from 0.
    pub fn options(&self) -> impl Iterator<Item = (usize, usize, &SlotOption)> {
        let slots = self.slots.iter().enumerate();
        slots.flat_map(|(slot, it)| {
            it.options.iter().enumerate().map(move |(option, it)| (slot, option, it))
        })
    }

    /// Checks that the combo can be chosen.
    pub fn check(&self) -> Result<(), Error> {
        if self.slots.is_empty() || self.slots.len() > SLOTS_MAX {
            return Err(Error::SlotCount { given: self.slots.len() });
        }
        self.slots.iter().enumerate().try_for_each(|(index, slot)| slot.check(index))
    }

    /// What was chosen, slot by slot. The first fault is returned.
    pub fn choose(&self, choice: &[Vec<Pick>]) -> Result<Vec<Picked>, ChoiceError> {
        if choice.len() != self.slots.len() {
            let (slots, given) = (self.slots.len(), choice.len());
            return Err(ChoiceError::SlotCount { slots, given });
        }
        let slots = self.slots.iter().zip(choice).enumerate();
        let picked = slots.map(|(index, (slot, picks))| slot.choose(index, picks));
        Ok(picked.collect::<Result<Vec<_>, _>>()?.concat())
    }
}

impl Slot {
    fn check(&self, slot: usize) -> Result<(), Error> {
        if !(1..=PIECES_MAX).contains(&self.pieces) {
            return Err(Error::PieceCount { slot, given: self.pieces });
        }
        if self.options.is_empty() || self.options.len() > OPTIONS_MAX {
            return Err(Error::OptionCount { slot, given: self.options.len() });
        }
        for (option, SlotOption { variant, upcharge, .. }) in self.options.iter().enumerate() {
            if self.options[..option].iter().any(|earlier| earlier.variant == *variant) {
                return Err(Error::OptionRepeated { slot, option });
            }
            if !(0..=PRICE_MAX).contains(&upcharge.amount()) {
                return Err(Error::UpchargeOutOfRange { slot, option });
            }
        }
        Ok(())
    }

    fn choose(&self, slot: usize, picks: &[Pick]) -> Result<Vec<Picked>, ChoiceError> {
        let picked = picks.iter().enumerate().map(|(pick, Pick { variant, quantity })| {
            if picks[..pick].iter().any(|earlier| earlier.variant == *variant) {
                return Err(ChoiceError::Repeated { slot, pick });
            }
            let option = self.options.iter().find(|option| option.variant == *variant);
            let option = *option.ok_or(ChoiceError::Unknown { slot, pick })?;
            Ok(Picked { slot, quantity: *quantity, option })
        });
        let picked: Vec<Picked> = picked.collect::<Result<_, _>>()?;
        let given = picks.iter().map(|pick| pick.quantity.pieces()).sum();
        if given != self.pieces {
            return Err(ChoiceError::PieceCount { slot, pieces: self.pieces, given });
        }
        Ok(picked)
    }
}

#[cfg(test)]
mod tests;
