//! What is priced.

use super::Discount;
use crate::shared::{Currency, Money, Quantity, Rate};
use crate::taxes::Taxes;

/// An order to price.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// The currency of all its amounts.
    pub currency: Currency,
    /// Its lines.
    pub lines: Vec<Line>,
    /// The discount on the order, besides those of lines.
    pub discount: Option<Discount>,
    /// The service charge.
    pub service: Option<Service>,
}

/// A line to price.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// How many pieces, or how many times the combo.
    pub quantity: Quantity,
    /// What one piece, or the combo, costs without modifiers.
    pub unit_price: Money,
    /// What is added to each piece.
    pub modifiers: Vec<Modifier>,
    /// What is sold.
    pub content: Content,
    /// The discount on the line.
    pub discount: Option<Discount>,
}

/// What a line sells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// A product with these taxes.
    Product(Taxes),
    /// A combo.
    Combo(Children),
}

/// The children of a combo: at least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Children(Vec<Child>);

/// A combo has no children, so that its price would belong to nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a combo has at least one child")]
pub struct NoChildren;

/// A child of a combo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Child {
    /// How many pieces are in one combo.
    pub quantity: Quantity,
    /// What one piece costs outside the combo, without modifiers. It is the child's weight.
    pub unit_price: Money,
    /// What is added to each piece, the upcharge of its slot included.
    pub modifiers: Vec<Modifier>,
    /// Its taxes.
    pub taxes: Taxes,
}

/// Something added to a piece for a price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Modifier {
    /// How often per piece.
    pub quantity: Quantity,
    /// What it costs once.
    pub price: Money,
}

/// A charge for service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// Its part of what the lines cost after discounts and before added taxes.
    pub rate: Rate,
    /// Its own taxes.
    pub taxes: Taxes,
}

impl Order {
    /// An order without lines.
    pub const fn empty(currency: Currency) -> Self {
        Self { currency, lines: Vec::new(), discount: None, service: None }
    }

    /// The order with this discount in place of any that it has.
    #[must_use]
    pub fn discounted(self, discount: Discount) -> Self {
        Self { discount: Some(discount), ..self }
    }
}

impl Line {
    /// Pieces of a product, with nothing added or taken off.
    pub const fn product(quantity: Quantity, unit_price: Money, taxes: Taxes) -> Self {
        let content = Content::Product(taxes);
        Self { quantity, unit_price, modifiers: Vec::new(), content, discount: None }
    }

    /// The line with this discount in place of any that it has.
    #[must_use]
    pub fn discounted(self, discount: Discount) -> Self {
        Self { discount: Some(discount), ..self }
    }
}

impl Children {
    /// These children.
    pub fn try_new(children: Vec<Child>) -> Result<Self, NoChildren> {
        if children.is_empty() { Err(NoChildren) } else { Ok(Self(children)) }
    }

    /// The children in their order.
    pub fn as_slice(&self) -> &[Child] {
        &self.0
    }
}
