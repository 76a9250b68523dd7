//! Lines to price and place.

use super::line_parts::all_times;
use super::{Line, LineChild, LineModifier, PriceOrigin};
use crate::inventory::recipe::Ingredient;
use crate::orders::LineRecipe;
use crate::pricing::{self, Child, Children, Content, Part, PricedLine};
use crate::shared::{
    CategoryId, Money, Name, ProductId, Quantity, StationId, StockQuantityError, VariantId,
};
use crate::taxes::Taxes;

/// A variant of a product as the menu has it at a moment, with what was chosen with it.
#[derive(Debug, Clone)]
pub struct Item {
    /// The product.
    pub product: ProductId,
    /// Its size or kind.
    pub variant: VariantId,
    /// The product's category.
    pub category: CategoryId,
    /// The product's name.
    pub product_name: Name,
    /// The variant's name.
    pub variant_name: Name,
    /// The revision of the product.
    pub product_revision: u64,
    /// What one piece costs without modifiers, with the taxes that prices include.
    pub unit_price: Money,
    /// The price list that this price comes from; none if it is that of the menu.
    pub price_list: Option<PriceOrigin>,
    /// What was chosen with each piece, with the ingredients of each modifier once.
    pub modifiers: Vec<LineModifier>,
    /// Its taxes.
    pub taxes: Taxes,
    /// The station of the branch at which it is made; none if it is made at none.
    pub station: Option<StationId>,
    /// What one piece takes from stock without modifiers.
    pub recipe: Option<LineRecipe>,
}

/// A line to price and place.
#[derive(Debug, Clone)]
pub struct LineRequest {
    /// What is ordered.
    pub item: Item,
    /// How many pieces, or how many times the combo.
    pub quantity: Quantity,
    /// The children of a combo; none if it is not one.
    pub children: Vec<ChildRequest>,
}

/// A child of a combo to price and place.
#[derive(Debug, Clone)]
pub struct ChildRequest {
    /// The index of the combo's slot that it fills, from 0.
    pub slot: u16,
    /// What fills it. Its price is that outside the combo.
    pub item: Item,
    /// How many pieces are in one combo.
    pub quantity: Quantity,
    /// What one piece costs on top of the combo's price.
    pub upcharge: Money,
}

impl Item {
    /// What it takes from stock: an item may be listed more than once.
    fn ingredients(&self) -> impl Iterator<Item = &Ingredient> {
        let recipe = self.recipe.iter().flat_map(|recipe| &recipe.ingredients);
        recipe.chain(self.modifiers.iter().flat_map(LineModifier::all_ingredients))
    }

    fn takes_nothing(&mut self) {
        self.recipe = None;
        for modifier in &mut self.modifiers {
            modifier.ingredients.clear();
            modifier.nested.iter_mut().for_each(|nested| nested.ingredients.clear());
        }
    }

    fn priced_modifiers(&self) -> impl Iterator<Item = pricing::Modifier> {
        let all = self.modifiers.iter().flat_map(LineModifier::with_nested);
        all.map(|it| pricing::Modifier { quantity: it.quantity, price: it.price })
    }
}

impl LineRequest {
    /// What a piece of it takes from stock: an item may be listed more than once, and the quantities
    /// are those of one piece and one modifier.
    pub fn ingredients(&self) -> impl Iterator<Item = &Ingredient> {
        let of_children = self.children.iter().flat_map(|child| child.item.ingredients());
        self.item.ingredients().chain(of_children)
    }

    /// The line without anything that it would take from stock.
    #[must_use]
    pub fn taking_nothing(mut self) -> Self {
        self.item.takes_nothing();
        self.children.iter_mut().for_each(|child| child.item.takes_nothing());
        self
    }

    /// How many lines, children and modifiers it is made of.
    pub(super) fn n_parts(&self) -> usize {
        let of_item = |item: &Item| 1 + item.priced_modifiers().count();
        of_item(&self.item) + self.children.iter().map(|child| of_item(&child.item)).sum::<usize>()
    }

    pub(super) fn unpriced(&self) -> pricing::Line {
        let Item { unit_price, taxes, .. } = &self.item;
        let children = self.children.iter().map(ChildRequest::unpriced).collect();
        let product = || Content::Product(taxes.clone());
        pricing::Line {
            quantity: self.quantity,
            unit_price: *unit_price,
            modifiers: self.item.priced_modifiers().collect(),
            content: Children::try_new(children).map_or_else(|_| product(), Content::Combo),
            discount: None,
        }
    }

    pub(super) fn priced(self, priced: PricedLine) -> Result<Line, StockQuantityError> {
        let Self { item, quantity, children } = self;
        let pieces = quantity.pieces();
        let mut parts = priced.parts;
        let of_children = if children.is_empty() { Vec::new() } else { std::mem::take(&mut parts) };
        let children = children.into_iter().zip(of_children);
        let children = children.map(|(child, part)| child.priced(part, pieces));
        Ok(Line {
            product: item.product,
            variant: item.variant,
            category: item.category,
            product_name: item.product_name,
            variant_name: item.variant_name,
            product_revision: item.product_revision,
            quantity,
            unit_price: item.unit_price,
            total: priced.amounts.total,
            recipe: item.recipe.map(|recipe| recipe.times(pieces)).transpose()?,
            price_list: item.price_list,
            modifiers: all_times(item.modifiers, pieces)?,
            children: children.collect::<Result<_, _>>()?,
            taxes: parts.into_iter().flat_map(|part| part.taxes).collect(),
            station: item.station,
        })
    }
}

impl ChildRequest {
    fn unpriced(&self) -> Child {
        let upcharge = pricing::Modifier { quantity: Quantity::ONE, price: self.upcharge };
        let upcharge = (!self.upcharge.is_zero()).then_some(upcharge);
        Child {
            quantity: self.quantity,
            unit_price: self.item.unit_price,
            modifiers: upcharge.into_iter().chain(self.item.priced_modifiers()).collect(),
            taxes: self.item.taxes.clone(),
        }
    }

    fn priced(self, part: Part, combos: u32) -> Result<LineChild, StockQuantityError> {
        let Self { slot, item, quantity, upcharge } = self;
        let pieces = quantity.pieces() * combos;
        Ok(LineChild {
            slot,
            product: item.product,
            variant: item.variant,
            category: item.category,
            product_name: item.product_name,
            variant_name: item.variant_name,
            product_revision: item.product_revision,
            quantity,
            unit_price: item.unit_price,
            price_list: item.price_list,
            upcharge,
            modifiers: all_times(item.modifiers, pieces)?,
            share: part.price,
            total: part.amounts.total,
            taxes: part.taxes,
            station: item.station,
            recipe: item.recipe.map(|recipe| recipe.times(pieces)).transpose()?,
        })
    }
}
