//! The read models of the stock.

use domain::Decider;
use domain::catalog::diet::Marks;
use domain::inventory::balance::Balance;
use domain::inventory::recipe::{Ingredient, Portion};
use domain::inventory::stock::{self, Event, IncomingLine};
use domain::inventory::{BaseUnit, Inventory, OnShortage, Recipe, StockItem, recipe, stock_item};
use domain::shared::{BranchId, Currency, ReceiptId, StockQuantity, TenantId, VariantId};
use event_store::Revision;
use projections::inventory::balances::{self, StockLevel};
use projections::inventory::kardex::{self, Movement, Reason};
use projections::inventory::{recipes, stock_items};

use crate::history::{CHAPINERO, RandomOrders, USAQUEN, name, open, order_id, pesos, product_id};
use crate::random_stock::item_id;
use crate::world::{ANA, LUIS, World, uuid};

const AT: &str = "2026-03-14T18:00:00Z";

fn quantity(text: &str) -> StockQuantity {
    text.parse().unwrap()
}

async fn levels(world: &World, tenant: TenantId, branch: BranchId) -> Vec<StockLevel> {
    let mut tx = world.tenant(tenant).await;
    balances::list(&mut tx, branch, None, 100).await.unwrap().rows
}

/// All movements of an item, read in small pages.
async fn movements(world: &World, tenant: TenantId, branch: BranchId, item: u128) -> Vec<Movement> {
    let mut tx = world.tenant(tenant).await;
    let (mut movements, mut after) = (Vec::new(), None);
    loop {
        let page = kardex::list(&mut tx, branch, item_id(item), after, 3).await.unwrap();
        movements.extend(page.rows);
        after = page.next;
        if after.is_none() {
            return movements;
        }
    }
}

async fn flour(world: &mut World) {
    let added = stock_item::Added {
        name: name("Harina"),
        unit: BaseUnit::Gram,
        on_shortage: OnShortage::Allow,
    };
    world.happens::<StockItem>(ANA, &item_id(1), AT, [added.into()]).await;
}

/// Applies these commands to the stock of Chapinero.
async fn happens(world: &mut World, commands: impl IntoIterator<Item = stock::Command>) {
    let mut state = stock::State::default();
    for command in commands {
        let events: Vec<Event> = Inventory::decide(&state, command).unwrap();
        state = Inventory::fold(state, events.clone());
        world.happens::<Inventory>(ANA, &CHAPINERO, AT, events).await;
    }
}

fn sold(n: u128, text: &str) -> [stock::Command; 2] {
    let (item, now) = (item_id(1), AT.parse().unwrap());
    let demand = stock::Demand { item, quantity: quantity(text), on_shortage: OnShortage::Allow };
    let (order, lines) = (order_id(n), vec![Ingredient { item, quantity: quantity(text) }]);
    [
        stock::Command::Reserve(stock::Reserve { order, lines: vec![demand], now }),
        stock::Command::Consume(stock::Consume { order, currency: Currency::COP, lines }),
    ]
}

fn came_in(n: u128, text: &str, cost: i64) -> stock::Command {
    let line = IncomingLine { item: item_id(1), quantity: quantity(text), cost: pesos(cost) };
    stock::Command::Receive(stock::Receive {
        receipt: ReceiptId::from_uuid(uuid(n)),
        currency: Currency::COP,
        lines: vec![line],
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_branch_shows_what_it_has_what_is_kept_and_what_it_is_worth() {
    let mut world = World::new().await;
    flour(&mut world).await;
    let [reserve, consume] = sold(1, "250");
    let [kept, _] = sold(2, "100");
    happens(&mut world, [came_in(1, "1000", 2_000), kept, reserve, consume]).await;
    world.catch_up().await;

    let shown = StockLevel {
        item: item_id(1),
        name: name("Harina"),
        unit: BaseUnit::Gram,
        balance: Some(Balance { quantity: quantity("750"), value: pesos(1_500) }),
        reserved: quantity("100"),
    };
    assert_eq!(levels(&world, ANA, CHAPINERO).await, [shown]);
    assert_eq!(levels(&world, ANA, USAQUEN).await, []);
    assert_eq!(levels(&world, LUIS, CHAPINERO).await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_item_that_is_only_reserved_shows_no_value() {
    let mut world = World::new().await;
    flour(&mut world).await;
    let [reserve, _] = sold(1, "250");
    happens(&mut world, [reserve]).await;
    world.catch_up().await;
    let [shown] = &levels(&world, ANA, CHAPINERO).await[..] else { panic!() };
    assert_eq!((shown.balance, shown.reserved), (None, quantity("250")));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_kardex_shows_each_movement_with_its_reason_and_what_was_there_after_it() {
    let mut world = World::new().await;
    flour(&mut world).await;
    let [reserve, consume] = sold(1, "250");
    happens(&mut world, [came_in(7, "200", 400), reserve, consume, came_in(8, "100", 300)]).await;
    world.catch_up().await;

    let shown = movements(&world, ANA, CHAPINERO, 1).await;
    let seen: Vec<_> = shown
        .iter()
        .map(|moved| {
            let balance = moved.balance();
            let Movement { reason, source, quantity, value, .. } = moved;
            (
                *reason,
                *source,
                quantity.to_string(),
                *value,
                balance.quantity.to_string(),
                balance.value,
            )
        })
        .collect();
    let row = |reason, source, moved: &str, value, there: &str, worth| {
        (reason, source, moved.to_owned(), pesos(value), there.to_owned(), pesos(worth))
    };
    let order = order_id(1).uuid();
    assert_eq!(
        seen,
        [
            row(Reason::Receipt, uuid(7), "200", 400, "200", 400),
            row(Reason::Order, order, "-250", -500, "-50", -100),
            // Fifty units that were estimated at two pesos cost three.
            row(Reason::Receipt, uuid(8), "100", 300, "50", 200),
            row(Reason::CostCorrection, uuid(8), "0", -50, "50", 150),
        ]
    );
    let log = world.log().await;
    assert!(shown.iter().all(|moved| log.iter().any(|event| event.id == moved.event)));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_running_balance_is_the_sum_of_the_movements_and_the_last_is_what_is_there() {
    let mut world = World::new().await;
    open(&mut world).await;
    RandomOrders::new(31).append_steps(&mut world, 400).await;
    world.catch_up().await;
    let mut n_movements = 0;
    for tenant in [ANA, LUIS] {
        for branch in [CHAPINERO, USAQUEN] {
            let levels = levels(&world, tenant, branch).await;
            for n in 0..3 {
                let mut sums = (0, 0);
                for moved in movements(&world, tenant, branch, n).await {
                    sums.0 += moved.quantity.millionths();
                    sums.1 += moved.value.amount();
                    let Balance { quantity, value } = moved.balance();
                    assert_eq!((quantity.millionths(), value.amount()), sums);
                    n_movements += 1;
                }
                let level = levels.iter().find(|level| level.item == item_id(n));
                let there = level.and_then(|level| level.balance).map_or((0, 0), |balance| {
                    (balance.quantity.millionths(), balance.value.amount())
                });
                assert_eq!(there, sums);
            }
        }
    }
    assert!(n_movements > 80, "only {n_movements} movements");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stock_item_shows_its_last_name_and_policy() {
    let mut world = World::new().await;
    flour(&mut world).await;
    world.catch_up().await;
    let changes = [
        stock_item::Renamed { name: name("Harina de trigo") }.into(),
        stock_item::ShortagePolicySet { on_shortage: OnShortage::Refuse }.into(),
    ];
    world.happens::<StockItem>(ANA, &item_id(1), AT, changes).await;
    world.catch_up().await;
    let details = stock_item::Details {
        name: name("Harina de trigo"),
        unit: BaseUnit::Gram,
        on_shortage: OnShortage::Refuse,
        marks: Marks::default(),
    };
    let shown = stock_items::StockItem { id: item_id(1), details, revision: Revision::new(3) };
    let mut ana = world.tenant(ANA).await;
    assert_eq!(stock_items::get(&mut ana, item_id(1)).await.unwrap(), Some(shown.clone()));
    assert_eq!(stock_items::list(&mut ana, None, 10).await.unwrap().rows, [shown]);
    let mut luis = world.tenant(LUIS).await;
    assert_eq!(stock_items::get(&mut luis, item_id(1)).await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recipe_shows_its_latest_version() {
    let mut world = World::new().await;
    let portions = |text| {
        let ingredients = vec![Ingredient { item: item_id(1), quantity: quantity(text) }];
        vec![Portion { variant: VariantId::from_uuid(uuid(2)), ingredients }]
    };
    let published = |version, text| recipe::Published { version, portions: portions(text) }.into();
    let product = product_id(1);
    let versions = [published(1, "250"), published(2, "240")];
    world.happens::<Recipe>(ANA, &product, AT, versions).await;
    world.catch_up().await;
    world.happens::<Recipe>(ANA, &product, AT, [published(3, "230")]).await;
    world.catch_up().await;
    let shown =
        recipes::Recipe { version: 3, portions: portions("230"), revision: Revision::new(3) };
    assert_eq!(recipes::get(&mut world.tenant(ANA).await, product).await.unwrap(), Some(shown));
    assert_eq!(recipes::get(&mut world.tenant(LUIS).await, product).await.unwrap(), None);
}
