//! What all processes of one system share: database, clock, secrets.

use std::sync::Arc;

use api::auth::operator::OperatorToken;
use api::auth::origin::TrustedProxies;
use api::auth::token::TokenAlgorithm;
use api::edge::cors::AllowedOrigins;
use api::position::PositionScope;
use api::rates::Rates;
use commands::engine::sources::RandomIds;
use commands::identity::Post;
use commands::{Clock, Commands, IdGenerator};
use domain::shared::{IncarnationId, TenantId};
use event_store::EventStore;
use event_store::testing::Database;
use fastops::config::{NamedSecret, Secrets};
use fastops::identity::MasterKey;
use fastops::installation::{Databases, Installation};
use images::ImageStore;
use sqlx::postgres::PgConnectOptions;

use crate::clock::TestClock;
use crate::emails::SentEmails;
use crate::postgres_proxy::PostgresProxy;
use crate::silence::Silence;

/// Where clients are told that the files of images are.
pub const IMAGES_URL: &str = "https://cdn.example.com/images";

/// The secret that signs tokens.
pub const SECRET: &[u8] = b"the secret of a system that lives as long as its test";

/// The key id (`kid`) of [`SECRET`] in tokens.
pub const KEY_ID: &str = "1";

/// What all processes of one system share. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Site {
    /// The database itself, also when processes reach it through a proxy.
    pub database: Database,
    /// The clock of all processes.
    pub clock: Arc<TestClock>,
    /// The e-mails that were sent.
    pub emails: SentEmails,
    /// The mail transport: `emails`, unless a test replaces it.
    pub post: Arc<dyn Post>,
    /// The rate limits per session and company; unlimited unless a test sets them.
    pub rates: Rates,
    /// The proxies whose headers are trusted; none unless a test sets them.
    pub proxies: TrustedProxies,
    /// The origins whose pages may use the API; none unless a test sets them.
    pub origins: AllowedOrigins,
    /// The files of images.
    pub images: ImageStore,
    /// How processes reach the database.
    pub databases: Databases,
    /// The secrets that sign tokens; [`secrets`] unless a test replaces them.
    pub secrets: Secrets,
}

impl Site {
    /// A fresh database, reached directly.
    pub async fn new() -> Self {
        Self::at(Database::create().await, |options| options)
    }

    /// A fresh database behind a proxy that can cut connections.
    pub async fn behind_a_proxy() -> (Self, PostgresProxy) {
        let database = Database::create().await;
        let proxy = PostgresProxy::to(&database.options("fastops_app"));
        (Self::at(database, |options| proxy.through(options)), proxy)
    }

    fn at(database: Database, route: impl Fn(PgConnectOptions) -> PgConnectOptions) -> Self {
        let role = |role| route(database.options(role));
        let databases = Databases {
            owner: role("fastops_owner"),
            app: role("fastops_app"),
            projector: role("fastops_projector"),
        };
        let (clock, emails) = (Arc::new(TestClock::new()), SentEmails::default());
        let post = Arc::new(emails.clone());
        let (rates, secrets) = (Rates::default(), secrets());
        let (proxies, origins) = (TrustedProxies::default(), AllowedOrigins::default());
        let images = ImageStore::in_memory();
        Self { database, clock, emails, post, rates, proxies, origins, images, databases, secrets }
    }

    /// The adapters of a new process, whose log withholds answers as `silence` says. Must be called
    /// inside the runtime that its tasks and connections shall belong to.
    pub fn installation(&self, silence: &Silence) -> Installation {
        let mut installation = Installation::new(&self.databases);
        let store: Arc<dyn EventStore> = silence.over(installation.store.clone());
        let clock: Arc<dyn Clock> = self.clock.clone();
        let ids: Arc<dyn IdGenerator> = Arc::new(RandomIds);
        installation.commands = Commands::new(store, Arc::clone(&clock), Arc::clone(&ids));
        installation.clock = clock;
        installation.ids = ids;
        installation
    }
}

/// The master key that encrypts personal data.
pub const MASTER_KEY: &str = "the master key of a system that lives as long as its test";

/// [`MASTER_KEY`] as a parsed key.
pub fn master_key() -> MasterKey {
    MasterKey::try_new(MASTER_KEY.as_bytes()).expect("it has enough bytes")
}

/// The token of the installation's operator.
pub const OPERATOR_TOKEN: &str = "the-token-of-an-operator-that-lives-as-long-as-its-test";

/// [`OPERATOR_TOKEN`] as a server stores it.
pub fn operator_token() -> OperatorToken {
    OperatorToken::try_new(OPERATOR_TOKEN).expect("it is long enough")
}

/// The token of a position, as servers give it out to a company.
pub fn token_of(tenant: TenantId, incarnation: IncarnationId, position: u64) -> String {
    let scope = PositionScope { tenant, incarnation };
    fastops::processes::server::positions(&secrets()).token(scope, position).to_string()
}

/// The secrets that sign tokens and cursors, the same in every process.
pub fn secrets() -> Secrets {
    let current = NamedSecret { id: KEY_ID.to_owned(), bytes: SECRET.to_vec() };
    let algorithm = TokenAlgorithm::default();
    Secrets { algorithm, current, previous: None, master: master_key() }
}
