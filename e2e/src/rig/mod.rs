//! The program and PostgreSQL as real processes that fail while clients place orders.
//!
//! - [`load`]: clients that journal each command before they send it
//! - [`checker`]: compares the journal, the log and the read models
//! - [`nemesis`]: chooses faults and their times from a seed

pub mod checker;
pub mod load;
pub mod nemesis;

use std::net::SocketAddr;
use std::process::Output;
use std::sync::{Arc, Mutex, PoisonError};

use event_store::postgres::PostgresStore;
use fastops::installation::{Databases, Installation};
use fastops::schema::migrate_schema;
use serde_json::{Value, json};
use tokio::time::{Duration, Instant, sleep};
use uuid::Uuid;

use crate::client::{Client, Http, id_in};
use crate::cluster::Cluster;
use crate::log::Log;
use crate::menu::{Menu, branch};
use crate::postgres_proxy::PostgresProxy;
use crate::process::{Process, tool};
use crate::system::{TIMEOUT, found, new_company, sign_in};

const SLUG: &str = "arepas-del-parque";
const EMAIL: &str = "ana@example.com";

/// The cluster is private, so its default database is used.
const DATABASE: &str = "postgres";

/// Branches besides the one of the menu.
const MORE_BRANCHES: [&str; 2] = ["Centro", "Terminal"];

/// A server, its PostgreSQL, and the proxy between them.
#[derive(Debug)]
pub struct Rig {
    /// The server; none while it is killed.
    process: Option<Process>,
    /// Its PostgreSQL.
    pub cluster: Cluster,
    /// The proxy between server and PostgreSQL.
    pub proxy: PostgresProxy,
    /// The menu that clients order from.
    pub menu: Arc<Menu>,
    /// The branches that take orders.
    pub branches: Arc<Vec<Uuid>>,
    till: Till,
}

/// Makes clients of a server, also after the server was restarted on another port. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Till {
    http: Http,
    addresses: Arc<Mutex<Addresses>>,
    token: Arc<str>,
}

/// The current addresses of a server.
#[derive(Debug, Clone, Copy)]
struct Addresses {
    public: SocketAddr,
    ops: SocketAddr,
}

impl Addresses {
    const fn of(process: &Process) -> Self {
        Self { public: process.address, ops: process.ops }
    }
}

impl Till {
    /// A client of the company's owner.
    pub fn client(&self) -> Client {
        self.visitor().with_token(&self.token)
    }

    /// The owner's access token.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// A client without a token.
    pub fn visitor(&self) -> Client {
        Client::of(&self.http, self.addresses().public)
    }

    /// A client of the server's probes and metrics.
    pub fn ops(&self) -> Client {
        Client::of(&self.http, self.addresses().ops)
    }

    /// Sends the requests of its clients, and of all its clones, to the server of another till.
    pub fn move_to(&self, other: &Self) {
        *self.addresses.lock().unwrap_or_else(PoisonError::into_inner) = other.addresses();
    }

    fn addresses(&self) -> Addresses {
        *self.addresses.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Rig {
    /// Starts a private cluster, a server, and a company with three branches.
    pub async fn start() -> Self {
        Self::on(Cluster::start().await).await
    }

    /// The same on an existing cluster.
    pub async fn on(cluster: Cluster) -> Self {
        let databases = cluster.databases(DATABASE);
        migrate_schema(&databases).await.expect("the migrations apply");
        let company = new_company(SLUG, EMAIL);
        found(&Installation::new(&databases), company).await;
        let proxy = PostgresProxy::to(&databases.app);
        let process = Process::serve(&through(&proxy, &databases)).await;
        let http = Http::new();
        let visitor = Client::of(&http, process.address);
        let token = sign_in(&visitor, SLUG, EMAIL).await.into();
        let addresses = Arc::new(Mutex::new(Addresses::of(&process)));
        let till = Till { http, addresses, token };
        let client = till.client();
        let menu = Menu::open(&client).await;
        let mut branches = vec![menu.branch];
        for name in MORE_BRANCHES {
            let opened = client.post("/v1/branches").json(&branch(name)).send().await;
            branches.push(id_in(opened.expect(201), "/branch/id"));
        }
        let (menu, branches) = (Arc::new(menu), Arc::new(branches));
        Self { process: Some(process), cluster, proxy, menu, branches, till }
    }

    /// Makes clients of the server.
    pub const fn till(&self) -> &Till {
        &self.till
    }

    /// The server process.
    pub fn process(&self) -> &Process {
        self.process.as_ref().expect("the server runs")
    }

    /// Kills the server with SIGKILL.
    pub async fn kill(&mut self) {
        self.process.take().expect("the server runs").kill().await;
    }

    /// Starts a server after the former one was killed, on another port.
    pub async fn serve(&mut self) {
        let process =
            Process::serve(&through(&self.proxy, &self.cluster.databases(DATABASE))).await;
        let addresses = Addresses::of(&process);
        *self.till.addresses.lock().unwrap_or_else(PoisonError::into_inner) = addresses;
        self.process = Some(process);
    }

    /// Starts a second server on the same database; it keeps no read models.
    pub async fn second_server(&self) -> (Process, Till) {
        let databases = through(&self.proxy, &self.cluster.databases(DATABASE));
        let process = Process::serve_without_work(&databases).await;
        let till = self.till_at(&process);
        (process, till)
    }

    /// Starts a server with `--peers`: one of several of which one decides for a company.
    pub async fn peer(&self) -> (Process, Till) {
        self.peer_with(&[]).await
    }

    /// The same with more on its command line.
    pub async fn peer_with(&self, more: &[&str]) -> (Process, Till) {
        let databases = through(&self.proxy, &self.cluster.databases(DATABASE));
        let process = Process::serve_peer_with(&databases, more).await;
        let till = self.till_at(&process);
        (process, till)
    }

    fn till_at(&self, process: &Process) -> Till {
        Till { addresses: Arc::new(Mutex::new(Addresses::of(process))), ..self.till.clone() }
    }

    /// Waits until the server is ready; returns how long that took.
    pub async fn until_ready(&self) -> Duration {
        let start = Instant::now();
        while self.till.visitor().get("/readyz").send().await.status != 200 {
            assert!(
                start.elapsed() < TIMEOUT,
                "the server does not get ready; {}",
                self.process().log()
            );
            sleep(Duration::from_millis(10)).await;
        }
        start.elapsed()
    }

    /// Reads the log directly, not through the server or the proxy.
    pub async fn log(&self) -> Log {
        Log::read(&*self.store()).await
    }

    fn store(&self) -> Arc<PostgresStore> {
        Installation::new(&self.cluster.databases(DATABASE)).store
    }

    /// Runs a subcommand of the program, not through the proxy.
    pub async fn tool(&self, args: &[&str]) -> Output {
        tool(&self.cluster.databases(DATABASE), args).await
    }

    /// Connects as the superuser, not through the proxy.
    pub async fn superuser(&self) -> sqlx::PgConnection {
        self.cluster.connect(DATABASE).await
    }

    /// The body of an order of one large variant in the branch with this index.
    pub fn order(&self, number: usize) -> Value {
        order(&self.menu, self.branches[number % self.branches.len()])
    }
}

fn order(menu: &Menu, branch: Uuid) -> Value {
    let mut order = menu.order(0, 1);
    order["branch_id"] = json!(branch);
    order
}

fn through(proxy: &PostgresProxy, databases: &Databases) -> Databases {
    Databases {
        owner: proxy.through(databases.owner.clone()),
        app: proxy.through(databases.app.clone()),
        projector: proxy.through(databases.projector.clone()),
    }
}
