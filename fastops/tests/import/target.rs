//! A company on a database of its own, and the program that imports into it.

use std::path::Path;
use std::process::{Output, Stdio};
use std::time::Duration;

use commands::identity::{ChangeSubscription, NewCompany, Person};
use domain::shared::{Money, Name, Slug, TenantId};
use event_store::testing::Database;
use event_store::{EventStore, Position, RecordedEvent};
use fastops::companies::set_up;
use fastops::identity::{MasterKey, People};
use fastops::installation::{Databases, Installation};
use fastops::processes::consumers::RunningConsumers;
use projections::sales::report::{GroupBy, SalesFilter, sales};
use projections::{LogPlace, Waited};
use tokio::process::Command;
use tokio_util::sync::CancellationToken;

use crate::year::Totals;

pub(crate) const SLUG: &str = "pizza-place";

pub(crate) struct Target {
    pub(crate) database: Database,
    pub(crate) installation: Installation,
    pub(crate) tenant: TenantId,
}

impl Target {
    pub(crate) async fn set_up() -> Self {
        let database = Database::create().await;
        let databases = Databases {
            owner: database.options("fastops_owner"),
            app: database.options("fastops_app"),
            projector: database.options("fastops_projector"),
        };
        let installation = Installation::new(&databases);
        let company = NewCompany {
            name: Name::parse("Pizza Place").unwrap(),
            slug: Slug::parse(SLUG).unwrap(),
            administrator: Person {
                name: Name::parse("Bruno").unwrap(),
                email: "owner@pizza.example".to_owned(),
            },
            subscription: ChangeSubscription::default(),
        };
        let people = People::new(installation.app.clone(), MasterKey::random());
        let tenant = set_up(&installation, &people, company, "!").await.unwrap();
        Self { database, installation, tenant }
    }

    /// The program with these arguments of `fastops import`, yet to be started.
    pub(crate) fn import(&self, arguments: &[&str]) -> Command {
        self.fastops(&[&["import"], arguments].concat())
    }

    /// The program with these arguments, yet to be started.
    pub(crate) fn fastops(&self, arguments: &[&str]) -> Command {
        let options = self.database.options("fastops_app");
        let url = format!(
            "postgres://fastops_app@localhost/{}?host={}",
            options.get_database().unwrap(),
            options.get_socket().unwrap().display(),
        );
        let mut command = Command::new(env!("CARGO_BIN_EXE_fastops"));
        command
            .args(arguments)
            .env("FASTOPS_DATABASE_URL", url)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command
    }

    pub(crate) fn import_pizza_place(&self, data: &Path) -> Command {
        let data = data.to_str().unwrap();
        self.import(&["pizza-place", "--tenant", SLUG, "--data", data])
    }

    pub(crate) async fn import_to_its_end(&self, data: &Path) {
        succeeded(&self.import_pizza_place(data).output().await.unwrap());
    }

    pub(crate) async fn head(&self) -> Position {
        self.installation.store.head().await.unwrap().position
    }

    /// The whole log.
    pub(crate) async fn events(&self) -> Vec<RecordedEvent> {
        let mut events: Vec<RecordedEvent> = Vec::new();
        loop {
            let after = events.last().map_or(Position::START, |event| event.position);
            let page = self.installation.store.read_all(after, 5_000).await.unwrap();
            if page.is_empty() {
                return events;
            }
            events.extend(page);
        }
    }

    /// What the sales report says once the read models have caught up.
    pub(crate) async fn reported(&self) -> Totals {
        let shutdown = CancellationToken::new();
        let projecting = RunningConsumers::start(&self.installation, &shutdown);
        let head = self.installation.store.head().await.unwrap();
        let place = LogPlace { incarnation: head.incarnation, position: head.position };
        let read_db = &self.installation.read_db;
        let consumers = projections::consumers();
        let names: Vec<&str> = consumers.iter().map(|consumer| consumer.name()).collect();
        let waited = read_db.wait_for(self.tenant, &names, place, Duration::from_mins(5)).await;
        assert_eq!(waited.unwrap(), Waited::Reached);
        shutdown.cancel();
        projecting.ended().await;
        let mut tx = read_db.tenant(self.tenant).await.unwrap();
        let date = |text: &str| text.parse().unwrap();
        let filter = SalesFilter { branch: None, from: date("2015-01-01"), to: date("2026-12-31") };
        let report = sales(&mut tx, filter, GroupBy::Total).await.unwrap();
        tx.finish().await.unwrap();
        let [row] = &report.rows[..] else { panic!("{:?}", report.rows) };
        Totals {
            orders: row.n_orders.unwrap(),
            lines: row.n_lines,
            items: row.n_items,
            gross: Money::saturating(row.gross.amount(), row.gross.currency()),
        }
    }

    /// A figure about the read models.
    pub(crate) async fn figures<T>(&self, query: &'static str) -> Vec<T>
    where
        T: for<'r> sqlx::FromRow<'r, sqlx::postgres::PgRow> + Send + Unpin,
    {
        sqlx::query_as(query).fetch_all(&self.database.projector_pool()).await.unwrap()
    }
}

pub(crate) fn succeeded(output: &Output) {
    assert!(output.status.success(), "the import failed: {}", text(output));
}

/// Everything a program has said.
pub(crate) fn text(output: &Output) -> String {
    String::from_utf8_lossy(&[&output.stdout[..], &output.stderr[..]].concat()).into_owned()
}
