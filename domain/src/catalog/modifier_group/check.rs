//! Whether a group is complete in itself and with the groups that it asks.

use std::collections::BTreeSet;

use super::{
    CHOICES_MAX, Error, Group, INGREDIENTS_MAX, Limits, MODIFIERS_MAX, Modifier, ModifierRequest,
};
use crate::shared::money::PRICE_MAX;
use crate::shared::{ModifierGroupId, StockItemId};

pub(super) fn check(group: &Group) -> Result<(), Error> {
    let Group { limits, modifiers, .. } = group;
    if modifiers.is_empty() || modifiers.len() > MODIFIERS_MAX {
        return Err(Error::ModifierCount { given: modifiers.len() });
    }
    (0..modifiers.len()).try_for_each(|index| check_modifier(modifiers, index))?;
    check_limits(*limits, modifiers)
}

fn check_modifier(modifiers: &[Modifier], index: usize) -> Result<(), Error> {
    let modifier = &modifiers[index];
    let repeats = |earlier: &Modifier| {
        earlier.id == modifier.id || earlier.name.fold_v1() == modifier.name.fold_v1()
    };
    if modifiers[..index].iter().any(repeats) {
        return Err(Error::ModifierRepeated { index });
    }
    if !(0..=PRICE_MAX).contains(&modifier.price.amount()) {
        return Err(Error::PriceOutOfRange { index });
    }
    if modifier.price.currency() != modifiers[0].price.currency() {
        return Err(Error::MixedCurrencies { index });
    }
    let Modifier { max_quantity, default_quantity, .. } = *modifier;
    if !(1..=CHOICES_MAX).contains(&max_quantity) || default_quantity > max_quantity {
        return Err(Error::Quantity { index });
    }
    check_ingredients_of(modifier, index)
}

fn check_ingredients_of(modifier: &Modifier, index: usize) -> Result<(), Error> {
    let ingredients = &modifier.ingredients;
    if ingredients.len() > INGREDIENTS_MAX {
        return Err(Error::IngredientCount { index, given: ingredients.len() });
    }
    let is_wrong = |place: usize| {
        let earlier = &ingredients[..place];
        let repeats = earlier.iter().any(|it| it.item == ingredients[place].item);
        repeats || !ingredients[place].quantity.is_positive()
    };
    let ingredient = (0..ingredients.len()).find(|place| is_wrong(*place));
    ingredient.map_or(Ok(()), |ingredient| Err(Error::Ingredient { index, ingredient }))
}

fn check_limits(limits: Limits, modifiers: &[Modifier]) -> Result<(), Error> {
    let sum = |quantity: fn(&Modifier) -> u16| -> u32 {
        modifiers.iter().map(|modifier| u32::from(quantity(modifier))).sum()
    };
    let Limits { required, min, max } = limits;
    let is_possible = min <= max
        && (1..=CHOICES_MAX).contains(&max)
        && u32::from(min) <= sum(|it| it.max_quantity)
        && (min > 0 || !required);
    if !is_possible {
        return Err(Error::Limits { limits });
    }
    let given = sum(|it| it.default_quantity);
    let is_allowed = given == 0 || (u32::from(min)..=u32::from(max)).contains(&given);
    if is_allowed { Ok(()) } else { Err(Error::Defaults { given }) }
}

/// Checks that no modifier asks a group while the group itself is asked by others.
pub(super) fn check_asked(
    group: &Group,
    nested_by: &BTreeSet<ModifierGroupId>,
) -> Result<(), Error> {
    let asks = group.modifiers.iter().position(|modifier| modifier.nested.is_some());
    match asks {
        Some(index) if !nested_by.is_empty() => Err(Error::NestedTooDeep { index }),
        _ => Ok(()),
    }
}

/// Checks that modifiers of the group `id` ask groups one level deep: those that `find` knows, none of
/// which asks a further one. That the group is asked by no other itself is decided on its own state.
pub fn check_nesting<'a>(
    id: ModifierGroupId,
    modifiers: &[ModifierRequest],
    find: impl Fn(ModifierGroupId) -> Option<&'a Group>,
) -> Result<(), Error> {
    for (index, modifier) in modifiers.iter().enumerate() {
        let Some(nested) = modifier.nested else { continue };
        if nested == id {
            return Err(Error::NestedTooDeep { index });
        }
        let nested = find(nested).ok_or(Error::UnknownNested { index })?;
        if !nested.asked().is_empty() {
            return Err(Error::NestedTooDeep { index });
        }
    }
    Ok(())
}

/// Checks that modifiers take what the company keeps in stock, as `is_kept` says.
pub fn check_ingredients(
    modifiers: &[ModifierRequest],
    is_kept: impl Fn(StockItemId) -> bool,
) -> Result<(), Error> {
    for (index, modifier) in modifiers.iter().enumerate() {
        let unknown = modifier.ingredients.iter().position(|it| !is_kept(it.item));
        if let Some(ingredient) = unknown {
            return Err(Error::UnknownItem { index, ingredient });
        }
    }
    Ok(())
}
