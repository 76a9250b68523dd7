//! Which orders are sales, and how sales are summed.

use domain::catalog::{Category, category};
use domain::orders::order::{CancelReason, Event};
use domain::orders::{Order, order};
use domain::shared::money::AMOUNT_MAX;
use domain::shared::{Currency, Money, MoneySum};
use projections::sales::Sales;
use projections::sales::report::{Group, GroupBy, InCombos, SalesFilter, SalesRow, sales};

use crate::history::{
    CHAPINERO, DRINKS, PLATES, USAQUEN, line, name, order_id, paid, pesos, placed, product_id,
    whole_life,
};
use crate::world::{ANA, LUIS, World, day};

const MARCH: (&str, &str) = ("2026-03-01", "2026-03-31");

fn between((from, to): (&str, &str)) -> SalesFilter {
    SalesFilter { branch: None, from: day(from), to: day(to) }
}

async fn rows(world: &World, filter: SalesFilter, group_by: GroupBy) -> Vec<SalesRow> {
    sales(&mut world.tenant(ANA).await, filter, group_by).await.unwrap().rows
}

fn row(group: Group, n_orders: Option<u64>, n_lines: u64, n_items: u64, gross: Money) -> SalesRow {
    let nothing = InCombos { n_items: 0, gross: Money::zero(gross.currency()).into() };
    let is_about_products =
        matches!(group, Group::Category { .. } | Group::Product { .. } | Group::Variant { .. });
    let in_combos = is_about_products.then_some(nothing);
    SalesRow { group, n_orders, n_lines, n_items, gross: gross.into(), in_combos }
}

/// Lunch and dinner in two branches: three orders, four lines, six pieces, 130,000 pesos.
async fn three_sales(world: &mut World) {
    let lunch = placed(
        CHAPINERO,
        1,
        vec![line(1, PLATES, 2, pesos(20_000)), line(2, DRINKS, 2, pesos(5_000))],
    );
    let dinner =
        order::Placed { hour: 20, ..placed(CHAPINERO, 2, vec![line(1, PLATES, 1, pesos(20_000))]) };
    let elsewhere = placed(USAQUEN, 1, vec![line(1, PLATES, 1, pesos(60_000))]);
    let placed_orders = [
        (1, "2026-03-14T18:00:00Z", lunch),
        (2, "2026-03-15T01:00:00Z", dinner),
        (3, "2026-03-15T18:00:00Z", elsewhere),
    ];
    for (n, at, order) in placed_orders {
        world.happens::<Order>(ANA, &order_id(n), at, whole_life(order, n)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_is_sold_on_the_day_and_at_the_hour_of_the_payment_that_completes_it() {
    let mut world = World::new().await;
    let id = order_id(1);
    let order = placed(CHAPINERO, 1, vec![line(1, PLATES, 1, pesos(20_000))]);
    world.happens::<Order>(ANA, &id, "2026-03-14T18:00:00Z", [order.into()]).await;
    let half = paid(1, pesos(5_000), pesos(15_000), 14);
    world.happens::<Order>(ANA, &id, "2026-03-14T19:00:00Z", [half.into()]).await;
    world.catch_up().await;
    assert_eq!(rows(&world, between(MARCH), GroupBy::Total).await, [], "it is paid in part");

    let rest = paid(2, pesos(15_000), pesos(0), 21);
    world.happens::<Order>(ANA, &id, "2026-03-16T02:00:00Z", [rest.into()]).await;
    world.catch_up().await;
    let sold = |group| row(group, Some(1), 1, 1, pesos(20_000));
    assert_eq!(rows(&world, between(MARCH), GroupBy::Total).await, [sold(Group::Total)]);
    let days = rows(&world, between(MARCH), GroupBy::Day).await;
    assert_eq!(days, [sold(Group::Day(day("2026-03-16")))]);
    assert_eq!(rows(&world, between(MARCH), GroupBy::Hour).await, [sold(Group::Hour(21))]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_cancelled_or_unpaid_is_not_sold() {
    let mut world = World::new().await;
    let order = || placed(CHAPINERO, 1, vec![line(1, PLATES, 1, pesos(20_000))]);
    let cancelled = || Event::from(order::Cancelled { reason: CancelReason::Mistake });
    world.happens::<Order>(ANA, &order_id(1), "2026-03-14T18:00:00Z", [order().into()]).await;
    world.happens::<Order>(ANA, &order_id(2), "2026-03-14T18:00:00Z", [order().into()]).await;
    world.catch_up().await;
    world.happens::<Order>(ANA, &order_id(2), "2026-03-14T18:01:00Z", [cancelled()]).await;
    let at_once = [order().into(), cancelled()];
    world.happens::<Order>(ANA, &order_id(3), "2026-03-14T18:01:00Z", at_once).await;
    world.catch_up().await;
    for group_by in [GroupBy::Total, GroupBy::Product] {
        assert_eq!(rows(&world, between(MARCH), group_by).await, []);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sales_are_summed_by_day_hour_category_product_and_variant() {
    let mut world = World::new().await;
    let added = category::Added { name: name("Platos"), place: 1 };
    world.happens::<Category>(ANA, &PLATES, "2026-03-01T12:00:00Z", [added.into()]).await;
    three_sales(&mut world).await;
    world.catch_up().await;

    let all = between(MARCH);
    let cases = [
        (GroupBy::Total, vec![row(Group::Total, Some(3), 4, 6, pesos(130_000))]),
        (
            GroupBy::Day,
            vec![
                row(Group::Day(day("2026-03-14")), Some(1), 2, 4, pesos(50_000)),
                row(Group::Day(day("2026-03-15")), Some(2), 2, 2, pesos(80_000)),
            ],
        ),
        (
            GroupBy::Hour,
            vec![
                row(Group::Hour(13), Some(2), 3, 5, pesos(110_000)),
                row(Group::Hour(20), Some(1), 1, 1, pesos(20_000)),
            ],
        ),
        (
            GroupBy::Category,
            vec![
                row(
                    Group::Category { id: PLATES, name: Some(name("Platos")) },
                    None,
                    3,
                    4,
                    pesos(120_000),
                ),
                row(Group::Category { id: DRINKS, name: None }, None, 1, 2, pesos(10_000)),
            ],
        ),
        (
            GroupBy::Product,
            vec![
                row(
                    Group::Product { id: product_id(1), name: name("Product 1") },
                    None,
                    3,
                    4,
                    pesos(120_000),
                ),
                row(
                    Group::Product { id: product_id(2), name: name("Product 2") },
                    None,
                    1,
                    2,
                    pesos(10_000),
                ),
            ],
        ),
    ];
    for (group_by, expected) in cases {
        assert_eq!(rows(&world, all, group_by).await, expected, "{group_by:?}");
    }
    let variants = rows(&world, all, GroupBy::Variant).await;
    let first = Group::Variant {
        id: line(1, PLATES, 1, pesos(1)).variant,
        name: name("Normal"),
        product: product_id(1),
        product_name: name("Product 1"),
    };
    assert_eq!(variants[0], row(first, None, 3, 4, pesos(120_000)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_is_about_one_company_its_branches_and_its_days() {
    let mut world = World::new().await;
    three_sales(&mut world).await;
    world.catch_up().await;

    let chapinero = SalesFilter { branch: Some(CHAPINERO), ..between(MARCH) };
    let expected = row(Group::Total, Some(2), 3, 5, pesos(70_000));
    assert_eq!(rows(&world, chapinero, GroupBy::Total).await, [expected]);
    let the_15th = between(("2026-03-15", "2026-03-15"));
    let expected = row(Group::Total, Some(2), 2, 2, pesos(80_000));
    assert_eq!(rows(&world, the_15th, GroupBy::Total).await, [expected]);
    let chapinero_s = SalesFilter { branch: Some(CHAPINERO), ..the_15th };
    assert_eq!(rows(&world, chapinero_s, GroupBy::Product).await[0].gross, pesos(20_000).into());

    let mut luis = world.tenant(LUIS).await;
    assert_eq!(sales(&mut luis, between(MARCH), GroupBy::Total).await.unwrap().rows, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn currencies_are_never_added_up() {
    let mut world = World::new().await;
    three_sales(&mut world).await;
    let dollars = |amount| Money::try_new(amount, Currency::USD).unwrap();
    let order = placed(USAQUEN, 9, vec![line(1, PLATES, 3, dollars(1_275))]);
    world.happens::<Order>(ANA, &order_id(9), "2026-03-15T18:00:00Z", whole_life(order, 9)).await;
    world.catch_up().await;

    let totals = rows(&world, between(MARCH), GroupBy::Total).await;
    let expected = [
        row(Group::Total, Some(3), 4, 6, pesos(130_000)),
        row(Group::Total, Some(1), 1, 3, dollars(3_825)),
    ];
    assert_eq!(totals, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_says_what_it_was_made_from() {
    let mut world = World::new().await;
    let before = sales(&mut world.tenant(ANA).await, between(MARCH), GroupBy::Total).await.unwrap();
    assert_eq!(before.made_from, None);

    three_sales(&mut world).await;
    world.catch_up().await;
    let report = sales(&mut world.tenant(ANA).await, between(MARCH), GroupBy::Total).await.unwrap();
    let head = world.store.head().await.unwrap();
    let made_from = report.made_from.unwrap();
    assert_eq!((made_from.incarnation, made_from.position), (head.incarnation, head.position));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_amount_that_a_tenant_can_type_stops_the_others() {
    let mut world = World::new().await;
    let all_the_money = Money::try_new(AMOUNT_MAX, Currency::COP).unwrap();
    for n in 1..=1_100 {
        let order = placed(CHAPINERO, 1, vec![line(1, PLATES, 1, all_the_money)]);
        let payment = paid(n, order.total, pesos(0), 13);
        let events = [order.into(), payment.into()];
        world.happens::<Order>(LUIS, &order_id(n), "2026-03-14T18:00:00Z", events).await;
    }
    three_sales(&mut world).await;
    world.catch_up().await;

    let total = rows(&world, between(MARCH), GroupBy::Total).await;
    assert_eq!(total, [row(Group::Total, Some(3), 4, 6, pesos(130_000))]);
    for group_by in [GroupBy::Total, GroupBy::Day, GroupBy::Hour, GroupBy::Product] {
        let report = sales(&mut world.tenant(LUIS).await, between(MARCH), group_by).await.unwrap();
        let sum = MoneySum::new(1_100 * i128::from(AMOUNT_MAX), Currency::COP);
        let [row] = &report.rows[..] else { panic!("{:?}", report.rows) };
        assert_eq!((row.n_lines, row.gross), (1_100, sum));
    }
    let running = world.start(vec![std::sync::Arc::new(Sales)]);
    running.have_caught_up(&world).await;
    running.end().await;
}
