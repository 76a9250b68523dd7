//! The program and PostgreSQL as real processes, which a test makes fail while clients order.
//!
//! - [`load`]: clients that write down what they ask for before they ask
//! - [`checker`]: what they were told, the log and the read models say the same
//! - [`nemesis`]: when faults happen, from a seed

pub mod checker;
pub mod load;
pub mod nemesis;

use std::net::SocketAddr;
use std::process::Output;
use std::sync::{Arc, Mutex, PoisonError};

use event_store::postgres::PostgresStore;
use fastops::installation::{Databases, Installation, migrate_schema};
use serde_json::{Value, json};
use tokio::time::{Duration, Instant, sleep};
use uuid::Uuid;

use crate::client::{Client, Http, id_in};
use crate::cluster::Cluster;
use crate::log::Log;
use crate::menu::{Menu, branch};
use crate::postgres_proxy::Wire;
use crate::process::{Process, tool};
use crate::system::{PATIENCE, found, new_company, sign_in};

const SLUG: &str = "arepas-del-parque";
const EMAIL: &str = "ana@example.com";

/// The cluster is the rig's own, so that the database it is born with will do.
const DATABASE: &str = "postgres";

/// Branches beside the one of the menu.
const MORE_BRANCHES: [&str; 2] = ["Centro", "Terminal"];

/// See the module.
#[derive(Debug)]
pub struct Rig {
    /// The server; none while it is dead.
    process: Option<Process>,
    /// Its PostgreSQL.
    pub cluster: Cluster,
    /// The line between the two.
    pub wire: Wire,
    /// What everybody orders from.
    pub menu: Arc<Menu>,
    /// Where people order.
    pub branches: Arc<Vec<Uuid>>,
    till: Till,
}

/// Somebody signed in who finds the server wherever it listens by now. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Till {
    http: Http,
    addresses: Arc<Mutex<Addresses>>,
    token: Arc<str>,
}

/// Where a server is by now.
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
    /// The owner.
    pub fn client(&self) -> Client {
        self.visitor().with_token(&self.token)
    }

    /// The owner's token.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// Somebody who has not signed in.
    pub fn visitor(&self) -> Client {
        Client::of(&self.http, self.addresses().public)
    }

    /// Whoever watches over the server.
    pub fn ops(&self) -> Client {
        Client::of(&self.http, self.addresses().ops)
    }

    fn addresses(&self) -> Addresses {
        *self.addresses.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Rig {
    /// A cluster in a folder of its own, a server, and a company with three branches.
    pub async fn start() -> Self {
        Self::on(Cluster::start().await).await
    }

    /// The same on a cluster that is there.
    pub async fn on(cluster: Cluster) -> Self {
        let databases = cluster.databases(DATABASE);
        migrate_schema(&databases).await.expect("the migrations apply");
        let company = new_company(SLUG, EMAIL);
        found(&Installation::new(&databases), company).await;
        let wire = Wire::to(&databases.app);
        let process = Process::serve(&through(&wire, &databases)).await;
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
        Self { process: Some(process), cluster, wire, menu, branches, till }
    }

    /// What clients of it are made from.
    pub const fn till(&self) -> &Till {
        &self.till
    }

    /// The server's process.
    pub fn process(&self) -> &Process {
        self.process.as_ref().expect("it is asked only while it lives")
    }

    /// SIGKILL for the server.
    pub async fn kill(&mut self) {
        self.process.take().expect("it lives").kill().await;
    }

    /// Starts a server where none is, on another port.
    pub async fn serve(&mut self) {
        let process = Process::serve(&through(&self.wire, &self.cluster.databases(DATABASE))).await;
        let addresses = Addresses::of(&process);
        *self.till.addresses.lock().unwrap_or_else(PoisonError::into_inner) = addresses;
        self.process = Some(process);
    }

    /// A second server on the same database, and what clients of it are made from.
    pub async fn beside(&self) -> (Process, Till) {
        let databases = through(&self.wire, &self.cluster.databases(DATABASE));
        let process = Process::serve_beside(&databases).await;
        let till = self.till_at(&process);
        (process, till)
    }

    /// The same, of several that decide for a company in one place.
    pub async fn peer(&self) -> (Process, Till) {
        self.peer_with(&[]).await
    }

    /// The same with more on its command line.
    pub async fn peer_with(&self, more: &[&str]) -> (Process, Till) {
        let databases = through(&self.wire, &self.cluster.databases(DATABASE));
        let process = Process::serve_peer_with(&databases, more).await;
        let till = self.till_at(&process);
        (process, till)
    }

    fn till_at(&self, process: &Process) -> Till {
        Till { addresses: Arc::new(Mutex::new(Addresses::of(process))), ..self.till.clone() }
    }

    /// Waits until the server says that it can do its work; says how long that took.
    pub async fn until_ready(&self) -> Duration {
        let start = Instant::now();
        while self.till.visitor().get("/readyz").send().await.status != 200 {
            assert!(start.elapsed() < PATIENCE, "it does not come back; {}", self.process().log());
            sleep(Duration::from_millis(10)).await;
        }
        start.elapsed()
    }

    /// The log, read past the server and the line.
    pub async fn log(&self) -> Log {
        Log::read(&*self.store()).await
    }

    fn store(&self) -> Arc<PostgresStore> {
        Installation::new(&self.cluster.databases(DATABASE)).store
    }

    /// Runs a command of the program past the line.
    pub async fn tool(&self, args: &[&str]) -> Output {
        tool(&self.cluster.databases(DATABASE), args).await
    }

    /// A connection of the superuser, past the line.
    pub async fn superuser(&self) -> sqlx::PgConnection {
        self.cluster.connect(DATABASE).await
    }

    /// An order of one large one, in the branch with this number.
    pub fn order(&self, number: usize) -> Value {
        order(&self.menu, self.branches[number % self.branches.len()])
    }
}

fn order(menu: &Menu, branch: Uuid) -> Value {
    let mut order = menu.order(0, 1);
    order["branch_id"] = json!(branch);
    order
}

fn through(wire: &Wire, databases: &Databases) -> Databases {
    Databases {
        owner: wire.through(databases.owner.clone()),
        app: wire.through(databases.app.clone()),
        projector: wire.through(databases.projector.clone()),
    }
}
