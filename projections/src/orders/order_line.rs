//! A line of an order as it is shown and counted.

use std::borrow::Cow;

use domain::orders::order::{Line, LineChild, LineModifier, Placed, PriceOrigin};
use domain::pricing::TaxAmount;
use domain::shared::{
    CategoryId, Currency, Money, MoneyError, Name, ProductId, Quantity, StationId, VariantId,
};
use serde::{Deserialize, Serialize, Serializer};

/// What a guest asked for and what it costs.
///
/// What it takes from stock stays in the event: it is half of its bytes, and every table that keeps
/// lines would write them again.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Stored<'_, Name>")]
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
    /// What one piece costs without modifiers, with the taxes that prices include.
    pub unit_price: Money,
    /// What the line costs, with all its taxes.
    pub total: Money,
    /// The price list that the unit price comes from; none if it is that of the menu.
    pub price_list: Option<PriceOrigin>,
    /// What was chosen with each piece; here without ingredients.
    pub modifiers: Vec<LineModifier>,
    /// The children of a combo; here without recipes and ingredients.
    pub children: Vec<LineChild>,
    /// Its taxes; those of a combo are with its children.
    pub taxes: Vec<TaxAmount>,
    /// The station at which it is made; none if it is made at none.
    pub station: Option<StationId>,
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
            price_list: line.price_list,
            modifiers: line.modifiers.into_iter().map(without_ingredients).collect(),
            children: line.children.into_iter().map(without_recipe).collect(),
            taxes: line.taxes,
            station: line.station,
        }
    }
}

fn without_ingredients(modifier: LineModifier) -> LineModifier {
    let nested = modifier.nested.into_iter().map(without_ingredients).collect();
    LineModifier { ingredients: Vec::new(), nested, ..modifier }
}

fn without_recipe(child: LineChild) -> LineChild {
    let modifiers = child.modifiers.into_iter().map(without_ingredients).collect();
    LineChild { recipe: None, modifiers, ..child }
}

/// A line in a table: its amounts in minor units of a currency that is named once, and without what it
/// has none of.
#[derive(Serialize, Deserialize)]
struct Stored<'a, N> {
    product: ProductId,
    variant: VariantId,
    category: CategoryId,
    product_name: N,
    variant_name: N,
    quantity: Quantity,
    currency: Currency,
    unit_price: i64,
    total: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    price_list: Option<PriceOrigin>,
    #[serde(default, skip_serializing_if = "is_empty")]
    modifiers: Cow<'a, [LineModifier]>,
    #[serde(default, skip_serializing_if = "is_empty")]
    children: Cow<'a, [LineChild]>,
    #[serde(default, skip_serializing_if = "is_empty")]
    taxes: Cow<'a, [TaxAmount]>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    station: Option<StationId>,
}

const fn is_empty<T>(list: &[T]) -> bool {
    list.is_empty()
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
            price_list: self.price_list,
            modifiers: Cow::Borrowed(&self.modifiers),
            children: Cow::Borrowed(&self.children),
            taxes: Cow::Borrowed(&self.taxes),
            station: self.station,
        };
        stored.serialize(serializer)
    }
}

impl TryFrom<Stored<'_, Name>> for OrderLine {
    type Error = MoneyError;

    fn try_from(stored: Stored<'_, Name>) -> Result<Self, MoneyError> {
        Ok(Self {
            product: stored.product,
            variant: stored.variant,
            category: stored.category,
            product_name: stored.product_name,
            variant_name: stored.variant_name,
            quantity: stored.quantity,
            unit_price: Money::try_new(stored.unit_price, stored.currency)?,
            total: Money::try_new(stored.total, stored.currency)?,
            price_list: stored.price_list,
            modifiers: stored.modifiers.into_owned(),
            children: stored.children.into_owned(),
            taxes: stored.taxes.into_owned(),
            station: stored.station,
        })
    }
}
