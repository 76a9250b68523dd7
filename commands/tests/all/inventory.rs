//! Stock through the whole command path, on a log in memory.

use chrono::{DateTime, Utc};
use commands::inventory::{
    AddStockItem, PublishRecipe, ReceiveStock, ReleaseExpired, ReviseStockItem, StockItemRefusal,
    StockRefusal,
};
use commands::orders::{MoveOrder, OrderRefusal, ShortItem, Step};
use commands::{CommandError, Intent, Receipt, Request};
use domain::catalog::diet::Marks;
use domain::inventory::balance::Balance;
use domain::inventory::recipe::{Ingredient, Portion};
use domain::inventory::stock::{self, Event, IncomingLine, Inventory, ReleaseReason};
use domain::inventory::{BaseUnit, OnShortage, recipe};
use domain::orders::order::CancelReason;
use domain::shared::{
    BranchId, CommandId, Currency, Money, OrderId, ProductId, ReceiptId, StockItemId,
    StockQuantity, VariantId,
};
use event_store::Revision;

use crate::support::{Company, fresh, id, name, pesos};

const FLOUR: StockItemId = StockItemId::from_uuid(uuid::Uuid::from_u128(50));

fn quantity(text: &str) -> StockQuantity {
    text.parse().unwrap()
}

fn flour(on_shortage: OnShortage) -> AddStockItem {
    let (unit, marks) = (BaseUnit::Gram, Marks::default());
    AddStockItem { item: FLOUR, name: name("Harina"), unit, on_shortage, marks }
}

fn receive(branch: BranchId, text: &str, cost: Money) -> ReceiveStock {
    let line = IncomingLine { item: FLOUR, quantity: quantity(text), cost };
    ReceiveStock { receipt: ReceiptId::from_uuid(id(60)), branch, lines: vec![line] }
}

fn recipe(company: &Company, text: &str) -> PublishRecipe {
    let ingredients = vec![Ingredient { item: FLOUR, quantity: quantity(text) }];
    let portions = vec![Portion { variant: company.variant, ingredients }];
    PublishRecipe { product: company.product, seen: None, portions }
}

fn step(order: OrderId, step: Step) -> MoveOrder {
    MoveOrder { order, seen: None, step }
}

fn stock_events(receipt: &Receipt) -> Vec<Event> {
    receipt.facts::<Inventory>().unwrap().into_iter().map(|fact| fact.event).collect()
}

impl Company {
    async fn execute<I: Intent>(&self, intent: I) -> Result<Receipt, CommandError<I::Refusal>> {
        self.commands.execute(&self.scope, fresh(&self.commands), intent).await
    }

    /// Stocks 600 g of flour at one peso per gram, of which a plate uses 250 g.
    async fn stock_flour(&self, on_shortage: OnShortage) {
        self.execute(flour(on_shortage)).await.unwrap();
        self.execute(recipe(self, "250")).await.unwrap();
        self.execute(receive(self.branch, "600", pesos(600))).await.unwrap();
    }
}

#[tokio::test]
async fn an_order_reserves_in_its_own_append_and_uses_up_when_it_is_ready() {
    let company = Company::open().await;
    company.stock_flour(OnShortage::Refuse).await;
    let order = company.order_id();
    let placed = company.place(order).await.unwrap();
    let [Event::Reserved(reserved)] = &stock_events(&placed)[..] else { panic!("{placed:?}") };
    assert_eq!((reserved.order, reserved.lines[0].quantity), (order, quantity("250")));
    for step_without_stock in [Step::Confirm, Step::Start] {
        let receipt = company.execute(step(order, step_without_stock)).await.unwrap();
        assert_eq!(stock_events(&receipt), []);
    }
    let ready = company.execute(step(order, Step::MarkReady)).await.unwrap();
    let line = stock::ConsumedLine {
        item: FLOUR,
        quantity: quantity("250"),
        value: pesos(250),
        balance: Balance { quantity: quantity("350"), value: pesos(350) },
        reserved: StockQuantity::ZERO,
    };
    assert_eq!(stock_events(&ready), [stock::Consumed { order, lines: vec![line] }.into()]);
    let delivered = company.execute(step(order, Step::Deliver)).await.unwrap();
    assert_eq!(stock_events(&delivered), []);
}

#[tokio::test]
async fn a_cancelled_order_releases_what_was_kept_for_it() {
    let company = Company::open().await;
    company.stock_flour(OnShortage::Refuse).await;
    let order = company.order_id();
    company.place(order).await.unwrap();
    let cancel = step(order, Step::Cancel(CancelReason::Mistake));
    let cancelled = company.execute(cancel).await.unwrap();
    let [Event::Released(released)] = &stock_events(&cancelled)[..] else { panic!() };
    assert_eq!((&released.orders[..], released.reason), (&[order][..], ReleaseReason::Cancelled));
}

#[tokio::test]
async fn an_order_of_products_without_recipe_does_not_touch_the_stock() {
    let company = Company::open().await;
    let order = company.order_id();
    assert_eq!(stock_events(&company.place(order).await.unwrap()), []);
    for next in [Step::Confirm, Step::Start, Step::MarkReady, Step::Deliver] {
        assert_eq!(stock_events(&company.execute(step(order, next)).await.unwrap()), []);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_tills_that_sell_the_last_portion_one_is_refused() {
    let company = Company::open().await;
    company.stock_flour(OnShortage::Refuse).await;
    company.place(company.order_id()).await.unwrap();
    let tills = [company.place(company.order_id()), company.place(company.order_id())];
    let outcomes = futures_util::future::join_all(tills).await;
    let (sold, refused): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(Result::is_ok);
    assert_eq!(sold.len(), 1);
    let short = ShortItem {
        item: FLOUR,
        name: name("Harina"),
        unit: BaseUnit::Gram,
        line: 0,
        needed: quantity("250"),
        available: quantity("100"),
    };
    assert!(
        matches!(
            &refused[..],
            [Err(CommandError::Refused(OrderRefusal::OutOfStock { items }))] if *items == [short]
        ),
        "{refused:?}"
    );
}

#[tokio::test]
async fn an_item_that_may_run_out_goes_below_nothing() {
    let company = Company::open().await;
    company.stock_flour(OnShortage::Refuse).await;
    let allow = ReviseStockItem {
        item: FLOUR,
        seen: Some(Revision::new(1)),
        name: name("Harina"),
        on_shortage: OnShortage::Allow,
        marks: None,
    };
    company.execute(allow).await.unwrap();
    for _ in 0..3 {
        let order = company.order_id();
        company.place(order).await.unwrap();
        for next in [Step::Confirm, Step::Start, Step::MarkReady] {
            company.execute(step(order, next)).await.unwrap();
        }
    }
    let receipt = company.execute(receive(company.branch, "200", pesos(300))).await.unwrap();
    let [Event::Received(received)] = &stock_events(&receipt)[..] else { panic!() };
    assert_eq!(received.lines[0].correction, pesos(-75));
    let there = Balance { quantity: quantity("50"), value: pesos(75) };
    assert_eq!(received.lines[0].balance, there);
}

#[tokio::test]
async fn a_later_recipe_changes_no_order_that_was_placed() {
    let company = Company::open().await;
    company.stock_flour(OnShortage::Refuse).await;
    let order = company.order_id();
    company.place(order).await.unwrap();
    company.execute(recipe(&company, "100")).await.unwrap();
    for next in [Step::Confirm, Step::Start] {
        company.execute(step(order, next)).await.unwrap();
    }
    let ready = company.execute(step(order, Step::MarkReady)).await.unwrap();
    let [Event::Consumed(consumed)] = &stock_events(&ready)[..] else { panic!() };
    assert_eq!(consumed.lines[0].quantity, quantity("250"));
    let next = company.place(company.order_id()).await.unwrap();
    let [Event::Reserved(reserved)] = &stock_events(&next)[..] else { panic!() };
    assert_eq!(reserved.lines[0].quantity, quantity("100"));
}

#[tokio::test]
async fn a_reservation_lasts_twelve_hours_and_is_then_there_for_others() {
    let company = Company::open().await;
    company.stock_flour(OnShortage::Refuse).await;
    let scope = company.scope.clone().backdated();
    let at = |text: &str| {
        let occurred_at: DateTime<Utc> = text.parse().unwrap();
        let command = CommandId::from_uuid(company.commands.uuid());
        Request { command, occurred_at: Some(occurred_at) }
    };
    let place = |text| {
        let intent = company.order(company.order_id());
        company.commands.execute(&scope, at(text), intent)
    };
    place("2015-01-01T10:00:00Z").await.unwrap();
    place("2015-01-01T11:00:00Z").await.unwrap();
    assert!(place("2015-01-01T21:59:59Z").await.is_err());
    let third = place("2015-01-01T22:00:00Z").await.unwrap();
    let [Event::Released(released), Event::Reserved(_)] = &stock_events(&third)[..] else {
        panic!("{third:?}")
    };
    assert_eq!((released.orders.len(), released.reason), (1, ReleaseReason::Expired));

    let release = ReleaseExpired { branch: company.branch };
    let at_eleven = at("2015-01-01T23:00:00Z");
    let receipt = company.commands.execute(&scope, at_eleven, release.clone()).await.unwrap();
    let [Event::Released(released)] = &stock_events(&receipt)[..] else { panic!("{receipt:?}") };
    assert_eq!(released.orders.len(), 1);
    let after_expiry = at("2015-01-01T23:00:01Z");
    let receipt = company.commands.execute(&scope, after_expiry, release).await.unwrap();
    assert_eq!(stock_events(&receipt), []);
}

#[tokio::test]
async fn a_recipe_names_variants_of_its_product_and_items_of_the_company() {
    let company = Company::open().await;
    let unknown = company.execute(recipe(&company, "250")).await;
    let expected = recipe::Error::UnknownItem { index: 0, ingredient: 0 };
    assert!(matches!(unknown, Err(CommandError::Refused(refusal)) if refusal == expected));
    company.execute(flour(OnShortage::Refuse)).await.unwrap();
    let mut foreign = recipe(&company, "250");
    foreign.portions[0].variant = VariantId::from_uuid(id(99));
    let unknown = company.execute(foreign).await;
    let expected = recipe::Error::UnknownVariant { index: 0 };
    assert!(matches!(unknown, Err(CommandError::Refused(refusal)) if refusal == expected));
    let product = ProductId::from_uuid(id(99));
    let unknown = company.execute(PublishRecipe { product, ..recipe(&company, "250") }).await;
    assert!(matches!(unknown, Err(CommandError::Refused(recipe::Error::UnknownProduct))));
    let nothing = company.execute(recipe(&company, "0")).await;
    let expected = recipe::Error::QuantityNotPositive { index: 0, ingredient: 0 };
    assert!(matches!(
        nothing,
        Err(CommandError::Refused(refusal)) if refusal == expected
    ));
}

#[tokio::test]
async fn goods_come_in_at_a_branch_in_its_currency() {
    let company = Company::open().await;
    let unknown = company.execute(receive(company.branch, "1", pesos(1))).await;
    assert!(matches!(unknown, Err(CommandError::Refused(StockRefusal::UnknownItem { index: 0 }))));
    company.execute(flour(OnShortage::Refuse)).await.unwrap();
    let elsewhere = BranchId::from_uuid(id(99));
    let unknown = company.execute(receive(elsewhere, "1", pesos(1))).await;
    assert!(matches!(unknown, Err(CommandError::Refused(StockRefusal::UnknownBranch))));
    let dollars = Money::zero(Currency::USD);
    let foreign = company.execute(receive(company.branch, "1", dollars)).await;
    let expected = stock::Error::ForeignCurrency { index: 0 };
    assert!(matches!(
        foreign,
        Err(CommandError::Refused(StockRefusal::Stock(refusal))) if refusal == expected
    ));
}

#[tokio::test]
async fn two_stock_items_do_not_share_a_name() {
    let company = Company::open().await;
    company.execute(flour(OnShortage::Refuse)).await.unwrap();
    let item = StockItemId::from_uuid(id(51));
    let twin = AddStockItem { item, name: name("HARINA"), ..flour(OnShortage::Refuse) };
    let taken = company.execute(twin.clone()).await;
    assert!(matches!(taken, Err(CommandError::Refused(StockItemRefusal::NameTaken))));
    let renamed = ReviseStockItem {
        item: FLOUR,
        seen: None,
        name: name("Harina de trigo"),
        on_shortage: OnShortage::Refuse,
        marks: None,
    };
    company.execute(renamed).await.unwrap();
    company.execute(twin).await.unwrap();
}
