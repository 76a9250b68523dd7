//! The lines of an order.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Error, LineChild, LineModifier, LineRequest, Placed, PriceOrigin};
use crate::catalog::Channel;
use crate::inventory::recipe::Ingredient;
use crate::orders::{LineRecipe, OrderType};
use crate::pricing::{self, Priced, TaxAmount};
use crate::shared::money::ORDER_MAX;
use crate::shared::{
    BranchId, CategoryId, Currency, Money, MoneyError, Name, ProductId, Quantity, StationId,
    VariantId,
};

/// The most lines of one order.
pub const LINES_MAX: usize = 200;

/// The most lines, children of combos and modifiers of one order together.
pub const PARTS_MAX: usize = 2_000;

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
    /// What one piece costs without modifiers, with the taxes that prices include.
    pub unit_price: Money,
    /// What the line costs: its pieces with modifiers, the upcharges and modifiers of its children,
    /// and the taxes that prices do not include.
    pub total: Money,
    /// What the line takes from stock, without its modifiers and children; none if its product had
    /// no recipe for the variant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recipe: Option<LineRecipe>,
    /// The price list that the unit price comes from; none if it is that of the menu.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price_list: Option<PriceOrigin>,
    /// What was chosen with each piece.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub modifiers: Vec<LineModifier>,
    /// What a combo is made of, in the order of its slots; none if the line is not a combo.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub children: Vec<LineChild>,
    /// Its taxes, of a combo those of its children apart; none if it is excluded from taxes, or the
    /// branch has no regime.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub taxes: Vec<TaxAmount>,
    /// The station of the branch at which it is made; none if it is made at none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub station: Option<StationId>,
}

impl Line {
    /// What the line takes from stock with its modifiers and children.
    pub fn ingredients(&self) -> impl Iterator<Item = &Ingredient> {
        let recipe = self.recipe.iter().flat_map(|recipe| &recipe.ingredients);
        let modifiers = self.modifiers.iter().flat_map(LineModifier::all_ingredients);
        recipe.chain(modifiers).chain(self.children.iter().flat_map(LineChild::ingredients))
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
    /// The channel that it comes from.
    pub channel: Channel,
    /// Its number in its series.
    pub number: u32,
    /// Its call number within the business day.
    pub call_number: u32,
    /// The hour of the branch's clock, 0 to 23.
    pub hour: u8,
    /// What the guest ordered.
    pub lines: Vec<LineRequest>,
}

/// The lines of an order with what was computed for them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PricedLines {
    /// The version of the rules of pricing.
    pub rules: u16,
    /// The lines.
    pub lines: Vec<Line>,
    /// The taxes of all lines, summed per tax.
    pub taxes: Vec<TaxAmount>,
    /// What the lines cost together.
    pub total: Money,
}

pub(super) fn placed(place: Place) -> Result<Placed, Error> {
    let PricedLines { rules, lines, taxes, total } = price(place.currency, place.lines)?;
    Ok(Placed {
        branch: place.branch,
        order_type: place.order_type,
        number: place.number,
        call_number: place.call_number,
        hour: place.hour,
        lines,
        total,
        channel: place.channel,
        taxes,
        rules,
    })
}

/// Prices the lines of an order ([`Command::Place`](super::Command::Place)).
pub fn price(currency: Currency, requests: Vec<LineRequest>) -> Result<PricedLines, Error> {
    if requests.is_empty() || requests.len() > LINES_MAX {
        return Err(Error::LineCount { given: requests.len() });
    }
    let given = requests.iter().map(LineRequest::n_parts).sum();
    if given > PARTS_MAX {
        return Err(Error::PartCount { given });
    }
    let lines = requests.iter().map(LineRequest::unpriced).collect();
    let priced = pricing::price(&pricing::Order { lines, ..pricing::Order::empty(currency) })?;
    let Priced { rules, lines, taxes, total, .. } = priced;
    if total.amount() > ORDER_MAX {
        return Err(MoneyError::TooLarge.into());
    }
    let lines = requests.into_iter().zip(lines);
    let lines = lines.map(|(request, line)| request.priced(line));
    Ok(PricedLines { rules, lines: lines.collect::<Result<_, _>>()?, taxes, total })
}
