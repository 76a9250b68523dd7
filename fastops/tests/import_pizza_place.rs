//! The import of a pizza place: exact, repeatable, and not to be broken by killing it.
//!
//! Runs on files that a seeded generator makes, and on the real year where `FASTOPS_TEST_DATA` names a
//! folder that holds it.

#![expect(clippy::unwrap_used, reason = "what cannot be set up fails the test")]

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use api::auth::password::Passwords;
use domain::shared::{Currency, Money, Name, Slug, TenantId};
use event_store::EventStore;
use event_store::consumer::Board;
use event_store::testing::Database;
use fastops::companies::{NewCompany, set_up};
use fastops::config::{NamedSecret, Secrets};
use fastops::installation::{Databases, Installation};
use fastops::projecting::Projecting;
use fastops::serving::{Serving, service};
use metrics_exporter_prometheus::PrometheusBuilder;
use poem::test::TestClient;
use projections::{LogPlace, Waited};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::process::{Child, Command};
use tokio_util::sync::CancellationToken;

const EMAIL: &str = "owner@pizza.example";
const PASSWORD: &str = "una clave larga";

/// What an import has to come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Totals {
    orders: u64,
    lines: u64,
    items: u64,
    gross: Money,
}

fn usd(cents: i64) -> Money {
    Money::try_new(cents, Currency::USD).unwrap()
}

/// A small year in the five published files' form, the same for the same seed.
fn generated(folder: &Path, n_orders: u64, seed: u64) -> Totals {
    let mut rng = StdRng::seed_from_u64(seed);
    let sizes = [("S", 975), ("M", 1_250), ("L", 2_075)];
    let mut types = "pizza_type_id,name,category,ingredients\n".to_owned();
    let mut pizzas = "pizza_id,pizza_type_id,size,price\n".to_owned();
    for n in 0..8 {
        let category = ["Classic", "Veggie"][n % 2];
        writeln!(types, "type_{n},The Pizza {n},{category},\"Tomatoes, Garlic\"").unwrap();
        for (size, cents) in sizes {
            let cents = cents + i64::try_from(n).unwrap() * 25;
            let price = usd(cents).to_major();
            writeln!(pizzas, "type_{n}_{size},type_{n},{size},{price}").unwrap();
        }
    }
    let mut orders = "order_id,date,time\n".to_owned();
    let mut details = "order_details_id,order_id,pizza_id,quantity\n".to_owned();
    let mut totals = Totals { orders: n_orders, lines: 0, items: 0, gross: usd(0) };
    for order in 1..=n_orders {
        // The first day has the hour that summer time skips, the second the one that winter repeats.
        let date = ["2015-03-08", "2015-11-01", "2015-07-04"]
            [usize::try_from(order * 3 / (n_orders + 1)).unwrap()];
        let (hour, minute) = ((order * 3 % n_orders) * 24 / n_orders, order % 60);
        writeln!(orders, "{order},{date},{hour:02}:{minute:02}:36").unwrap();
        let first = rng.random_range(0..24_usize);
        for place in 0..rng.random_range(1..5_usize) {
            let pizza = (first + place * 5) % 24;
            let (kind, (size, cents)) = (pizza / 3, sizes[pizza % 3]);
            let quantity = rng.random_range(1..4_u32);
            totals.lines += 1;
            totals.items += u64::from(quantity);
            let price = usd(cents + i64::try_from(kind).unwrap() * 25);
            totals.gross = totals.gross.plus(price.times(quantity).unwrap()).unwrap();
            writeln!(details, "{},{order},type_{kind}_{size},{quantity}", totals.lines).unwrap();
        }
    }
    for (file, text) in [
        ("pizza_types.csv", types),
        ("pizzas.csv", pizzas),
        ("orders.csv", orders),
        ("order_details.csv", details),
    ] {
        std::fs::write(folder.join(file), text).unwrap();
    }
    totals
}

/// A company on a database of its own, and the program that imports into it.
struct Target {
    database: Database,
    installation: Installation,
    tenant: TenantId,
}

impl Target {
    async fn set_up() -> Self {
        let database = Database::create().await;
        let databases = Databases {
            owner: database.options("fastops_owner"),
            app: database.options("fastops_app"),
            projector: database.options("fastops_projector"),
        };
        let installation = Installation::new(&databases);
        let company = NewCompany {
            name: Name::parse("Pizza Place").unwrap(),
            slug: Slug::parse("pizza-place").unwrap(),
            email: EMAIL.to_owned(),
            password_hash: Passwords::new().hash(PASSWORD.to_owned()).await.unwrap(),
        };
        let tenant = set_up(&installation, company).await.unwrap();
        Self { database, installation, tenant }
    }

    fn import(&self, data: &Path) -> Child {
        let options = self.database.options("fastops_app");
        let url = format!(
            "postgres://fastops_app@localhost/{}?host={}",
            options.get_database().unwrap(),
            options.get_socket().unwrap().display(),
        );
        Command::new(env!("CARGO_BIN_EXE_fastops"))
            .args(["import", "pizza-place", "--tenant", "pizza-place", "--data"])
            .arg(data)
            .env("FASTOPS_DATABASE_URL", url)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap()
    }

    async fn import_to_its_end(&self, data: &Path) {
        let ended = self.import(data).wait().await.unwrap();
        assert!(ended.success(), "the import failed: {ended}");
    }

    async fn head(&self) -> u64 {
        self.installation.store.head().await.unwrap().position.get()
    }

    /// What the sales report says once the read models have caught up.
    async fn reported(&self) -> Totals {
        let shutdown = CancellationToken::new();
        let projecting = Projecting::start(&self.installation, &shutdown);
        let head = self.installation.store.head().await.unwrap();
        let place = LogPlace { incarnation: head.incarnation, position: head.position };
        let read_db = &self.installation.read_db;
        let patience = Duration::from_mins(5);
        let waited = read_db.wait_for(self.tenant, &["sales", "orders"], place, patience).await;
        assert_eq!(waited.unwrap(), Waited::Reached);
        let row = self.report().await;
        shutdown.cancel();
        projecting.ended().await;
        let count = |field: &str| row[field].as_u64().unwrap();
        assert_eq!(row["gross"]["currency"], "USD");
        Totals {
            orders: count("orders"),
            lines: count("lines"),
            items: count("items"),
            gross: usd(row["gross"]["amount"].as_i64().unwrap()),
        }
    }

    /// The one row of `GET /v1/reports/sales`, as the owner gets it.
    async fn report(&self) -> Value {
        let current = NamedSecret { id: "1".to_owned(), bytes: vec![7; 32] };
        let serving = Serving {
            secrets: Secrets { current, previous: None },
            board: Board::default(),
            metrics: PrometheusBuilder::new().build_recorder().handle(),
            pages: Vec::new(),
        };
        let client = TestClient::new(service(&self.installation, serving).await.unwrap());
        let login = json!({ "email": EMAIL, "password": PASSWORD });
        let session = client.post("/v1/auth/login").body_json(&login).send().await.json().await;
        let token = session.value().object().get("access_token").string().to_owned();
        let report = client
            .get("/v1/reports/sales?from=2015-01-01&to=2015-12-31")
            .header("Authorization", format!("Bearer {token}"))
            .send()
            .await;
        report.assert_status_is_ok();
        let body: Value = report.json().await.value().deserialize();
        assert_eq!(body["data"].as_array().unwrap().len(), 1, "{body}");
        body["data"][0].clone()
    }

    /// The numbers of all orders, in order.
    async fn numbers(&self) -> Vec<i64> {
        sqlx::query_scalar("SELECT number::bigint FROM orders ORDER BY number")
            .fetch_all(&self.database.projector_pool())
            .await
            .unwrap()
    }

    async fn expect(&self, totals: Totals) {
        assert_eq!(self.reported().await, totals);
        let gapless: Vec<i64> = (1..).take(usize::try_from(totals.orders).unwrap()).collect();
        assert_eq!(self.numbers().await, gapless);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_generated_year_is_imported_to_the_cent_and_only_once() {
    let folder = TempDir::new().unwrap();
    let totals = generated(folder.path(), 300, 7);
    let target = Target::set_up().await;
    target.import_to_its_end(folder.path()).await;
    target.expect(totals).await;
    let head = target.head().await;
    target.import_to_its_end(folder.path()).await;
    assert_eq!(target.head().await, head);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_killed_at_any_moment_goes_on_where_it_was() {
    let rounds = std::env::var("FASTOPS_ROUNDS").ok().and_then(|n| n.parse().ok()).unwrap_or(3);
    let folder = TempDir::new().unwrap();
    let totals = generated(folder.path(), 400, 11);
    let target = Target::set_up().await;
    let mut rng = StdRng::seed_from_u64(3);
    for _ in 0..rounds {
        let mut import = target.import(folder.path());
        tokio::time::sleep(Duration::from_millis(rng.random_range(150..900))).await;
        import.kill().await.unwrap();
    }
    target.import_to_its_end(folder.path()).await;
    target.expect(totals).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bad_row_keeps_everything_out() {
    let folder = TempDir::new().unwrap();
    generated(folder.path(), 20, 5);
    let details = folder.path().join("order_details.csv");
    let mut text = std::fs::read_to_string(&details).unwrap();
    text.push_str("900,1,type_1_XXXL,1\n901,1,type_1_S,0\n902,99999,type_1_S,1\n");
    std::fs::write(&details, text).unwrap();
    let target = Target::set_up().await;
    let head = target.head().await;
    let ended = target.import(folder.path()).wait().await.unwrap();
    assert!(!ended.success());
    assert_eq!(target.head().await, head);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_real_year_is_imported_to_the_cent() {
    let Some(data) = std::env::var_os("FASTOPS_TEST_DATA") else { return };
    let target = Target::set_up().await;
    target.import_to_its_end(&PathBuf::from(data).join("pizza-place")).await;
    let gross = usd(81_786_005);
    target.expect(Totals { orders: 21_350, lines: 48_620, items: 49_574, gross }).await;
}
