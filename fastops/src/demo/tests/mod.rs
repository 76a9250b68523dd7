//! The demo's restaurant on a real log: its past, its present, its page.

mod menu;

use std::str::FromStr;
use std::sync::atomic::{AtomicU64, Ordering};

use commands::orders::{PlaceOrder, WantedLine};
use domain::catalog::Channel;
use domain::orders::{OrderType, Status};
use domain::shared::{OrderId, Quantity};
use event_store::Position;
use event_store::testing::Database;
use poem::test::TestClient;
use projections::TenantTx;
use projections::orders::order_header::OrderHeader;
use projections::orders::order_list::{self, OrderFilter};
use sqlx::postgres::PgConnectOptions;
use uuid::Uuid;

use super::past_sales::{Progress, place, place_today};
use super::simulator::Pace;
use super::*;

/// A restaurant that has just opened, with its consumers at work.
struct Opened {
    installation: Installation,
    restaurant: Arc<Restaurant>,
    shutdown: CancellationToken,
    projecting: RunningConsumers,
}

impl Opened {
    async fn now() -> Self {
        let opened = Self::not_yet().await;
        opened.restaurant.open(&opened.staff()).await.unwrap();
        opened
    }

    /// The same before it opens.
    async fn not_yet() -> Self {
        let database = Database::create().await;
        let url = std::env::var("FASTOPS_TEST_DATABASE_URL").unwrap();
        let owner = PgConnectOptions::from_str(&url).unwrap();
        let installation = Installation::new(&Databases {
            owner: database.options(owner.get_username()),
            app: database.options("fastops_app"),
            projector: database.options("fastops_projector"),
        });
        let shutdown = CancellationToken::new();
        let projecting = RunningConsumers::start(&installation, &shutdown);
        let restaurant = Arc::new(Restaurant::of(TenantId::from_uuid(Uuid::from_u128(5))));
        Self { installation, restaurant, shutdown, projecting }
    }

    fn staff(&self) -> Staff {
        Staff::new(&self.installation, self.restaurant.tenant, self.shutdown.child_token())
    }

    async fn head(&self) -> Position {
        self.installation.store.head().await.unwrap().position
    }

    /// The read models, once they have caught up.
    async fn read(&self) -> TenantTx {
        let tenant = self.restaurant.tenant;
        let head = self.installation.store.head().await.unwrap();
        let place = LogPlace { incarnation: head.incarnation, position: head.position };
        let names: Vec<&str> = projections::consumers().iter().map(|c| c.name()).collect();
        let timeout = Duration::from_mins(1);
        self.installation.read_db.wait_for(tenant, &names, place, timeout).await.unwrap();
        self.installation.read_db.tenant(tenant).await.unwrap()
    }

    /// All orders.
    async fn orders(&self) -> Vec<OrderHeader> {
        let mut tx = self.read().await;
        let mut orders = Vec::new();
        let mut after = None;
        loop {
            let filter = OrderFilter::default();
            let page = order_list::list(&mut tx, filter, after, 200).await.unwrap();
            orders.extend(page.rows);
            after = page.next;
            if after.is_none() {
                return orders;
            }
        }
    }

    async fn closes(self) {
        self.shutdown.cancel();
        self.projecting.ended().await;
    }
}

/// Counts orders, and cancels after some of them.
struct Counter {
    taken: AtomicU64,
    last: AtomicU64,
    /// How many fourths of the steps it waits for.
    fourths: u64,
    shutdown: CancellationToken,
}

impl Counter {
    fn waiting_for(fourths: u64, shutdown: CancellationToken) -> Self {
        Self { taken: AtomicU64::new(0), last: AtomicU64::new(0), fourths, shutdown }
    }
}

impl Progress for Counter {
    fn begins(&self, n_steps: u64) {
        self.last.store(n_steps * self.fourths / 4, Ordering::Relaxed);
    }

    fn goes_on(&self) {
        if self.taken.fetch_add(1, Ordering::Relaxed) >= self.last.load(Ordering::Relaxed) {
            self.shutdown.cancel();
        }
    }
}

impl Opened {
    /// Sells the two days before today, unless it is cancelled; gives the number of orders.
    async fn sells_the_past(&self, fourths: u64) -> Result<usize, PastSalesError> {
        let shutdown = self.shutdown.child_token();
        let staff = Staff::new(&self.installation, self.restaurant.tenant, shutdown.clone());
        let counter = Counter::waiting_for(fourths, shutdown);
        let placed = place(&self.installation, &self.restaurant, &staff, 2, &counter).await?;
        let n_orders = placed.n_orders();
        placed.finish(&counter).await?;
        Ok(n_orders)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn opening_twice_opens_nothing_new() {
    let opened = Opened::now().await;
    let head = opened.head().await;
    opened.restaurant.open(&opened.staff()).await.unwrap();
    assert_eq!(opened.head().await, head);
    opened.closes().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_past_is_sold_once_however_often_it_is_begun() {
    let opened = Opened::now().await;
    // Two starts that are ended half way: while orders are placed, and while they are cooked.
    for fourths in [1, 3] {
        let outcome = opened.sells_the_past(fourths).await;
        assert!(matches!(outcome, Err(PastSalesError::Leaving)), "{outcome:?}");
    }
    // The next one finishes the rest, and the one after it finds nothing to do.
    let rest = opened.sells_the_past(4).await.unwrap();
    let orders = opened.orders().await;
    assert!((1..orders.len()).contains(&rest), "{rest} of {} were left", orders.len());
    let head = opened.head().await;
    assert_eq!((opened.sells_the_past(4).await.unwrap(), opened.head().await), (0, head));

    let today = Restaurant::business_day().at(opened.installation.clock.now()).date;
    for order in &orders {
        assert!(order.business_date < today, "{order:?}");
        match order.status {
            Status::Delivered => assert!(order.balance.is_zero(), "{order:?}"),
            Status::Cancelled => assert!(order.cancel_reason.is_some(), "{order:?}"),
            _ => panic!("{order:?}"),
        }
    }
    for branch in &opened.restaurant.branches {
        let mut numbers: Vec<(i32, OrderType, u32)> = orders
            .iter()
            .filter(|order| order.branch == *branch)
            .map(|order| (order.series_year(), order.order_type, order.number))
            .collect();
        numbers.sort_unstable();
        numbers.dedup();
        let gapless = numbers.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)).all(|series| {
            series.iter().zip(1..).all(|((.., number), expected)| *number == expected)
        });
        assert!(gapless, "{numbers:?}");
    }
    opened.closes().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn today_is_sold_up_to_now_before_the_first_guest_comes() {
    let opened = Opened::now().await;
    let (staff, shutdown) = (opened.staff(), opened.shutdown.child_token());
    // It never cancels.
    let counter = Counter::waiting_for(8, shutdown);
    let restaurant = &opened.restaurant;
    let today = Restaurant::business_day().at(opened.installation.clock.now()).date;

    let placed = place_today(&opened.installation, restaurant, &staff, &counter).await.unwrap();
    placed.finish(&counter).await.unwrap();

    let (orders, now) = (opened.orders().await, opened.installation.clock.now());
    for branch in &restaurant.branches {
        assert!(orders.iter().any(|order| order.branch == *branch && is_done(order)));
    }
    for order in &orders {
        assert!(order.business_date == today && order.placed_at <= now, "{order:?}");
    }
    opened.closes().await;
}

fn hurried(guests_per_minute: u32) -> Pace {
    let blink = || 1..5;
    Pace {
        guests_per_minute,
        confirm: blink(),
        start: blink(),
        cook: blink(),
        deliver: blink(),
        pay: blink(),
    }
}

impl Opened {
    /// Runs the simulator until an order satisfies `wanted`, then ends it.
    async fn simulate_until(&self, pace: Pace, wanted: impl Fn(&OrderHeader) -> bool) {
        let stop = self.shutdown.child_token();
        let restaurant = Arc::clone(&self.restaurant);
        let simulation = simulator::run(&self.installation, restaurant, pace, stop.clone());
        let watch = async {
            while !self.orders().await.iter().any(&wanted) {
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            stop.cancel();
        };
        let both = Box::pin(async { tokio::join!(simulation, watch) });
        tokio::time::timeout(Duration::from_mins(1), both).await.expect("it happens soon");
    }
}

fn is_done(order: &OrderHeader) -> bool {
    order.status == Status::Delivered && order.balance.is_zero()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_guest_of_the_simulator_is_served_and_pays() {
    let opened = Opened::now().await;
    opened.simulate_until(hurried(240), is_done).await;
    opened.closes().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_that_was_left_open_is_carried_to_its_end_but_not_one_of_the_past() {
    let opened = Opened::now().await;
    opened.sells_the_past(1).await.unwrap_err();
    let order = OrderId::from_uuid(Uuid::from_u128(77));
    let dish = &opened.restaurant.dishes[0][0];
    let two = Quantity::try_new(2).unwrap();
    let lines = vec![WantedLine::plain(dish.product, dish.variant, two)];
    let branch = opened.restaurant.branches[0];
    let (order_type, channel) = (OrderType::DineIn, Channel::default());
    let place = PlaceOrder { order, branch, order_type, channel, lines };
    opened.staff().does(place).await.unwrap();
    let mine = |header: &OrderHeader| header.id == order && is_done(header);
    opened.simulate_until(hurried(0), mine).await;
    for header in opened.orders().await {
        assert!(header.id == order || header.status == Status::Pending, "{header:?}");
    }
    opened.closes().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_and_its_figures_are_served() {
    let opened = Opened::now().await;
    opened.simulate_until(hurried(240), is_done).await;
    let n_orders = opened.orders().await.len() as u64;

    let pages = page::pages(&opened.installation, opened.restaurant.tenant);
    let route = pages.into_iter().fold(poem::Route::new(), |route, (at, page)| route.at(at, page));
    let client = TestClient::new(route);
    let english = client.get("/").header("accept-language", "en").send().await;
    english.assert_header("content-language", "en");
    let html = client.get("/").send().await.0.into_body().into_string().await.unwrap();
    assert!(html.contains("<html lang=\"es-CO\">") && html.contains("Arepas del Parque"), "{html}");
    assert!(!html.contains("{{") && !html.contains("http://cdn") && !html.contains("https://"));

    let figures = client.get("/demo/figures").send().await.0.into_body().into_string().await;
    let figures: serde_json::Value = serde_json::from_str(&figures.unwrap()).unwrap();
    let branches = figures["branches"].as_array().unwrap();
    assert_eq!(branches.len(), 2);
    assert_eq!(branches[0]["name"], "Bogotá Chapinero");
    assert_eq!(branches[0]["past"].as_array().unwrap().len(), 28);
    let counted: u64 = branches
        .iter()
        .flat_map(|branch| branch["orders"].as_object().unwrap().values())
        .map(|n_orders| n_orders.as_u64().unwrap())
        .sum();
    assert_eq!(counted, n_orders);
    let sold: u64 = branches.iter().map(|b| b["sold"]["n_orders"].as_u64().unwrap()).sum();
    assert!((1..=n_orders).contains(&sold), "{figures}");
    assert_eq!(figures["log"], opened.head().await.get());
    assert_eq!(figures["menu"], serde_json::json!([]), "no product has an image yet");
    opened.closes().await;
}
