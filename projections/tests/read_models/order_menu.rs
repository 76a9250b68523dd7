//! Orders with modifiers, combos, price lists and taxes, as they are shown and counted.

use domain::Decider;
use domain::catalog::Channel;
use domain::orders::order::{
    ChildRequest, Command, Event, Item, LineChild, LineModifier, LineRequest, Place, Placed,
    PriceOrigin, State,
};
use domain::orders::{Order, OrderType, order};
use domain::shared::{Currency, Money, PriceListId, Quantity, StationId};
use domain::taxes::{Inclusion, Taxes};
use projections::orders::kitchen_board::board;
use projections::orders::order_detail;
use projections::sales::report::{Group, GroupBy, InCombos, SalesFilter, TaxRow, sales};

use crate::history::{
    CHAPINERO, DRINKS, PLATES, consumption_tax, line, modifier, order_id, pesos, whole_life,
};
use crate::world::{ANA, World, day, uuid};

const GRILL: StationId = StationId::from_uuid(uuid::Uuid::from_u128(0x300));
const BAR: StationId = StationId::from_uuid(uuid::Uuid::from_u128(0x301));

fn pieces(n: u32) -> Quantity {
    Quantity::try_new(n).unwrap()
}

/// A product with two of a modifier, in which another is nested.
fn item(n: u128, price: Money, station: Option<StationId>) -> Item {
    let category = if n == 2 { DRINKS } else { PLATES };
    let line = line(n, category, 1, price);
    let nested = vec![modifier(2, 1, pesos(500))];
    Item {
        product: line.product,
        variant: line.variant,
        category: line.category,
        product_name: line.product_name,
        variant_name: line.variant_name,
        product_revision: 1,
        unit_price: price,
        price_list: None,
        modifiers: vec![LineModifier { nested, ..modifier(1, 2, pesos(1_000)) }],
        taxes: consumption_tax(),
        station,
        recipe: None,
    }
}

/// Two plates by a price list, and three combos of a plate and two drinks.
fn placed() -> Placed {
    let list = PriceOrigin { list: PriceListId::from_uuid(uuid(0x400)), revision: 3 };
    let plates = Item { price_list: Some(list), ..item(1, pesos(10_000), Some(GRILL)) };
    let plain = |item| Item { modifiers: vec![], ..item };
    let child =
        |slot, n, item| ChildRequest { slot, item, quantity: pieces(n), upcharge: pesos(0) };
    let drink = plain(item(2, pesos(3_000), Some(BAR)));
    let children = vec![child(0, 1, item(1, pesos(9_000), Some(GRILL))), child(1, 2, drink)];
    let combo = Item { taxes: Taxes::default(), ..plain(item(3, pesos(15_000), None)) };
    let line = |item, n, children| LineRequest { item, quantity: pieces(n), children };
    let place = Place {
        branch: CHAPINERO,
        currency: Currency::COP,
        order_type: OrderType::DineIn,
        channel: Channel::parse("web").unwrap(),
        number: 1,
        call_number: 1,
        hour: 13,
        lines: vec![line(plates, 2, vec![]), line(combo, 3, children)],
    };
    let decided = Order::decide(&State::Unplaced, Command::Place(place)).unwrap();
    let [Event::Placed(placed)] = &decided[..] else { panic!("{decided:?}") };
    placed.clone()
}

async fn sold() -> (World, Placed) {
    let mut world = World::new().await;
    let order = placed();
    let events = whole_life(order.clone(), 1);
    world.happens::<Order>(ANA, &order_id(1), "2026-03-14T18:00:00Z", events).await;
    world.catch_up().await;
    (world, order)
}

fn march() -> SalesFilter {
    SalesFilter { branch: None, from: day("2026-03-01"), to: day("2026-03-31") }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_is_shown_as_a_tree_with_what_it_was_priced_with() {
    let (world, order) = sold().await;
    let shown = order_detail::get(&mut world.tenant(ANA).await, order_id(1)).await.unwrap();
    let shown = shown.unwrap();
    assert_eq!((&shown.header.channel, shown.header.total), (&order.channel, order.total));
    assert_eq!(shown.taxes, order.taxes);
    for (line, placed) in shown.lines.iter().zip(&order.lines) {
        assert_eq!((line.price_list, line.station), (placed.price_list, placed.station));
        assert_eq!((&line.modifiers, &line.taxes), (&placed.modifiers, &placed.taxes));
        let children: Vec<LineChild> = placed.children.clone();
        assert_eq!(line.children, children);
    }
    assert_eq!(shown.header.n_items, 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_kitchen_makes_the_children_of_combos_at_their_stations() {
    let mut world = World::new().await;
    let events: [Event; 2] = [placed().into(), order::Confirmed {}.into()];
    world.happens::<Order>(ANA, &order_id(1), "2026-03-14T18:00:00Z", events).await;
    world.catch_up().await;
    let page = board(&mut world.tenant(ANA).await, CHAPINERO, None, 10).await.unwrap();
    let [order] = &page.rows[..] else { panic!("{page:?}") };
    let made: Vec<_> = order.pieces_by_station().into_iter().collect();
    assert_eq!(made, [(Some(GRILL), 5), (Some(BAR), 6)]);
    assert_eq!(order.lines[1].children[0].modifiers[0].nested.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn sales_count_modifiers_beside_lines_and_children_beside_combos() {
    let (world, order) = sold().await;
    let rows =
        async |group_by| sales(&mut world.tenant(ANA).await, march(), group_by).await.unwrap().rows;
    let of_plates = 2 * (10_000 + 2 * 1_000 + 500);
    let of_combos = 3 * (15_000 + 2 * 1_000 + 500);
    assert_eq!(order.total, pesos(of_plates + of_combos));
    let share = |of: usize| InCombos {
        n_items: [3, 6][of],
        gross: order.lines[1].children[of].total.into(),
    };
    let nothing = InCombos { n_items: 0, gross: pesos(0).into() };
    let products: Vec<_> = rows(GroupBy::Product)
        .await
        .into_iter()
        .map(|row| (row.n_lines, row.n_items, row.gross, row.in_combos.unwrap()))
        .collect();
    assert_eq!(
        products,
        [
            (1, 3, pesos(of_combos).into(), nothing),
            (1, 2, pesos(of_plates).into(), share(0)),
            (0, 0, pesos(0).into(), share(1)),
        ]
    );
    let modifiers: Vec<_> = rows(GroupBy::Modifier)
        .await
        .into_iter()
        .map(|row| {
            let Group::Modifier { name, .. } = row.group else { panic!("{:?}", row.group) };
            (name.as_str().to_owned(), row.n_lines, row.n_items, row.gross)
        })
        .collect();
    assert_eq!(
        modifiers,
        [
            ("Modifier 1".to_owned(), 2, 10, pesos(10_000).into()),
            ("Modifier 2".to_owned(), 2, 5, pesos(2_500).into()),
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_has_the_taxes_of_its_sales() {
    let (world, order) = sold().await;
    let report = sales(&mut world.tenant(ANA).await, march(), GroupBy::Total).await.unwrap();
    let [tax] = &order.taxes[..] else { panic!("{:?}", order.taxes) };
    let expected = TaxRow {
        code: tax.tax.code.clone(),
        rate: 80_000,
        inclusion: Inclusion::Included,
        n_orders: 1,
        base: tax.base.into(),
        amount: tax.amount.into(),
    };
    assert_eq!(report.taxes, [expected]);
    let elsewhere = SalesFilter { from: day("2026-04-01"), to: day("2026-04-30"), ..march() };
    let report = sales(&mut world.tenant(ANA).await, elsewhere, GroupBy::Total).await.unwrap();
    assert_eq!(report.taxes, []);
}
