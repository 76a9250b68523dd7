//! The lines of an order.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Error, Placed};
use crate::inventory::recipe::Ingredient;
use crate::orders::{LineRecipe, OrderType};
use crate::pricing;
use crate::shared::money::ORDER_MAX;
use crate::shared::{
    BranchId, CategoryId, Currency, Money, MoneyError, Name, ProductId, Quantity,
    StockQuantityError, VariantId,
};
use crate::taxes::Taxes;

/// The most lines of one order.
pub const LINES_MAX: usize = 200;

/// A line as the server priced it when the order was placed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Line {
    /// The product.
    pub product: ProductId,
    /// Its size or kind.
    pub variant: VariantId,
    /// The product's category at that time.
    pub category: CategoryId,
    /// The product's name at that time.
    pub product_name: Name,
    /// The variant's name at that time.
    pub variant_name: Name,
    /// The revision of the product that the price comes from.
    pub product_revision: u64,
    /// How many pieces.
    pub quantity: Quantity,
    /// What one piece costs, taxes included.
    pub unit_price: Money,
    /// What the line costs: unit price times quantity.
    pub total: Money,
    /// What the line takes from stock; none if its product had no recipe for the variant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recipe: Option<LineRecipe>,
}

/// A line to price and place.
#[derive(Debug, Clone)]
pub struct LineRequest {
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
    /// The revision of the product that the price comes from.
    pub product_revision: u64,
    /// How many pieces.
    pub quantity: Quantity,
    /// What one piece costs, taxes included.
    pub unit_price: Money,
    /// What one piece takes from stock.
    pub recipe: Option<LineRecipe>,
}

impl Line {
    /// What the line takes from stock.
    pub fn ingredients(&self) -> &[Ingredient] {
        self.recipe.as_ref().map_or(&[], |recipe| &recipe.ingredients)
    }
}

/// An order to place.
#[derive(Debug, Clone)]
pub struct Place {
    /// The branch.
    pub branch: BranchId,
    /// The currency of the branch.
    pub currency: Currency,
    /// How it reaches the guest.
    pub order_type: OrderType,
    /// Its number in its series.
    pub number: u32,
    /// Its call number within the business day.
    pub call_number: u32,
    /// The hour of the branch's clock, 0 to 23.
    pub hour: u8,
    /// What the guest ordered.
    pub lines: Vec<LineRequest>,
}

pub(super) fn placed(place: Place) -> Result<Placed, Error> {
    let (lines, total) = price(place.currency, place.lines)?;
    Ok(Placed {
        branch: place.branch,
        order_type: place.order_type,
        number: place.number,
        call_number: place.call_number,
        hour: place.hour,
        lines,
        total,
    })
}

/// Prices the lines of an order, for placing it ([`Command::Place`](super::Command::Place)) and for
/// a quote.
pub fn price(currency: Currency, requests: Vec<LineRequest>) -> Result<(Vec<Line>, Money), Error> {
    if requests.is_empty() || requests.len() > LINES_MAX {
        return Err(Error::LineCount { given: requests.len() });
    }
    let lines = requests.iter().map(LineRequest::unpriced).collect();
    let priced = pricing::price(&pricing::Order { lines, ..pricing::Order::empty(currency) })?;
    if priced.total.amount() > ORDER_MAX {
        return Err(MoneyError::TooLarge.into());
    }
    let lines = requests.into_iter().zip(priced.lines);
    let lines = lines.map(|(request, line)| request.priced(line.amounts.total));
    Ok((lines.collect::<Result<_, _>>()?, priced.total))
}

impl LineRequest {
    /// The line without taxes of its own: they are in the unit price.
    fn unpriced(&self) -> pricing::Line {
        pricing::Line::product(self.quantity, self.unit_price, Taxes::default())
    }

    fn priced(self, total: Money) -> Result<Line, StockQuantityError> {
        Ok(Line {
            product: self.product,
            variant: self.variant,
            category: self.category,
            product_name: self.product_name,
            variant_name: self.variant_name,
            product_revision: self.product_revision,
            quantity: self.quantity,
            unit_price: self.unit_price,
            total,
            recipe: self.recipe.map(|recipe| recipe.times(self.quantity)).transpose()?,
        })
    }
}
