//! A whole system: a database, a process that serves it, and a company whose owner has signed in.

use std::sync::Arc;
use std::time::Duration;

use commands::identity::{Accounts, ChangeSubscription, NewCompany, Person};
use domain::orders::Order;
use domain::shared::{Name, OrderId, Slug, TenantId, UserId};
use event_store::postgres::PostgresStore;
use event_store::{EventStore, Revision, StreamId};
use fastops::companies::set_up;
use fastops::identity::People;
use fastops::installation::Installation;
use serde_json::json;
use uuid::Uuid;

use crate::client::{Client, Http};
use crate::log::Log;
use crate::node::Node;
use crate::postgres_proxy::PostgresProxy;
use crate::raw;
use crate::silence::Silence;
use crate::site::{OPERATOR_TOKEN, Site, master_key};

/// The password of every owner.
pub const PASSWORD: &str = "una clave para las pruebas";

/// [`PASSWORD`], hashed once with today's parameters.
const PASSWORD_HASH: &str = "$argon2id$v=19$m=19456,t=2,p=1$RrmMTgeGrTd/wyEoAdnbIw\
                             $jNd1CPB1nPxah/16tRxkh9+fatpWyNqJ2waouBpwU4o";

/// How long a test waits for a condition before it fails.
pub const TIMEOUT: Duration = Duration::from_secs(30);

/// A database, one server and one company. Dropping it removes all of them.
#[derive(Debug)]
pub struct System {
    /// What remains after a crash of the server.
    pub site: Site,
    /// The company that exists from the start.
    pub company: Company,
    node: Option<Node>,
    http: Http,
    store: Arc<PostgresStore>,
}

/// A company and its owner's access token.
#[derive(Debug, Clone)]
pub struct Company {
    /// Its id.
    pub tenant: TenantId,
    /// Its owner.
    pub owner: UserId,
    /// Its short name.
    pub slug: String,
    /// The e-mail address of its owner.
    pub email: String,
    token: String,
}

impl Company {
    /// The access token of its owner.
    pub fn token(&self) -> &str {
        &self.token
    }
}

impl System {
    /// Starts a system with one company.
    pub async fn start() -> Self {
        Self::on(Site::new().await).await
    }

    /// The same with a proxy that can cut the connections to PostgreSQL.
    pub async fn start_behind_a_proxy() -> (Self, PostgresProxy) {
        let (site, proxy) = Site::behind_a_proxy().await;
        (Self::on(site).await, proxy)
    }

    /// The same with shared parts that the test has prepared.
    pub async fn on(site: Site) -> Self {
        let node = Node::start(&site, Silence::None).await;
        let http = Http::new();
        let store = site.database.store();
        let company = company(&node, &http, "arepas-del-parque", "ana@example.com").await;
        Self { site, company, node: Some(node), http, store }
    }

    /// Sets up another company with another owner.
    pub async fn second_company(&self) -> Company {
        self.company_of("pizza-place", "bruno@example.com").await
    }

    /// Sets up another company with this short name and the owner's e-mail address.
    pub async fn company_of(&self, slug: &str, email: &str) -> Company {
        company(self.node(), &self.http, slug, email).await
    }

    /// The client of the first company's owner.
    pub fn client(&self) -> Client {
        self.client_of(&self.company)
    }

    /// The client of a company's owner.
    pub fn client_of(&self, company: &Company) -> Client {
        self.visitor().with_token(&company.token)
    }

    /// A client without a token.
    pub fn visitor(&self) -> Client {
        Client::of(&self.http, self.node().address)
    }

    /// The client of the operator.
    pub fn operator(&self) -> Client {
        self.visitor().with_token(OPERATOR_TOKEN)
    }

    /// Sends bytes over a fresh connection and reads until the server closes it.
    pub async fn send(&self, bytes: &[u8]) -> raw::Reply {
        raw::send(self.node().address, bytes).await
    }

    /// The server process.
    pub fn node(&self) -> &Node {
        self.node.as_ref().expect("no request is made between crash and restart")
    }

    /// Kills the server at once.
    pub fn crash(&mut self) {
        self.node = None;
    }

    /// Starts a server; one that is running crashes first.
    pub async fn restart(&mut self, silence: Silence) {
        self.crash();
        self.node = Some(Node::start(&self.site, silence).await);
    }

    /// Reads the whole log.
    pub async fn log(&self) -> Log {
        Log::read(self.store()).await
    }

    /// The event types of an order of the first company.
    pub async fn history(&self, order: Uuid) -> Vec<String> {
        let stream = StreamId::of::<Order>(self.company.tenant, &OrderId::from_uuid(order));
        let tails = [(stream, Revision::START)];
        let read = self.store.read_streams(self.company.tenant, &tails).await;
        let events = read.expect("the log answers").into_iter().flatten();
        events.map(|event| event.event_type).collect()
    }

    /// The log, read without the server.
    pub fn store(&self) -> &dyn EventStore {
        &*self.store
    }
}

/// The request for a company whose owner has this e-mail address.
pub fn new_company(slug: &str, email: &str) -> NewCompany {
    NewCompany {
        name: Name::parse(slug).expect("a short name is a name"),
        slug: Slug::parse(slug).expect("a test names companies well"),
        administrator: Person {
            name: Name::parse("Ana Restrepo").expect("it is a name"),
            email: email.to_owned(),
        },
        subscription: ChangeSubscription::default(),
    }
}

/// Sets up a company under the master key of the tests; its owner has [`PASSWORD`].
pub async fn found(installation: &Installation, company: NewCompany) -> TenantId {
    let people = People::new(installation.app.clone(), master_key());
    set_up(installation, &people, company, PASSWORD_HASH).await.expect("a company is set up")
}

/// Signs in a company's owner and returns the access token.
pub async fn sign_in(visitor: &Client, slug: &str, email: &str) -> String {
    let login = json!({"email": email, "password": PASSWORD, "tenant": slug});
    let session = visitor.post("/v1/auth/login").no_key().json(&login).send().await;
    session.expect(200)["access_token"].as_str().expect("a token is a text").to_owned()
}

async fn company(node: &Node, http: &Http, slug: &str, email: &str) -> Company {
    let new = new_company(slug, email);
    let installation = node.installation.clone();
    let (known, at) = (email.to_owned(), slug.to_owned());
    let found = node.run(async move {
        let tenant = found(&installation, new).await;
        let people = People::new(installation.app.clone(), master_key());
        let accounts = people.of_email(&known, Some(&at)).await.expect("accounts are readable");
        (tenant, accounts)
    });
    let (tenant, accounts) = found.await;
    let [account] = &accounts[..] else { panic!("{email} has one account in {slug}") };
    let token = sign_in(&Client::of(http, node.address), slug, email).await;
    let (slug, email) = (slug.to_owned(), email.to_owned());
    Company { tenant, owner: account.user, slug, email, token }
}
