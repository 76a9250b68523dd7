//! What a branch offers at a moment: turns the lines that a guest asks for into lines that can be
//! priced.
//!
//! A line is resolved against the product, its modifier groups, the price lists that hold at that
//! moment, what the branch does not sell, and the taxes of its regime. All of it is stored on the
//! line with the revision that it comes from, and none of it is asserted by the append.

use chrono::{DateTime, Utc};

use super::availability::{self, Unavailable};
use super::modifier_group::Group;
use super::price_list::{List, Moment, Subject, select};
use super::product;
use crate::inventory::recipe;
use crate::orders::LineRecipe;
use crate::orders::order::{Item, LineRequest, PriceOrigin};
use crate::shared::{Code, ModifierGroupId, Money, Name, PriceListId, ProductId, VariantId};
use crate::taxes::{Taxes, Undetermined};

mod combos;
mod error;
mod modifiers;
mod wanted;

pub use combos::fixed_products;
pub use error::{Error, Place};
pub use wanted::{WantedGroup, WantedLine, WantedModifier, WantedNested, WantedPick};

/// The menu as it was read.
pub trait Menu {
    /// A product with its recipe.
    fn product(&self, product: ProductId) -> ProductStates<'_>;

    /// A modifier group; none if the company has no such group.
    fn group(&self, group: ModifierGroupId) -> Option<GroupState<'_>>;

    /// The taxes of products of a class, or without one, in the branch on the business date.
    fn taxes(&self, class: Option<&Code>) -> Result<Taxes, Undetermined>;
}

/// The states that a line is resolved from.
#[derive(Debug, Clone, Copy)]
pub struct ProductStates<'a> {
    /// The product.
    pub product: &'a product::State,
    /// The revision of the product.
    pub product_revision: u64,
    /// Its recipe.
    pub recipe: &'a recipe::State,
}

/// A modifier group of the menu.
#[derive(Debug, Clone, Copy)]
pub struct GroupState<'a> {
    /// The group.
    pub group: &'a Group,
    /// Its revision.
    pub revision: u64,
}

/// A published price list.
#[derive(Debug, Clone, Copy)]
pub struct ListState<'a> {
    /// Its id.
    pub id: PriceListId,
    /// Its revision.
    pub revision: u64,
    /// The list.
    pub list: &'a List,
}

/// What a branch offers at a moment.
#[derive(Clone, Copy)]
pub struct Offer<'a> {
    /// The moment.
    pub instant: DateTime<Utc>,
    /// The moment as price lists see it.
    pub moment: Moment<'a>,
    /// What the branch does not sell; none to sell everything, which past orders do.
    pub availability: Option<&'a availability::State>,
    /// The published price lists of the company.
    pub lists: &'a [ListState<'a>],
    /// The menu.
    pub menu: &'a dyn Menu,
}

impl Offer<'_> {
    /// Resolves the lines. The first line that is not offered is refused.
    pub fn resolve(&self, lines: &[WantedLine]) -> Result<Vec<LineRequest>, Error> {
        lines.iter().enumerate().map(|(index, line)| self.line(index, line)).collect()
    }

    fn line(&self, index: usize, wanted: &WantedLine) -> Result<LineRequest, Error> {
        let WantedLine { product, variant, quantity, modifier_groups, slots } = wanted;
        let at = Place::line(index);
        let (states, details) = self.in_menu(&at, *product)?;
        let item = self.item(&at, (*product, *variant), (states, details), modifier_groups)?;
        let children = match &details.combo {
            Some(combo) => self.children(index, combo, slots)?,
            None if slots.is_empty() => Vec::new(),
            None => return Err(Error::NotACombo { line: index }),
        };
        Ok(LineRequest { item, quantity: *quantity, children })
    }

    fn in_menu(
        &self,
        at: &Place,
        product: ProductId,
    ) -> Result<(ProductStates<'_>, &product::Details), Error> {
        let states = self.menu.product(product);
        let details = states.product.in_menu();
        Ok((states, details.ok_or_else(|| Error::UnknownProduct { at: at.clone() })?))
    }

    fn item(
        &self,
        at: &Place,
        (product, variant): (ProductId, VariantId),
        (states, details): (ProductStates<'_>, &product::Details),
        groups: &[WantedGroup],
    ) -> Result<Item, Error> {
        let found = details.variant(variant);
        let found = found.ok_or_else(|| Error::UnknownVariant { at: at.clone() })?;
        self.check_available(at, &details.name, |here, now| here.variant(product, variant, now))?;
        let (unit_price, price_list) =
            self.price(at, Subject::Variant { product, variant }, found.price)?;
        Ok(Item {
            product,
            variant,
            category: details.category,
            product_name: details.name.clone(),
            variant_name: found.name.clone(),
            product_revision: states.product_revision,
            unit_price,
            price_list,
            modifiers: self.modifiers(at, details, groups)?,
            taxes: self.taxes(at, details.tax_class.as_ref())?,
            station: details.stations.get(&self.moment.branch).copied(),
            recipe: line_recipe(states.recipe, details, variant),
        })
    }

    /// The price of the list that precedes, or else that of the menu.
    fn price(
        &self,
        at: &Place,
        subject: Subject,
        of_menu: Money,
    ) -> Result<(Money, Option<PriceOrigin>), Error> {
        let selected = if self.lists.is_empty() {
            None
        } else {
            let lists = self.lists.iter().map(|state| (state.id, state.list));
            select(lists, subject, &self.moment)
        };
        let origin = selected.and_then(|selected| {
            let state = self.lists.iter().find(|state| state.id == selected.list)?;
            Some(PriceOrigin { list: state.id, revision: state.revision })
        });
        let price = selected.map_or(of_menu, |selected| selected.price);
        if price.currency() == self.moment.currency {
            Ok((price, origin))
        } else {
            Err(Error::ForeignCurrency { at: at.clone() })
        }
    }

    fn taxes(&self, at: &Place, class: Option<&Code>) -> Result<Taxes, Error> {
        self.menu.taxes(class).map_err(|undetermined| Error::Taxes { at: at.clone(), undetermined })
    }

    fn check_available(
        &self,
        at: &Place,
        name: &Name,
        check: impl FnOnce(&availability::State, DateTime<Utc>) -> Result<(), Unavailable>,
    ) -> Result<(), Error> {
        let Some(availability) = self.availability else { return Ok(()) };
        check(availability, self.instant).map_err(|reason| {
            let (at, name) = (at.clone(), name.clone());
            Error::NotAvailable { at, name, reason }
        })
    }
}

impl std::fmt::Debug for Offer<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Offer").field("moment", &self.moment).finish_non_exhaustive()
    }
}

/// What one piece of a variant takes from stock; none if its product has no recipe for it.
fn line_recipe(
    recipe: &recipe::State,
    product: &product::Details,
    variant: VariantId,
) -> Option<LineRecipe> {
    let latest = recipe.latest()?;
    let (portion, multiplier) = latest.taken(product, variant)?;
    let ingredients = portion.ingredients.clone();
    Some(LineRecipe { version: latest.version, ingredients, multiplier })
}

#[cfg(test)]
mod tests;
