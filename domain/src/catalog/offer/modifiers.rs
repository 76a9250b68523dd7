//! The modifiers that are chosen with a product.

use std::borrow::Cow;

use super::{Error, GroupState, Offer, Place, WantedGroup, WantedModifier, WantedNested};
use crate::catalog::modifier_group::{
    ChoiceError, Chosen, Fault, Group, Override, choice, validate,
};
use crate::catalog::price_list::Subject;
use crate::catalog::product::Details;
use crate::orders::order::LineModifier;
use crate::shared::{ModifierGroupId, Quantity};

impl Offer<'_> {
    /// Resolves what is chosen of the groups that a product offers, in the order of the menu. A
    /// group that was removed from the menu asks nothing.
    pub(super) fn modifiers(
        &self,
        at: &Place,
        product: &Details,
        wanted: &[WantedGroup],
    ) -> Result<Vec<LineModifier>, Error> {
        self.check_named(at, product, wanted)?;
        let mut taken = Vec::new();
        for offered in &product.groups {
            let Some(state) = self.menu.group(offered.group) else { continue };
            let named = wanted.iter().position(|it| it.group == offered.group);
            let at = at.in_group(named);
            let group = as_offered(offered, state.group);
            let chosen = self.chosen(&group, named.map(|index| &wanted[index]));
            self.check_choice(&at, &group, &chosen)?;
            let state = (offered.group, GroupState { group: &group, ..state });
            taken.extend(self.taken(&at, &[], state, &chosen)?);
        }
        Ok(taken)
    }

    /// Checks that the product offers each group that is named, once.
    fn check_named(
        &self,
        at: &Place,
        product: &Details,
        wanted: &[WantedGroup],
    ) -> Result<(), Error> {
        for (index, WantedGroup { group, .. }) in wanted.iter().enumerate() {
            let is_offered = product.groups.iter().any(|offered| offered.group == *group);
            if !is_offered || self.menu.group(*group).is_none() {
                return Err(Error::UnknownGroup { at: at.in_group(Some(index)) });
            }
            if wanted[..index].iter().any(|earlier| earlier.group == *group) {
                return Err(Error::GroupRepeated { at: at.in_group(Some(index)) });
            }
        }
        Ok(())
    }

    /// What is chosen of a group: what is named, or else its defaults.
    fn chosen(&self, group: &Group, wanted: Option<&WantedGroup>) -> Vec<Chosen> {
        let nested_defaults = |modifier| {
            let asked = group.modifier(modifier).and_then(|it| it.nested);
            let asked = asked.and_then(|asked| self.menu.group(asked));
            asked.map_or_else(Vec::new, |asked| asked.group.defaults())
        };
        let Some(wanted) = wanted else {
            let defaults = group.defaults().into_iter();
            return defaults
                .map(|it| Chosen { nested: nested_defaults(it.modifier), ..it })
                .collect();
        };
        let chosen = |WantedModifier { modifier, quantity, nested }: &WantedModifier| Chosen {
            modifier: *modifier,
            quantity: *quantity,
            nested: match nested {
                Some(nested) => nested.iter().map(chosen_nested).collect(),
                None => nested_defaults(*modifier),
            },
        };
        wanted.modifiers.iter().map(chosen).collect()
    }

    fn check_choice(&self, at: &Place, group: &Group, chosen: &[Chosen]) -> Result<(), Error> {
        let find = |asked| self.menu.group(asked).map(|state| state.group);
        validate(group, chosen, find).map_err(|ChoiceError { path: choice::Path(path), fault }| {
            let group = self.faulty(group, chosen, (&path, fault)).name.clone();
            Error::Choice { at: at.in_modifier(&path), group, fault }
        })
    }

    /// The group that does not allow a choice: the one that a modifier asks if the fault is in what
    /// is nested in it.
    fn faulty<'a>(
        &'a self,
        group: &'a Group,
        chosen: &[Chosen],
        (path, fault): (&[usize], Fault),
    ) -> &'a Group {
        let asking = match path {
            [index] if matches!(fault, Fault::Required | Fault::Count { .. }) => *index,
            [index, _] => *index,
            _ => return group,
        };
        let asking = chosen.get(asking).and_then(|it| group.modifier(it.modifier));
        let asked = asking.and_then(|it| it.nested).and_then(|asked| self.menu.group(asked));
        asked.map_or(group, |state| state.group)
    }

    /// The chosen modifiers of a group, which were checked. `path` leads to the modifier that asks
    /// the group.
    fn taken(
        &self,
        at: &Place,
        path: &[usize],
        (id, state): (ModifierGroupId, GroupState<'_>),
        chosen: &[Chosen],
    ) -> Result<Vec<LineModifier>, Error> {
        let take = |(index, chosen): (usize, &Chosen)| {
            let path = [path, &[index]].concat();
            let at = at.in_modifier(&path);
            let found = state.group.modifier(chosen.modifier);
            let found = found.ok_or_else(|| Error::UnknownGroup { at: at.clone() })?;
            self.check_available(&at, &found.name, |here, now| here.modifier(found.id, now))?;
            let subject = Subject::Modifier { group: id, modifier: found.id };
            let (price, price_list) = self.price(&at, subject, found.price)?;
            let quantity = Quantity::try_new(chosen.quantity.into()).unwrap_or(Quantity::ONE);
            let asked = found.nested.and_then(|asked| Some((asked, self.menu.group(asked)?)));
            let nested = asked.map(|asked| self.taken(&at, &path, asked, &chosen.nested));
            Ok(LineModifier {
                group: id,
                group_revision: state.revision,
                group_name: state.group.name.clone(),
                modifier: found.id,
                name: found.name.clone(),
                quantity,
                price,
                price_list,
                ingredients: found.ingredients.clone(),
                nested: nested.transpose()?.unwrap_or_default(),
            })
        };
        chosen.iter().enumerate().map(take).collect()
    }
}

fn chosen_nested(WantedNested { modifier, quantity }: &WantedNested) -> Chosen {
    Chosen { modifier: *modifier, quantity: *quantity, nested: Vec::new() }
}

fn as_offered<'a>(offered: &Override, group: &'a Group) -> Cow<'a, Group> {
    if *offered == Override::none(offered.group) {
        Cow::Borrowed(group)
    } else {
        Cow::Owned(offered.applied_to(group))
    }
}
