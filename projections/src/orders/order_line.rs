//! A line of an order as it is shown and counted.

use domain::orders::order::{Line, Placed};
use domain::shared::{
    CategoryId, Currency, Money, MoneyError, Name, ProductId, Quantity, VariantId,
};
use serde::{Deserialize, Serialize, Serializer};

/// What a guest asked for and what it costs.
///
/// What it takes from stock stays in the event: it is half of its bytes, and every table that keeps
/// lines would write them again.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Stored<Name>")]
pub struct OrderLine {
    /// The product.
    pub product: ProductId,
    /// Its size or kind.
    pub variant: VariantId,
    /// Where the product stood in the menu.
    pub category: CategoryId,
    /// The product's name when the order was placed.
    pub product_name: Name,
    /// The variant's name when the order was placed.
    pub variant_name: Name,
    /// How many pieces.
    pub quantity: Quantity,
    /// What one piece costs, taxes included.
    pub unit_price: Money,
    /// What the line costs.
    pub total: Money,
}

/// The lines of an order, in their order.
pub(crate) fn all_of(placed: &Placed) -> Vec<OrderLine> {
    placed.lines.iter().cloned().map(Into::into).collect()
}

impl From<Line> for OrderLine {
    fn from(line: Line) -> Self {
        Self {
            product: line.product,
            variant: line.variant,
            category: line.category,
            product_name: line.product_name,
            variant_name: line.variant_name,
            quantity: line.quantity,
            unit_price: line.unit_price,
            total: line.total,
        }
    }
}

/// A line in a table: amounts in minor units of a currency that is named once.
#[derive(Serialize, Deserialize)]
struct Stored<N> {
    product: ProductId,
    variant: VariantId,
    category: CategoryId,
    product_name: N,
    variant_name: N,
    quantity: Quantity,
    currency: Currency,
    unit_price: i64,
    total: i64,
}

impl Serialize for OrderLine {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let stored = Stored {
            product: self.product,
            variant: self.variant,
            category: self.category,
            product_name: &self.product_name,
            variant_name: &self.variant_name,
            quantity: self.quantity,
            currency: self.total.currency(),
            unit_price: self.unit_price.amount(),
            total: self.total.amount(),
        };
        stored.serialize(serializer)
    }
}

impl TryFrom<Stored<Name>> for OrderLine {
    type Error = MoneyError;

    fn try_from(stored: Stored<Name>) -> Result<Self, MoneyError> {
        Ok(Self {
            product: stored.product,
            variant: stored.variant,
            category: stored.category,
            product_name: stored.product_name,
            variant_name: stored.variant_name,
            quantity: stored.quantity,
            unit_price: Money::try_new(stored.unit_price, stored.currency)?,
            total: Money::try_new(stored.total, stored.currency)?,
        })
    }
}
