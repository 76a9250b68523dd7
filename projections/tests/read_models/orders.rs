//! The read models of the list of orders and of a single order.

use domain::catalog::Channel;
use domain::orders::order::{CancelReason, Event, PaymentMethod};
use domain::orders::{Order, OrderType, Status, order};
use domain::shared::OrderId;
use event_store::Revision;
use projections::orders::order_detail::{self, Payment};
use projections::orders::order_header::OrderHeader;
use projections::orders::order_line::OrderLine;
use projections::orders::order_list::{self, OrderFilter};

use crate::history::{
    CHAPINERO, DRINKS, PLATES, USAQUEN, line, order_id, paid, pesos, placed, whole_life,
};
use crate::world::{ANA, LUIS, World, day, utc};

#[tokio::test(flavor = "multi_thread")]
async fn an_order_is_shown_whole_with_its_lines_and_payments() {
    let mut world = World::new().await;
    let id = order_id(1);
    let lines = vec![line(1, PLATES, 2, pesos(20_000)), line(2, DRINKS, 1, pesos(5_000))];
    let mut order = placed(CHAPINERO, 7, lines.clone());
    order.call_number = 3;
    let first = [order.into(), order::Confirmed {}.into()];
    world.happens::<Order>(ANA, &id, "2026-03-14T18:05:00Z", first).await;
    world.catch_up().await;
    let half = paid(1, pesos(15_000), pesos(30_000), 14);
    world.happens::<Order>(ANA, &id, "2026-03-14T18:30:00Z", [half.into()]).await;
    let rest = order::PaymentTaken {
        tendered: pesos(50_000),
        change: pesos(20_000),
        ..paid(2, pesos(30_000), pesos(0), 14)
    };
    world.happens::<Order>(ANA, &id, "2026-03-15T05:00:00Z", [rest.into()]).await;
    world.catch_up().await;

    let mut ana = world.tenant(ANA).await;
    let shown = order_detail::get(&mut ana, id).await.unwrap().unwrap();
    assert_eq!(
        shown.header,
        OrderHeader {
            id,
            branch: CHAPINERO,
            order_type: OrderType::DineIn,
            channel: Channel::default(),
            number: 7,
            call_number: 3,
            position: 1,
            business_date: day("2026-03-14"),
            placed_at: utc("2026-03-14T18:05:00Z"),
            status: Status::Confirmed,
            status_since: utc("2026-03-14T18:05:00Z"),
            cancel_reason: None,
            total: pesos(45_000),
            balance: pesos(0),
            n_lines: 2,
            n_items: 3,
            revision: Revision::new(4),
        }
    );
    assert_eq!(shown.header.series_year(), 2026);
    assert_eq!(shown.lines, lines.into_iter().map(OrderLine::from).collect::<Vec<_>>());
    let payment = |payment: order::PaymentTaken, date, at| Payment {
        id: payment.payment,
        method: PaymentMethod::Cash,
        amount: payment.amount,
        tendered: payment.tendered,
        change: payment.change,
        business_date: day(date),
        taken_at: utc(at),
    };
    let payments = [
        payment(half, "2026-03-14", "2026-03-14T18:30:00Z"),
        payment(rest, "2026-03-15", "2026-03-15T05:00:00Z"),
    ];
    assert_eq!(shown.payments, payments);

    let mut luis = world.tenant(LUIS).await;
    assert_eq!(order_detail::get(&mut luis, id).await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_order_keeps_its_number_and_says_why() {
    let mut world = World::new().await;
    let order = placed(CHAPINERO, 12, vec![line(1, PLATES, 1, pesos(20_000))]);
    let events: [Event; 2] =
        [order.into(), order::Cancelled { reason: CancelReason::OutOfStock }.into()];
    world.happens::<Order>(ANA, &order_id(1), "2026-03-14T18:05:00Z", events).await;
    world.catch_up().await;

    let mut ana = world.tenant(ANA).await;
    let shown = order_detail::get(&mut ana, order_id(1)).await.unwrap().unwrap().header;
    assert_eq!((shown.number, shown.status), (12, Status::Cancelled));
    assert_eq!(shown.cancel_reason, Some(CancelReason::OutOfStock));
    assert_eq!((shown.total, shown.balance), (pesos(20_000), pesos(0)));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_shows_what_is_asked_for_newest_first() {
    let mut world = World::new().await;
    let dishes = || vec![line(1, PLATES, 1, pesos(20_000))];
    let takeaway = order::Placed {
        order_type: OrderType::Takeaway,
        channel: Channel::parse("web").unwrap(),
        ..placed(USAQUEN, 2, dishes())
    };
    let placed_orders = [
        (1, "2026-03-13T18:00:00Z", placed(CHAPINERO, 1, dishes()), None),
        (2, "2026-03-14T18:00:00Z", takeaway, None),
        (3, "2026-03-15T18:00:00Z", placed(CHAPINERO, 3, dishes()), Some(order::Confirmed {})),
    ];
    for (n, at, order, confirmed) in placed_orders {
        let confirmed = confirmed.map(Event::from);
        let events = std::iter::once(order.into()).chain(confirmed);
        world.happens::<Order>(ANA, &order_id(n), at, events).await;
    }
    world.catch_up().await;

    let all = OrderFilter::default();
    let cases = [
        (all, vec![3, 2, 1]),
        (OrderFilter { branch: Some(CHAPINERO), ..all }, vec![3, 1]),
        (OrderFilter { statuses: &[Status::Pending], ..all }, vec![2, 1]),
        (OrderFilter { statuses: &[Status::Confirmed], ..all }, vec![3]),
        (OrderFilter { statuses: &[Status::Pending, Status::Confirmed], ..all }, vec![3, 2, 1]),
        (OrderFilter { statuses: &[Status::Ready, Status::Cancelled], ..all }, vec![]),
        (OrderFilter { order_type: Some(OrderType::Takeaway), ..all }, vec![2]),
        (OrderFilter { channel: Some("web"), ..all }, vec![2]),
        (OrderFilter { channel: Some("counter"), ..all }, vec![3, 1]),
        (OrderFilter { from: Some(day("2026-03-14")), ..all }, vec![3, 2]),
        (OrderFilter { to: Some(day("2026-03-14")), ..all }, vec![2, 1]),
        (
            OrderFilter {
                branch: Some(CHAPINERO),
                statuses: &[Status::Confirmed],
                order_type: Some(OrderType::DineIn),
                channel: Some("counter"),
                from: Some(day("2026-03-15")),
                to: Some(day("2026-03-15")),
            },
            vec![3],
        ),
        (OrderFilter { from: Some(day("2026-03-16")), ..all }, vec![]),
    ];
    let mut ana = world.tenant(ANA).await;
    for (filter, expected) in cases {
        let page = order_list::list(&mut ana, filter, None, 10).await.unwrap();
        let numbers: Vec<u32> = page.rows.iter().map(|order| order.number).collect();
        assert_eq!(numbers, expected, "{filter:?}");
    }
    let mut luis = world.tenant(LUIS).await;
    assert_eq!(order_list::list(&mut luis, all, None, 10).await.unwrap().rows, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_orders_of_one_moment_follow_each_other() {
    let mut world = World::new().await;
    for n in 1..=5 {
        let order = placed(CHAPINERO, 1, vec![line(1, PLATES, 1, pesos(20_000))]);
        let life = whole_life(order, n);
        world.happens::<Order>(ANA, &order_id(n), "2026-03-14T18:00:00Z", life).await;
    }
    world.catch_up().await;
    assert_eq!(listed_by_twos(&world).await, [5, 4, 3, 2, 1].map(order_id));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_from_a_clock_that_is_years_ahead_stands_in_its_business_day() {
    let mut world = World::new().await;
    let placed_orders = [
        (1, "2026-03-13T18:00:00Z", "2026-03-13"),
        (2, "2031-03-13T18:00:00Z", "2026-03-13"),
        (3, "2026-03-14T17:00:00Z", "2026-03-14"),
        (4, "2026-03-14T18:00:00Z", "2026-03-14"),
        (5, "2026-03-14T18:00:00Z", "2026-03-14"),
    ];
    for (n, at, business_date) in placed_orders {
        let order = placed(CHAPINERO, 1, vec![line(1, PLATES, 1, pesos(20_000))]);
        let append = world.command::<Order>(
            ANA,
            &order_id(n),
            utc(at),
            Some(day(business_date)),
            [order.into()],
        );
        world.append(append).await;
    }
    world.catch_up().await;
    assert_eq!(listed_by_twos(&world).await, [5, 4, 3, 2, 1].map(order_id));
}

/// The whole list of a company, in pages of two.
async fn listed_by_twos(world: &World) -> Vec<OrderId> {
    let mut ana = world.tenant(ANA).await;
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let page = order_list::list(&mut ana, OrderFilter::default(), after, 2).await.unwrap();
        seen.extend(page.rows.iter().map(|order| order.id));
        after = page.next;
        if after.is_none() {
            return seen;
        }
    }
}
