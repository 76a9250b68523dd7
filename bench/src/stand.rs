//! The system under test: a durable cluster, and the program as its users run it.

use domain::shared::TenantId;
use e2e::Client;
use e2e::client::Http;
use e2e::cluster::Cluster;
use e2e::process::Process;
use e2e::system::{found, new_company, sign_in};
use event_store::EventStore;
use event_store::kafka::{RELAY, Topic};
use fastops::installation::{Databases, Installation};
use fastops::schema::migrate_schema;
use sqlx::PgConnection;
use tokio::time::{Duration, sleep, timeout};

/// The number of companies.
pub(crate) const TENANTS: usize = 20;

const DATABASE: &str = "fastops";

/// A limit beyond what the read models need to catch up after any part of the benchmark.
const SETTLED_WITHIN: Duration = Duration::from_mins(5);

/// The cluster, the server and the companies.
#[derive(Debug)]
pub(crate) struct Stand {
    pub(crate) cluster: Cluster,
    pub(crate) databases: Databases,
    /// The companies, in the order of their numbers.
    pub(crate) tenants: Vec<TenantId>,
    server: Option<Process>,
    http: Http,
}

impl Stand {
    /// Sets everything up and starts the server.
    pub(crate) async fn start() -> Self {
        let cluster = Cluster::start().await;
        let databases = database(&cluster, DATABASE).await;
        let installation = Installation::new(&databases);
        let mut tenants = Vec::new();
        for number in 0..TENANTS {
            let company = new_company(&slug(number), &email(number));
            tenants.push(found(&installation, company).await);
        }
        let server = Some(Process::serve(&databases).await);
        Self { cluster, databases, tenants, server, http: Http::new() }
    }

    /// The process of the server.
    pub(crate) fn server(&self) -> &Process {
        self.server.as_ref().expect("nothing is asked of it while it is restarted")
    }

    /// Stops the server, and starts it again after `meanwhile`.
    pub(crate) async fn restart(&mut self, meanwhile: impl Future<Output = ()>) {
        if let Some(server) = self.server.take() {
            server.kill().await;
        }
        meanwhile.await;
        self.server = Some(Process::serve(&self.databases).await);
    }

    /// Stops the server as its users would, and everything else.
    pub(crate) async fn end(self) {
        if let Some(server) = self.server {
            server.stop().await;
        }
    }

    /// Replaces the server with one that publishes the log and keeps no read models.
    pub(crate) async fn publish(&mut self, topic: &Topic) {
        if let Some(server) = self.server.take() {
            server.kill().await;
        }
        self.server = Some(Process::publish(&self.databases, topic).await);
    }

    /// The owner of a company, signed in, with the token.
    pub(crate) async fn owner(&self, number: usize) -> (Client, String) {
        let visitor = Client::of(&self.http, self.server().address);
        let token = sign_in(&visitor, &slug(number), &email(number)).await;
        (visitor.with_token(&token), token)
    }

    /// The sum and the number of samples of a histogram of the server.
    pub(crate) async fn histogram(&self, name: &str) -> (f64, f64) {
        samples(&self.server().metrics().await, name)
    }

    /// Waits until every read model is up to date.
    ///
    /// # Panics
    ///
    /// If they are not, long after they should be.
    pub(crate) async fn settled(&self) {
        timeout(SETTLED_WITHIN, self.show_everything()).await.expect("the read models catch up");
    }

    async fn show_everything(&self) {
        let mut owner = self.connect().await;
        loop {
            let settled: Option<bool> = sqlx::query_scalar(
                "SELECT min(c.position) >= max(h.position) FROM checkpoints c, log_head h
                 WHERE c.consumer <> $1",
            )
            // It keeps no read model, and stands still once no relay publishes.
            .bind(RELAY)
            .fetch_one(&mut owner)
            .await
            .expect("the checkpoints can be read");
            if settled == Some(true) {
                return;
            }
            sleep(Duration::from_millis(5)).await;
        }
    }

    /// A connection of the superuser.
    pub(crate) async fn connect(&self) -> PgConnection {
        self.cluster.connect(DATABASE).await
    }

    /// The number of orders in the log.
    pub(crate) async fn orders(&self) -> u64 {
        let mut owner = self.connect().await;
        let orders: i64 =
            sqlx::query_scalar("SELECT count(*) FROM events WHERE event_type = 'order.placed'")
                .fetch_one(&mut owner)
                .await
                .expect("the superuser may count");
        orders.cast_unsigned()
    }

    /// The number of orders that the read model shows.
    pub(crate) async fn orders_shown(&self) -> u64 {
        let orders = sqlx::query_scalar("SELECT count(*) FROM orders");
        let orders: i64 =
            orders.fetch_one(&mut self.connect().await).await.expect("the superuser may count");
        orders.cast_unsigned()
    }

    /// The number of events in the log.
    pub(crate) async fn events(&self) -> u64 {
        let store = Installation::new(&self.databases).store;
        store.head().await.expect("the log answers").position.get()
    }
}

/// Creates another database with the schema.
pub(crate) async fn database(cluster: &Cluster, name: &str) -> Databases {
    cluster.create(name).await;
    let databases = cluster.databases(name);
    migrate_schema(&databases).await.expect("the migrations apply");
    databases
}

/// The sum and the number of a histogram's samples, from the Prometheus text format.
pub(crate) fn samples(page: &str, name: &str) -> (f64, f64) {
    let value = |suffix: &str| {
        let line = page.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(suffix));
        line.and_then(|value| value.trim().parse().ok()).unwrap_or_default()
    };
    (value("_sum"), value("_count"))
}

fn slug(number: usize) -> String {
    format!("company-{number}")
}

pub(crate) fn email(number: usize) -> String {
    format!("owner-{number}@example.com")
}
