//! The lines of an order as they are shown: a tree of lines, the children of combos, and modifiers.

use domain::orders::order::{LineChild, LineModifier, PriceOrigin};
use domain::pricing::TaxAmount;
use poem_openapi::Object;
use projections::orders::order_line::OrderLine;
use serde::Serialize;
use uuid::Uuid;

use crate::operations::model::{InclusionBody, MoneyBody};

/// One line with the server's prices.
#[derive(Object, Serialize)]
#[oai(rename = "OrderLine")]
pub(super) struct LineBody {
    /// Its position in the order, from 1.
    line: u64,
    /// The product.
    product_id: Uuid,
    /// Its size or kind.
    variant_id: Uuid,
    /// Where the product stood in the menu.
    category_id: Uuid,
    /// The product's name when the order was placed.
    product_name: String,
    /// The variant's name when the order was placed.
    variant_name: String,
    /// How many pieces, or how many times the combo.
    quantity: u32,
    /// What one piece costs without modifiers, with the taxes that prices include.
    unit_price: MoneyBody,
    /// The price list that the unit price comes from; absent if it is the price of the menu.
    #[oai(skip_serializing_if_is_none)]
    #[serde(skip_serializing_if = "Option::is_none")]
    price_list: Option<PriceOriginBody>,
    /// What was chosen with each piece.
    modifiers: Vec<ModifierBody>,
    /// What a combo is made of, in the order of its slots; empty for a product.
    children: Vec<ChildBody>,
    /// Its taxes. Those of a combo are with its children.
    taxes: Vec<TaxBody>,
    /// What the line costs, with all its taxes.
    total: MoneyBody,
    /// The station of the branch at which it is made; absent if it is made at none.
    #[oai(skip_serializing_if_is_none)]
    #[serde(skip_serializing_if = "Option::is_none")]
    station_id: Option<Uuid>,
}

/// A child of a combo.
#[derive(Object, Serialize)]
#[oai(rename = "OrderLineChild")]
struct ChildBody {
    /// The slot that it fills, from 1.
    slot: u32,
    /// The product.
    product_id: Uuid,
    /// Its size or kind.
    variant_id: Uuid,
    /// Where the product stood in the menu.
    category_id: Uuid,
    /// The product's name when the order was placed.
    product_name: String,
    /// The variant's name when the order was placed.
    variant_name: String,
    /// How many pieces are in one combo.
    quantity: u32,
    /// What one piece costs outside the combo and without modifiers, by which the combo's price is spread.
    unit_price: MoneyBody,
    /// The price list that the unit price comes from; absent if it is the price of the menu.
    #[oai(skip_serializing_if_is_none)]
    #[serde(skip_serializing_if = "Option::is_none")]
    price_list: Option<PriceOriginBody>,
    /// What one piece costs on top of the combo's price.
    upcharge: MoneyBody,
    /// What was chosen with each piece.
    modifiers: Vec<ModifierBody>,
    /// Its share in the price of all combos of the line.
    share: MoneyBody,
    /// Its taxes.
    taxes: Vec<TaxBody>,
    /// What it costs: its share, upcharges and modifiers, with all its taxes.
    total: MoneyBody,
    /// The station of the branch at which it is made; absent if it is made at none.
    #[oai(skip_serializing_if_is_none)]
    #[serde(skip_serializing_if = "Option::is_none")]
    station_id: Option<Uuid>,
}

/// A modifier that was chosen.
#[derive(Object, Serialize)]
#[oai(rename = "OrderLineModifier")]
struct ModifierBody {
    /// The group that it was chosen from.
    group_id: Uuid,
    /// The group's name when the order was placed.
    group_name: String,
    /// The modifier.
    modifier_id: Uuid,
    /// Its name when the order was placed.
    name: String,
    /// How often it was chosen with each piece.
    quantity: u32,
    /// What it costs once.
    price: MoneyBody,
    /// The price list that its price comes from; absent if it is the price of the menu.
    #[oai(skip_serializing_if_is_none)]
    #[serde(skip_serializing_if = "Option::is_none")]
    price_list: Option<PriceOriginBody>,
    /// What was chosen of the group that it asks.
    nested: Vec<NestedBody>,
}

/// A modifier that was chosen of the group that another one asks.
#[derive(Object, Serialize)]
#[oai(rename = "OrderLineNestedModifier")]
struct NestedBody {
    /// The group that it was chosen from.
    group_id: Uuid,
    /// The group's name when the order was placed.
    group_name: String,
    /// The modifier.
    modifier_id: Uuid,
    /// Its name when the order was placed.
    name: String,
    /// How often it was chosen with each piece.
    quantity: u32,
    /// What it costs once.
    price: MoneyBody,
    /// The price list that its price comes from; absent if it is the price of the menu.
    #[oai(skip_serializing_if_is_none)]
    #[serde(skip_serializing_if = "Option::is_none")]
    price_list: Option<PriceOriginBody>,
}

/// The price list that a price comes from.
#[derive(Object, Serialize)]
#[oai(rename = "PriceOrigin")]
struct PriceOriginBody {
    /// The list.
    id: Uuid,
    /// The revision of the list when the order was placed.
    revision: u64,
}

/// A tax as it was computed.
#[derive(Object, Serialize)]
#[oai(rename = "OrderTax")]
pub(super) struct TaxBody {
    /// Its code in the tax profile.
    code: String,
    /// Its rate in millionths: 80000 is 8 %.
    rate: u32,
    /// Whether prices include it.
    inclusion: InclusionBody,
    /// The amount that it is taken on.
    base: MoneyBody,
    /// The tax itself.
    amount: MoneyBody,
}

/// The lines of an order, in their positions.
pub(super) fn lines(lines: impl IntoIterator<Item: Into<OrderLine>>) -> Vec<LineBody> {
    lines.into_iter().map(Into::into).zip(1..).map(LineBody::of).collect()
}

/// Taxes in the order in which they were computed.
pub(super) fn taxes(taxes: Vec<TaxAmount>) -> Vec<TaxBody> {
    taxes.into_iter().map(Into::into).collect()
}

impl LineBody {
    fn of((line, place): (OrderLine, u64)) -> Self {
        Self {
            line: place,
            product_id: line.product.uuid(),
            variant_id: line.variant.uuid(),
            category_id: line.category.uuid(),
            product_name: line.product_name.into(),
            variant_name: line.variant_name.into(),
            quantity: line.quantity.pieces(),
            unit_price: line.unit_price.into(),
            price_list: line.price_list.map(Into::into),
            modifiers: line.modifiers.into_iter().map(Into::into).collect(),
            children: line.children.into_iter().map(Into::into).collect(),
            taxes: taxes(line.taxes),
            total: line.total.into(),
            station_id: line.station.map(Into::into),
        }
    }
}

impl From<LineChild> for ChildBody {
    fn from(child: LineChild) -> Self {
        Self {
            slot: u32::from(child.slot) + 1,
            product_id: child.product.uuid(),
            variant_id: child.variant.uuid(),
            category_id: child.category.uuid(),
            product_name: child.product_name.into(),
            variant_name: child.variant_name.into(),
            quantity: child.quantity.pieces(),
            unit_price: child.unit_price.into(),
            price_list: child.price_list.map(Into::into),
            upcharge: child.upcharge.into(),
            modifiers: child.modifiers.into_iter().map(Into::into).collect(),
            share: child.share.into(),
            taxes: taxes(child.taxes),
            total: child.total.into(),
            station_id: child.station.map(Into::into),
        }
    }
}

impl From<LineModifier> for ModifierBody {
    fn from(modifier: LineModifier) -> Self {
        Self {
            group_id: modifier.group.uuid(),
            group_name: modifier.group_name.into(),
            modifier_id: modifier.modifier.uuid(),
            name: modifier.name.into(),
            quantity: modifier.quantity.pieces(),
            price: modifier.price.into(),
            price_list: modifier.price_list.map(Into::into),
            nested: modifier.nested.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<LineModifier> for NestedBody {
    fn from(modifier: LineModifier) -> Self {
        Self {
            group_id: modifier.group.uuid(),
            group_name: modifier.group_name.into(),
            modifier_id: modifier.modifier.uuid(),
            name: modifier.name.into(),
            quantity: modifier.quantity.pieces(),
            price: modifier.price.into(),
            price_list: modifier.price_list.map(Into::into),
        }
    }
}

impl From<PriceOrigin> for PriceOriginBody {
    fn from(origin: PriceOrigin) -> Self {
        Self { id: origin.list.uuid(), revision: origin.revision }
    }
}

impl From<TaxAmount> for TaxBody {
    fn from(TaxAmount { tax, base, amount }: TaxAmount) -> Self {
        Self {
            code: tax.code.into(),
            rate: tax.rate.millionths(),
            inclusion: tax.inclusion.into(),
            base: base.into(),
            amount: amount.into(),
        }
    }
}
