//! The kitchen board.

use domain::catalog::Channel;
use domain::orders::order::{CancelReason, Event};
use domain::orders::{Order, OrderType, Status, order};
use domain::shared::{BranchId, TenantId};
use event_store::Revision;
use projections::orders::kitchen_board::{KitchenOrder, board};

use crate::history::{CHAPINERO, PLATES, USAQUEN, line, order_id, paid, pesos, placed};
use crate::world::{ANA, LUIS, World, utc};

async fn numbers(world: &World, tenant: TenantId, branch: BranchId) -> Vec<u32> {
    let orders = board(&mut world.tenant(tenant).await, branch, None, 100).await.unwrap();
    orders.rows.into_iter().map(|order| order.number).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_board_shows_accepted_orders_of_the_branch_oldest_first() {
    let mut world = World::new().await;
    // In the order of the log, whatever the clock shows.
    let orders = [(1, CHAPINERO, 20), (2, CHAPINERO, 10), (3, USAQUEN, 30), (4, CHAPINERO, 5)];
    for (n, branch, minute) in orders {
        let order = placed(branch, n, vec![line(1, PLATES, 1, pesos(20_000))]);
        let at = format!("2026-03-14T18:{minute:02}:00Z");
        world.happens::<Order>(ANA, &order_id(n.into()), &at, [order.into()]).await;
    }
    world.catch_up().await;
    assert_eq!(numbers(&world, ANA, CHAPINERO).await, [0; 0], "no order is confirmed");

    for n in [1, 2, 3] {
        let confirmed: Event = order::Confirmed {}.into();
        world.happens::<Order>(ANA, &order_id(n), "2026-03-14T18:40:00Z", [confirmed]).await;
    }
    world.catch_up().await;
    assert_eq!(numbers(&world, ANA, CHAPINERO).await, [1, 2]);
    assert_eq!(numbers(&world, ANA, USAQUEN).await, [3]);
    assert_eq!(numbers(&world, LUIS, CHAPINERO).await, [0; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_shows_its_lines_and_since_when_it_stands_there() {
    let mut world = World::new().await;
    let id = order_id(1);
    let lines = vec![line(1, PLATES, 2, pesos(20_000))];
    let steps: [(&str, Event); 4] = [
        ("2026-03-14T18:00:00Z", placed(CHAPINERO, 1, lines.clone()).into()),
        ("2026-03-14T18:02:00Z", order::Confirmed {}.into()),
        ("2026-03-14T18:05:00Z", order::Started {}.into()),
        ("2026-03-14T18:09:00Z", paid(1, pesos(40_000), pesos(0), 13).into()),
    ];
    for (at, step) in steps {
        world.happens::<Order>(ANA, &id, at, [step]).await;
        world.catch_up().await;
    }

    let shown = board(&mut world.tenant(ANA).await, CHAPINERO, None, 100).await.unwrap().rows;
    let expected = KitchenOrder {
        id,
        branch: CHAPINERO,
        order_type: OrderType::DineIn,
        channel: Channel::default(),
        number: 1,
        call_number: 1,
        placed_at: utc("2026-03-14T18:00:00Z"),
        status: Status::Preparing,
        status_since: utc("2026-03-14T18:05:00Z"),
        lines: lines.into_iter().map(Into::into).collect(),
        revision: Revision::new(4),
    };
    assert_eq!(shown, [expected]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_leaves_when_it_is_delivered_or_cancelled() {
    let mut world = World::new().await;
    for n in [1, 2, 3] {
        let order = placed(CHAPINERO, n, vec![line(1, PLATES, 1, pesos(20_000))]);
        let events = [order.into(), order::Confirmed {}.into()];
        world.happens::<Order>(ANA, &order_id(n.into()), "2026-03-14T18:00:00Z", events).await;
    }
    world.catch_up().await;
    let cooked: [Event; 3] =
        [order::Started {}.into(), order::MadeReady {}.into(), order::Delivered {}.into()];
    world.happens::<Order>(ANA, &order_id(1), "2026-03-14T18:20:00Z", cooked).await;
    let cancelled = order::Cancelled { reason: CancelReason::GuestRequest };
    world.happens::<Order>(ANA, &order_id(2), "2026-03-14T18:20:00Z", [cancelled.into()]).await;
    let ready: [Event; 2] = [order::Started {}.into(), order::MadeReady {}.into()];
    world.happens::<Order>(ANA, &order_id(3), "2026-03-14T18:25:00Z", ready).await;
    world.catch_up().await;
    assert_eq!(numbers(&world, ANA, CHAPINERO).await, [3]);

    let late = paid(1, pesos(20_000), pesos(0), 14);
    world.happens::<Order>(ANA, &order_id(1), "2026-03-14T19:00:00Z", [late.into()]).await;
    world.catch_up().await;
    assert_eq!(numbers(&world, ANA, CHAPINERO).await, [3], "a late payment restores no order");
}
