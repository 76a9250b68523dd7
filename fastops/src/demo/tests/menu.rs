//! What the demo's restaurant sells, at its first start and after an earlier release.

use commands::catalog::{AddCategory, AddProduct, ProductRequest, VariantRequest};
use commands::inventory::AddStockItem;
use commands::{Intent, Request};
use domain::catalog::diet::{Allergen, Mark, Marks, Presence};
use domain::inventory::{BaseUnit, OnShortage};
use domain::shared::{CategoryId, CommandId, Currency, Money, ProductId, StockItemId, VariantId};
use projections::catalog::products::{self, Filter, Product};
use projections::catalog::{availability, branches, modifier_groups, price_lists, stations};
use projections::inventory::stock_items;
use projections::orders::order_detail;

use super::*;
use crate::demo::restaurant::named;

impl Opened {
    /// All products of its menu.
    async fn products(&self) -> Vec<Product> {
        products::list(&mut self.read().await, &Filter::default(), None, 200).await.unwrap().rows
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_menu_is_there_in_full() {
    let opened = Opened::now().await;
    let products = opened.products().await;
    assert_eq!(products.len(), 48);
    let count = |is: fn(&Product) -> bool| products.iter().filter(|product| is(product)).count();
    assert_eq!(count(|product| product.details.combo.is_some()), 2);
    assert_eq!(count(|product| product.details.groups.is_empty()), 35);
    assert_eq!(count(|product| product.details.stations.len() == 2), 46);
    let mut tx = opened.read().await;
    let groups = modifier_groups::Filter { is_active: true, name: None };
    assert_eq!(modifier_groups::list(&mut tx, &groups, None, 50).await.unwrap().rows.len(), 4);
    let lists = price_lists::list(&mut tx, None, 50).await.unwrap().rows;
    assert_eq!(lists.iter().filter(|list| list.is_published).count(), 3);
    let mut run_out = 0;
    for branch in branches::list(&mut tx, None, 50).await.unwrap().rows {
        assert_eq!(stations::list(&mut tx, branch.id, None, 50).await.unwrap().rows.len(), 3);
        assert_eq!(branch.details.tax_regimes.all().len(), 1);
        let now = opened.installation.clock.now();
        let unavailable = availability::list(&mut tx, branch.id, now, None, 50).await.unwrap();
        run_out += unavailable.rows.len();
    }
    assert_eq!(run_out, 1);
    drop(tx);
    opened.closes().await;
}

/// A command of the release before modifiers, price lists and the rest.
async fn asked_before<I: Intent + Clone>(opened: &Opened, thing: Uuid, intent: I) {
    let command = CommandId::derived(named(opened.restaurant.tenant, "command", thing));
    let done = opened.staff().does_once(Request::live(command), intent).await;
    assert!(done.is_ok(), "{:?}", done.err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_an_earlier_release_opened_gets_the_rest_of_the_menu_once() {
    let opened = Opened::not_yet().await;
    let (tenant, name) = (opened.restaurant.tenant, |text: &str| Name::parse(text).unwrap());
    let arepas = CategoryId::from_uuid(named(tenant, "category", "Arepas"));
    let add = AddCategory { category: arepas, name: name("Arepas"), place: 1 };
    asked_before(&opened, arepas.uuid(), add).await;
    let arepa = "Arepa rellena de pollo";
    let product = ProductId::from_uuid(named(tenant, "product", arepa));
    let variant = |size: &str| {
        let id = VariantId::from_uuid(named(tenant, "variant", format!("{arepa}/{size}")));
        let price = Money::try_new(1_000_000, Currency::COP).unwrap();
        VariantRequest::new(None, id, name(size), price)
    };
    let variants = vec![variant("Mediana"), variant("Grande")];
    let request = ProductRequest::new(name(arepa), arepas, variants);
    asked_before(&opened, product.uuid(), AddProduct { product, request }).await;
    let quesito = StockItemId::from_uuid(named(tenant, "stock-item", "Quesito"));
    let (unit, on_shortage) = (BaseUnit::Gram, OnShortage::Allow);
    let (item, marks) = (quesito, Marks::default());
    let add = AddStockItem { item, name: name("Quesito"), unit, on_shortage, marks };
    asked_before(&opened, quesito.uuid(), add).await;

    opened.restaurant.open(&opened.staff()).await.unwrap();
    let head = opened.head().await;
    opened.restaurant.open(&opened.staff()).await.unwrap();

    assert_eq!(opened.head().await, head, "the second start adds nothing");
    let products = opened.products().await;
    assert_eq!(products.len(), 48);
    let arepa = products.into_iter().find(|it| it.id == product).unwrap().details;
    assert_eq!((arepa.groups.len(), arepa.stations.len()), (2, 2));
    assert_eq!(arepa.variants[0].price.amount(), 1_000_000, "its price stays");
    let items = [quesito].into_iter().collect();
    let marks = stock_items::marks(&mut opened.read().await, &items).await.unwrap();
    let milk = marks[&quesito].presence(Mark::Allergen(Allergen::Milk));
    assert_eq!(milk, Presence::Contains);
    opened.closes().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn guests_ask_for_modifiers_and_combos_and_nothing_of_it_is_refused() {
    let opened = Opened::now().await;
    let (staff, shutdown) = (opened.staff(), opened.shutdown.child_token());
    // It never cancels.
    let counter = Counter::waiting_for(8, shutdown);
    let placed = place(&opened.installation, &opened.restaurant, &staff, 1, &counter).await;
    let n_placed = placed.unwrap().n_orders();

    let orders = opened.orders().await;
    assert_eq!(orders.len(), n_placed);
    let mut tx = opened.read().await;
    let mut lines = Vec::new();
    for order in &orders {
        let order = order_detail::get(&mut tx, order.id).await.unwrap().unwrap();
        // What a branch that is not responsible for IVA resells has no taxes of its own.
        let is_resold = order.lines.iter().all(|line| line.product_name.as_str() == "Gaseosa");
        assert!(is_resold || !order.taxes.is_empty(), "{order:?}");
        lines.extend(order.lines);
    }
    drop(tx);
    assert!(lines.iter().any(|line| !line.modifiers.is_empty()));
    assert!(lines.iter().any(|line| line.children.len() == 3));
    assert!(orders.iter().any(|order| order.channel.as_str() == "rappi"));
    opened.closes().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_menu_of_the_page_has_images_prices_allergens_and_what_has_run_out() {
    let opened = Opened::now().await;
    let store = ImageStore::in_memory();
    images::set(&opened.restaurant, &opened.staff(), &store).await;
    let head = opened.head().await;
    images::set(&opened.restaurant, &opened.staff(), &store).await;
    assert_eq!(opened.head().await, head, "each is set once");
    opened.read().await;

    let pages = page::pages(&opened.installation, opened.restaurant.tenant);
    let route = pages.into_iter().fold(poem::Route::new(), |route, (at, page)| route.at(at, page));
    let figures = TestClient::new(route).get("/demo/figures").send().await.0.into_body();
    let figures: serde_json::Value =
        serde_json::from_str(&figures.into_string().await.unwrap()).unwrap();
    let menu = figures["menu"].as_array().unwrap();
    assert_eq!(menu.len(), 12);
    assert_eq!(menu[0]["product"], "Almuerzo del día");
    let card = |name: &str| menu.iter().find(|card| card["product"] == name).unwrap();
    let lemonade = card("Limonada de coco");
    assert_eq!(lemonade["run_out"], serde_json::json!(["Medellín Laureles"]));
    assert_eq!(
        (&lemonade["price"]["amount"], &lemonade["is_from"]),
        (&1_290_000.into(), &true.into())
    );
    let arepa = card("Arepa de choclo con quesito");
    assert_eq!(arepa["contains"], serde_json::json!(["milk"]), "from its ingredients");
    assert_eq!(arepa["is_unsure"], false);
    assert_eq!(card("Churrasco")["is_unsure"], true);
    for card in menu {
        let name = card["image"].as_str().unwrap().strip_prefix("/images/").unwrap();
        assert!(store.get(&name.parse().unwrap()).await.unwrap().is_some(), "{card}");
    }
    opened.closes().await;
}
