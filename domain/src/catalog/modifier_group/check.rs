//! Whether a group is complete in itself and with the groups that it asks.

use super::{CHOICES_MAX, Error, Group, INGREDIENTS_MAX, Limits, MODIFIERS_MAX, Modifier};
use crate::shared::ModifierGroupId;
use crate::shared::money::PRICE_MAX;

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
    check_ingredients(modifier, index)
}

fn check_ingredients(modifier: &Modifier, index: usize) -> Result<(), Error> {
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

/// Checks that modifiers ask groups one level deep: those that `find` knows, none of which asks a
/// further one, and none at all if the group itself is asked by a modifier of another
/// (`is_asked`).
pub fn check_nesting<'a>(
    group: &Group,
    is_asked: bool,
    find: impl Fn(ModifierGroupId) -> Option<&'a Group>,
) -> Result<(), Error> {
    for (index, modifier) in group.modifiers.iter().enumerate() {
        let Some(nested) = modifier.nested else { continue };
        let nested = find(nested).ok_or(Error::UnknownNested { index })?;
        if is_asked || nested.modifiers.iter().any(|it| it.nested.is_some()) {
            return Err(Error::NestedTooDeep { index });
        }
    }
    Ok(())
}
