//! The children of a combo.

use super::{Error, Offer, Place, WantedPick};
use crate::catalog::combo::{ChoiceError, Combo, Pick, Picked, Slot};
use crate::orders::order::ChildRequest;
use crate::shared::{ProductId, Quantity};

impl Offer<'_> {
    /// Resolves what fills the slots of a combo.
    pub(super) fn children(
        &self,
        line: usize,
        combo: &Combo,
        wanted: &[Vec<WantedPick>],
    ) -> Result<Vec<ChildRequest>, Error> {
        let refused = |fault| Error::Combo { line, fault };
        let is_named = |slot: usize| wanted.get(slot).is_some_and(|picks| !picks.is_empty());
        let filled = filled(combo, wanted);
        let pick = |it: &WantedPick| Pick { variant: it.variant, quantity: it.quantity };
        let choice: Vec<Vec<Pick>> =
            filled.iter().map(|picks| picks.iter().map(pick).collect()).collect();
        let picked = combo.choose(&choice).map_err(refused)?;
        let places = filled.iter().enumerate().flat_map(|(slot, picks)| {
            picks.iter().enumerate().map(move |(index, pick)| (slot, index, pick))
        });
        let children = picked.into_iter().zip(places).map(|(picked, (slot, index, pick))| {
            if picked.option.product != pick.product {
                return Err(refused(ChoiceError::Unknown { slot, pick: index }));
            }
            let named = is_named(slot).then_some((slot, index));
            self.child(&Place { pick: named, ..Place::line(line) }, picked, pick)
        });
        children.collect()
    }

    fn child(
        &self,
        at: &Place,
        Picked { slot, quantity, option }: Picked,
        pick: &WantedPick,
    ) -> Result<ChildRequest, Error> {
        let states = self.in_menu(at, option.product)?;
        let id = (option.product, option.variant);
        let item = self.item(at, id, states, &pick.modifier_groups)?;
        if option.upcharge.currency() != self.moment.currency {
            return Err(Error::ForeignCurrency { at: at.clone() });
        }
        let slot = u16::try_from(slot).unwrap_or(u16::MAX);
        Ok(ChildRequest { slot, item, quantity, upcharge: option.upcharge })
    }
}

/// What is wanted, with the slots filled that are left empty and have one option.
fn filled(combo: &Combo, wanted: &[Vec<WantedPick>]) -> Vec<Vec<WantedPick>> {
    let n_slots = combo.slots.len();
    if wanted.is_empty() {
        return filled(combo, &vec![Vec::new(); n_slots]);
    }
    let slots = combo.slots.iter().map(Some).chain(std::iter::repeat(None));
    let fill = |(picks, slot): (&Vec<WantedPick>, Option<&Slot>)| match slot.and_then(only_pick) {
        Some(only) if picks.is_empty() => vec![only],
        Some(_) | None => picks.clone(),
    };
    wanted.iter().zip(slots).map(fill).collect()
}

/// What a slot takes that leaves no choice; none if it leaves one.
fn only_pick(slot: &Slot) -> Option<WantedPick> {
    let [option] = &slot.options[..] else { return None };
    let quantity = Quantity::try_new(slot.pieces).ok()?;
    let (product, variant) = (option.product, option.variant);
    Some(WantedPick { product, variant, quantity, modifier_groups: Vec::new() })
}

/// The products of the slots of a combo that leave no choice.
pub fn fixed_products(combo: &Combo) -> impl Iterator<Item = ProductId> {
    combo.slots.iter().filter_map(only_pick).map(|pick| pick.product)
}
