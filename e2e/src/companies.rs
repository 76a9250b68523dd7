//! Companies that place orders on a database whose read models other processes keep.

use std::collections::BTreeMap;

use chrono_tz::America::Bogota;
use commands::catalog::{AddCategory, AddProduct, ProductRequest, VariantRequest};
use commands::identity::{ChangeSubscription, OpenBranch, RegisterTenant};
use commands::orders::{MoveOrder, PlaceOrder, Step, TakeCash, WantedLine};
use commands::{CommandError, Commands, Correlation, Intent, Request, Scope};
use domain::catalog::Channel;
use domain::orders::OrderType;
use domain::shared::{
    BranchId, CategoryId, CommandId, CorrelationId, Currency, CutOff, EmailKey, Money, Name,
    OrderId, PaymentId, ProductId, Quantity, Slug, TenantId, UserId, VariantId,
};
use event_store::testing::Database;
use event_store::{EventStore, Position};
use fastops::installation::{Databases, Installation};
use fastops::processes::consumers::RunningConsumers;
use sqlx::AssertSqlSafe;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{Duration, Instant, sleep};
use tokio_util::sync::CancellationToken;

use crate::fresh;

/// The number of companies: enough for several lanes.
const COMPANIES: usize = 6;

/// The number of branches per company; all of them order concurrently.
const BRANCHES: usize = 2;

/// The price of the product, in hundredths of a peso.
const PRICE: i64 = 1_850_000;

/// How long read models may take to catch up on a busy machine.
const TIMEOUT: Duration = Duration::from_mins(2);

/// Companies that place orders from the test's own process.
#[derive(Debug)]
pub struct Companies {
    /// How processes reach the database.
    pub databases: Databases,
    installation: Installation,
    tills: Vec<Till>,
    /// Stops following the log when it is dropped.
    _following: tokio_util::sync::DropGuard,
}

/// The content of the read models: per table the number of rows and a hash over them.
pub type Fingerprint = BTreeMap<String, (i64, String)>;

/// Orders that are being placed in the background.
#[derive(Debug)]
pub struct Orders {
    placing: JoinHandle<Vec<Duration>>,
    enough: CancellationToken,
}

/// A branch that takes orders.
#[derive(Debug, Clone)]
struct Till {
    commands: Commands,
    scope: Scope,
    branch: BranchId,
    dish: (ProductId, VariantId),
}

impl Companies {
    /// Sets up the companies in a database of their own. No process keeps its read models.
    pub async fn open() -> Self {
        let database = Database::create().await;
        let databases = Databases {
            owner: database.options("fastops_owner"),
            app: database.options("fastops_app"),
            projector: database.options("fastops_projector"),
        };
        Self::on(databases).await
    }

    /// Sets up the companies in an existing database.
    pub async fn on(databases: Databases) -> Self {
        let installation = Installation::new(&databases);
        let following = CancellationToken::new();
        installation.follow(&following);
        let mut tills = Vec::new();
        for number in 0..COMPANIES {
            tills.extend(company(&installation.commands, number).await);
        }
        Self { databases, installation, tills, _following: following.drop_guard() }
    }

    /// Places `n_orders` orders over all tills concurrently; each is confirmed and paid.
    pub async fn order(&self, n_orders: usize) {
        let mut tills = JoinSet::new();
        for (number, till) in self.tills.iter().cloned().enumerate() {
            let n_of_till = (n_orders + number) / self.tills.len();
            tills.spawn(async move {
                for _ in 0..n_of_till {
                    till.serve().await;
                }
            });
        }
        while let Some(served) = tills.join_next().await {
            served.expect("every order is served");
        }
    }

    /// Keeps placing orders, with a pause after each, until it is stopped.
    pub fn keep_ordering(&self, pause: Duration) -> Orders {
        let enough = CancellationToken::new();
        let mut tills = JoinSet::new();
        for till in &self.tills {
            let (till, enough) = (till.clone(), enough.clone());
            tills.spawn(async move {
                let mut took = Vec::new();
                while !enough.is_cancelled() {
                    took.push(till.serve().await);
                    enough.run_until_cancelled(sleep(pause)).await;
                }
                took
            });
        }
        let placing = tokio::spawn(async move {
            let mut all = Vec::new();
            while let Some(took) = tills.join_next().await {
                all.extend(took.expect("every order is served"));
            }
            all
        });
        Orders { placing, enough }
    }

    /// The position of the log's last event.
    pub async fn head(&self) -> Position {
        self.installation.store.head().await.expect("the log answers").position
    }

    /// The position of a consumer's slowest lane; [`Position::START`] if lanes are missing.
    pub async fn position(&self, consumer: &str) -> Position {
        let lowest: Option<i64> = sqlx::query_scalar(
            "SELECT min(position) FROM checkpoints WHERE consumer = $1 HAVING count(*) = 12",
        )
        .bind(consumer)
        .fetch_optional(&self.installation.projector)
        .await
        .expect("checkpoints are readable");
        Position::from_i64(lowest.unwrap_or_default())
    }

    /// Waits until a consumer has reached the current end of the log.
    pub async fn until_at_end(&self, consumer: &str) {
        let (head, deadline) = (self.head().await, Instant::now() + TIMEOUT);
        loop {
            let position = self.position(consumer).await;
            if position >= head {
                return;
            }
            assert!(Instant::now() < deadline, "{consumer} is at {position}, not at {head}");
            sleep(Duration::from_millis(50)).await;
        }
    }

    /// Waits until all read models have applied the whole log.
    pub async fn until_shown(&self) {
        for consumer in projections::consumer_names() {
            self.until_at_end(consumer).await;
        }
    }

    /// The content of the read models.
    pub async fn fingerprint(&self) -> Fingerprint {
        let mut fingerprint = Fingerprint::new();
        for table in self.read_models().await {
            let sql = format!(
                "SELECT count(*), md5(coalesce(string_agg(r, '' ORDER BY r), ''))
                 FROM (SELECT md5(to_jsonb(t)::text) AS r FROM {table} t) AS rows"
            );
            let rows = sqlx::query_as(AssertSqlSafe(sql)).fetch_one(&self.installation.projector);
            fingerprint.insert(table, rows.await.expect("read models are readable"));
        }
        fingerprint
    }

    /// The content of the read models after they are emptied and built again from the log by one
    /// process. No other process may keep them meanwhile.
    pub async fn fingerprint_of_log(&self) -> Fingerprint {
        for table in self.read_models().await {
            self.as_projector(&format!("TRUNCATE {table}")).await;
        }
        for consumer in projections::consumer_names() {
            self.as_projector(&format!("DELETE FROM checkpoints WHERE consumer = '{consumer}'"))
                .await;
        }
        let shutdown = CancellationToken::new();
        let projecting = RunningConsumers::start(&self.installation, &shutdown);
        self.until_shown().await;
        shutdown.cancel();
        projecting.ended().await;
        self.fingerprint().await
    }

    /// The adapters of this database, for a test that runs consumers itself.
    pub const fn installation(&self) -> &Installation {
        &self.installation
    }

    /// The tables that consumers write: the only live tables that the projector may truncate.
    async fn read_models(&self) -> Vec<String> {
        let tables: Vec<String> = sqlx::query_scalar(
            "SELECT oid::regclass::text
             FROM pg_class
             WHERE relkind IN ('r', 'p') AND has_table_privilege(current_user, oid, 'TRUNCATE')
               AND relnamespace = 'public'::regnamespace",
        )
        .fetch_all(&self.installation.projector)
        .await
        .expect("the catalogue is readable");
        assert!(tables.len() > 8, "{tables:?}");
        tables
    }

    async fn as_projector(&self, sql: &str) {
        let done = sqlx::query(AssertSqlSafe(sql.to_owned())).execute(&self.installation.projector);
        done.await.expect("the projector may do this");
    }
}

impl Orders {
    /// Stops after the current orders; returns how long placing each order took.
    pub async fn stop(self) -> Vec<Duration> {
        self.enough.cancel();
        self.placing.await.expect("every order is served")
    }
}

impl Till {
    /// Places an order, confirms it and takes the payment; returns how long placing took.
    async fn serve(&self) -> Duration {
        let order = OrderId::from_uuid(fresh());
        let (product, variant) = self.dish;
        let quantity = Quantity::try_new(1).expect("one is a quantity");
        let lines = vec![WantedLine::plain(product, variant, quantity)];
        let begun = Instant::now();
        let (branch, order_type) = (self.branch, OrderType::DineIn);
        let channel = Channel::default();
        self.execute(PlaceOrder { order, branch, order_type, channel, lines }).await;
        let took = begun.elapsed();
        self.execute(MoveOrder { order, seen: None, step: Step::Confirm }).await;
        let (payment, amount) = (PaymentId::from_uuid(fresh()), price());
        let tendered = Some(amount);
        self.execute(TakeCash { payment, order, seen: None, amount, tendered }).await;
        took
    }

    async fn execute<I: Intent + Clone>(&self, intent: I) {
        execute(&self.commands, &self.scope, intent).await;
    }
}

/// Executes a command; retries while other commands occupy the same streams.
async fn execute<I: Intent + Clone>(commands: &Commands, scope: &Scope, intent: I) {
    let request = Request::live(CommandId::from_uuid(fresh()));
    let deadline = Instant::now() + TIMEOUT;
    loop {
        match commands.execute(scope, request, intent.clone()).await {
            Ok(_) => return,
            Err(CommandError::World(world)) if Instant::now() < deadline => {
                sleep(Duration::from_millis(20)).await;
                drop(world);
            }
            Err(error) => panic!("{}: {error}", I::OPERATION),
        }
    }
}

async fn company(commands: &Commands, number: usize) -> Vec<Till> {
    let (tenant, owner) = (TenantId::from_uuid(fresh()), UserId::from_uuid(fresh()));
    let trace = format!("00-{}-b7ad6b7169203331-01", fresh().simple());
    let id = CorrelationId::from_uuid(fresh());
    let scope = Scope::user(tenant, owner, Correlation { id, traceparent: Some(trace.into()) });
    let slug = Slug::parse(&format!("company-{number}")).expect("that is a short name");
    let email = EmailKey::from_bytes([0; 32]);
    let register = RegisterTenant {
        tenant,
        name: name("Arepas"),
        slug,
        owner,
        email,
        has_joined: true,
        subscription: ChangeSubscription::default(),
    };
    execute(commands, &scope, register).await;
    let category = CategoryId::from_uuid(fresh());
    execute(commands, &scope, AddCategory { category, name: name("Arepas"), place: 1 }).await;
    let dish = (ProductId::from_uuid(fresh()), VariantId::from_uuid(fresh()));
    let variants = vec![VariantRequest::new(None, dish.1, name("Grande"), price())];
    let request = ProductRequest::new(name("Arepa"), category, variants);
    execute(commands, &scope, AddProduct { product: dish.0, request }).await;
    let mut tills = Vec::new();
    for number in 0..BRANCHES {
        let branch = BranchId::from_uuid(fresh());
        let open = OpenBranch {
            branch,
            name: name(&format!("Sede {number}")),
            time_zone: Bogota,
            currency: Currency::COP,
            cut_off: CutOff::MIDNIGHT,
        };
        execute(commands, &scope, open).await;
        tills.push(Till { commands: commands.clone(), scope: scope.clone(), branch, dish });
    }
    tills
}

fn name(text: &str) -> Name {
    Name::parse(text).expect("tests name things well")
}

fn price() -> Money {
    Money::try_new(PRICE, Currency::COP).expect("that is an amount")
}
