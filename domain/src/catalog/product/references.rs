//! Whether a product refers to what the company has.

use super::{Details, Error, Request};
use crate::catalog::combo::{Combo, SlotOption};
use crate::catalog::modifier_group::{self, Group, Override};
use crate::catalog::station;
use crate::shared::{Currency, ModifierGroupId, ProductId, StationId};

/// What the company has of what a product refers to.
pub trait Company {
    /// Whether the category of the request is in the menu.
    fn has_category(&self) -> bool;
    /// A product, if it is in the menu.
    fn product(&self, id: ProductId) -> Option<&Details>;
    /// A modifier group, if it is in the menu.
    fn group(&self, id: ModifierGroupId) -> Option<&Group>;
    /// A station, if it is open.
    fn station(&self, id: StationId) -> Option<&station::Added>;
}

/// Checks that a product refers to what the company has. What it referred to before (`current`) is not
/// checked again: another command may have removed it meanwhile, which is no reason to refuse a price.
pub fn check_references(
    current: Option<&Details>,
    wanted: &Request,
    company: &impl Company,
) -> Result<(), Error> {
    let is_kept = current.is_some_and(|current| current.category == wanted.category);
    if !is_kept && !company.has_category() {
        return Err(Error::UnknownCategory);
    }
    let Some(currency) = wanted.variants.first().map(|variant| variant.price.currency()) else {
        return Err(Error::VariantCount { given: 0 });
    };
    if let Some(combo) = &wanted.combo {
        let current = current.and_then(|current| current.combo.as_ref());
        check_options(current, combo, currency, company)?;
    }
    check_groups(current.map_or(&[], |current| &current.groups), wanted, currency, company)?;
    check_stations(current, wanted, company)
}

fn check_options(
    current: Option<&Combo>,
    wanted: &Combo,
    currency: Currency,
    company: &impl Company,
) -> Result<(), Error> {
    let is_kept = |wanted: &SlotOption| {
        let mut kept = current.into_iter().flat_map(Combo::options);
        kept.any(|(.., it)| it.product == wanted.product && it.variant == wanted.variant)
    };
    for (slot, option, it) in wanted.options().filter(|(.., it)| !is_kept(it)) {
        let item = company.product(it.product).filter(|product| product.combo.is_none());
        let variant = item.and_then(|item| item.variant(it.variant));
        let variant = variant.ok_or(Error::UnknownOption { slot, option })?;
        if variant.price.currency() != currency {
            return Err(Error::OptionCurrency { slot, option });
        }
    }
    Ok(())
}

fn check_groups(
    current: &[Override],
    wanted: &Request,
    currency: Currency,
    company: &impl Company,
) -> Result<(), Error> {
    for (index, offered) in wanted.groups.iter().enumerate() {
        if current.contains(offered) {
            continue;
        }
        let group = company.group(offered.group).ok_or(Error::UnknownGroup { index })?;
        if group.modifiers.iter().any(|modifier| modifier.price.currency() != currency) {
            return Err(Error::GroupCurrency { index });
        }
        modifier_group::check_override(offered, group)
            .map_err(|_| Error::GroupOverride { index })?;
    }
    Ok(())
}

fn check_stations(
    current: Option<&Details>,
    wanted: &Request,
    company: &impl Company,
) -> Result<(), Error> {
    for (branch, station) in &wanted.stations {
        let is_kept = current.is_some_and(|it| it.stations.get(branch) == Some(station));
        let is_there = || company.station(*station).is_some_and(|it| it.branch == *branch);
        if !is_kept && !is_there() {
            return Err(Error::UnknownStation { branch: *branch });
        }
    }
    Ok(())
}
