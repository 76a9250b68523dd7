//! A whole system: a database, a process that serves it, and a company whose owner has signed in.

use std::sync::Arc;
use std::time::Duration;

use commands::identity::{Accounts, ChangeSubscription, NewCompany, Person};
use domain::orders::Order;
use domain::shared::{Name, OrderId, Slug, TenantId, UserId};
use event_store::postgres::PostgresStore;
use event_store::{EventStore, Revision, StreamId};
use fastops::companies::set_up;
use fastops::installation::Installation;
use fastops::people::People;
use serde_json::json;
use uuid::Uuid;

use crate::client::{Client, Http};
use crate::log::Log;
use crate::node::Node;
use crate::postgres_proxy::Wire;
use crate::raw;
use crate::silence::Silence;
use crate::site::{OPERATOR_TOKEN, Site, master_key};

/// The password of every owner.
pub const PASSWORD: &str = "una clave para las pruebas";

/// [`PASSWORD`], hashed once with today's parameters.
const PASSWORD_HASH: &str = "$argon2id$v=19$m=19456,t=2,p=1$RrmMTgeGrTd/wyEoAdnbIw\
                             $jNd1CPB1nPxah/16tRxkh9+fatpWyNqJ2waouBpwU4o";

/// How long anything may take that is waited for.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// See the module. Everything in it ends with it.
#[derive(Debug)]
pub struct System {
    /// What outlives a crash.
    pub site: Site,
    /// The company that is there from the beginning.
    pub company: Company,
    node: Option<Node>,
    http: Http,
    store: Arc<PostgresStore>,
}

/// A company with its owner's sign-in.
#[derive(Debug, Clone)]
pub struct Company {
    /// Its id.
    pub tenant: TenantId,
    /// Its owner.
    pub owner: UserId,
    /// Its short name.
    pub slug: String,
    /// Its owner's address.
    pub email: String,
    token: String,
}

impl System {
    /// A system of its own, with one company.
    pub async fn start() -> Self {
        Self::on(Site::new().await).await
    }

    /// A system whose processes can be cut off from PostgreSQL.
    pub async fn start_behind_a_wire() -> (Self, Wire) {
        let (site, wire) = Site::behind_a_wire().await;
        (Self::on(site).await, wire)
    }

    /// The same where a test has said how things are.
    pub async fn on(site: Site) -> Self {
        let node = Node::start(&site, Silence::None).await;
        let http = Http::new();
        let store = site.database.store();
        let company = company(&node, &http, "arepas-del-parque", "ana@example.com").await;
        Self { site, company, node: Some(node), http, store }
    }

    /// Another company, with an owner of its own.
    pub async fn second_company(&self) -> Company {
        self.company_of("pizza-place", "bruno@example.com").await
    }

    /// Another company with this short name, owned by whoever has this address.
    pub async fn company_of(&self, slug: &str, email: &str) -> Company {
        company(self.node(), &self.http, slug, email).await
    }

    /// The first company's owner, signed in.
    pub fn client(&self) -> Client {
        self.client_of(&self.company)
    }

    /// A company's owner, signed in.
    pub fn client_of(&self, company: &Company) -> Client {
        self.visitor().with_token(&company.token)
    }

    /// Somebody who has not signed in.
    pub fn visitor(&self) -> Client {
        Client::of(&self.http, self.node().address)
    }

    /// Whoever runs the installation.
    pub fn operator(&self) -> Client {
        self.visitor().with_token(OPERATOR_TOKEN)
    }

    /// Sends bytes over a connection of their own and reads until it is closed.
    pub async fn send(&self, bytes: &[u8]) -> raw::Reply {
        raw::send(self.node().address, bytes).await
    }

    /// The process that serves.
    pub fn node(&self) -> &Node {
        self.node.as_ref().expect("no request is made between crash and restart")
    }

    /// The process is gone, in the middle of whatever it did.
    pub fn crash(&mut self) {
        self.node = None;
    }

    /// A new process takes over; one that is there crashes first.
    pub async fn restart(&mut self, silence: Silence) {
        self.crash();
        self.node = Some(Node::start(&self.site, silence).await);
    }

    /// Everything that is in the log now.
    pub async fn log(&self) -> Log {
        Log::read(self.store()).await
    }

    /// The types of what happened to an order of the first company.
    pub async fn history(&self, order: Uuid) -> Vec<String> {
        let stream = StreamId::of::<Order>(self.company.tenant, &OrderId::from_uuid(order));
        let tails = [(stream, Revision::START)];
        let read = self.store.read_streams(self.company.tenant, &tails).await;
        let events = read.expect("the log answers").into_iter().flatten();
        events.map(|event| event.event_type).collect()
    }

    /// The log, read by the test itself.
    pub fn store(&self) -> &dyn EventStore {
        &*self.store
    }
}

/// A company whose owner has this address.
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

/// Sets a company up under the tests' master key; its owner has [`PASSWORD`].
pub async fn found(installation: &Installation, company: NewCompany) -> TenantId {
    let people = People::new(installation.app.clone(), master_key());
    set_up(installation, &people, company, PASSWORD_HASH).await.expect("a company is set up")
}

/// The access token of a company's owner.
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
