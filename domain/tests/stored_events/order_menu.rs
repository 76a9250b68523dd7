//! An order with everything that a menu has: modifiers, a combo, price lists, taxes and stations.

use domain::catalog::Channel;
use domain::orders::LineRecipe;
use domain::orders::order::{Line, LineChild, LineModifier, Placed, PriceOrigin};
use domain::pricing::TaxAmount;
use domain::shared::{
    Code, ModifierGroupId, ModifierId, Money, PriceListId, ProductId, Quantity, Rate, StationId,
};
use domain::taxes::{Inclusion, Tax};

use super::{flour, line, name, pesos, uuid};

fn tax(base: Money, amount: Money) -> TaxAmount {
    let rate = Rate::try_from_millionths(80_000).unwrap();
    let tax = Tax { code: Code::parse("inc").unwrap(), rate, inclusion: Inclusion::Included };
    TaxAmount { tax, base, amount }
}

fn origin() -> PriceOrigin {
    PriceOrigin { list: PriceListId::from_uuid(uuid(30)), revision: 5 }
}

fn cheese() -> LineModifier {
    LineModifier {
        group: ModifierGroupId::from_uuid(uuid(31)),
        group_revision: 2,
        group_name: name("Adiciones"),
        modifier: ModifierId::from_uuid(uuid(32)),
        name: name("Queso"),
        quantity: Quantity::try_new(2).unwrap(),
        price: pesos(1_000),
        price_list: None,
        ingredients: vec![],
        nested: vec![],
    }
}

fn child() -> LineChild {
    let line = line();
    LineChild {
        slot: 1,
        product: ProductId::from_uuid(uuid(33)),
        variant: line.variant,
        category: line.category,
        product_name: line.product_name,
        variant_name: line.variant_name,
        product_revision: 4,
        quantity: Quantity::try_new(2).unwrap(),
        unit_price: pesos(14_000),
        price_list: Some(origin()),
        upcharge: pesos(500),
        modifiers: vec![LineModifier { price_list: Some(origin()), ..cheese() }],
        share: pesos(54_000),
        total: pesos(64_000),
        taxes: vec![tax(pesos(50_000), pesos(4_000))],
        station: Some(StationId::from_uuid(uuid(34))),
        recipe: Some(LineRecipe { version: 2, ingredients: vec![flour("501")], multiplier: None }),
    }
}

/// The order `placed` with such a line and such a combo.
pub(super) fn with_menu(placed: &Placed) -> Placed {
    let nested =
        LineModifier { nested: vec![cheese()], ingredients: vec![flour("60")], ..cheese() };
    let with_modifiers = Line {
        price_list: Some(origin()),
        modifiers: vec![nested],
        taxes: vec![tax(pesos(50_000), pesos(4_000))],
        station: Some(StationId::from_uuid(uuid(34))),
        ..line()
    };
    let combo = Line { children: vec![child()], ..line() };
    Placed {
        lines: vec![with_modifiers, combo],
        total: pesos(120_000),
        channel: Channel::parse("rappi").unwrap(),
        taxes: vec![tax(pesos(100_000), pesos(8_000))],
        ..placed.clone()
    }
}
