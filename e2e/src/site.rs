//! What all processes of one system share: a database, a clock, secrets.

use std::sync::Arc;

use api::auth::operator::OperatorToken;
use api::auth::origin::TrustedProxies;
use api::auth::token::TokenAlgorithm;
use api::edge::cors::AllowedOrigins;
use api::rates::Rates;
use commands::engine::sources::RandomIds;
use commands::identity::Post;
use commands::{Clock, Commands, IdGenerator};
use event_store::EventStore;
use event_store::testing::Database;
use fastops::config::{NamedSecret, Secrets};
use fastops::installation::{Databases, Installation};
use fastops::people::MasterKey;
use sqlx::postgres::PgConnectOptions;

use crate::clock::TestClock;
use crate::letters::Letterbox;
use crate::silence::Silence;
use crate::wire::Wire;

/// The secret that tokens are signed with.
pub const SECRET: &[u8] = b"the secret of a system that lives as long as its test";

/// The name of [`SECRET`] in the header of tokens.
pub const KEY_ID: &str = "1";

/// See the module. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Site {
    /// The database itself, also when processes reach it by another way.
    pub database: Database,
    /// The time.
    pub clock: Arc<TestClock>,
    /// The letters that were sent to people.
    pub letters: Letterbox,
    /// Who takes letters: `letters`, unless a test says otherwise.
    pub post: Arc<dyn Post>,
    /// How often a session and a company may ask; any number unless a test says otherwise.
    pub rates: Rates,
    /// The proxies that processes believe; none unless a test says otherwise.
    pub proxies: TrustedProxies,
    /// The origins whose pages may use the API; none unless a test says otherwise.
    pub origins: AllowedOrigins,
    /// How processes reach the database.
    pub databases: Databases,
    /// What tokens are signed with; [`secrets`] unless a test says otherwise.
    pub secrets: Secrets,
}

impl Site {
    /// A fresh database, reached directly.
    pub async fn new() -> Self {
        Self::at(Database::create().await, |options| options)
    }

    /// A fresh database behind a line that can be cut.
    pub async fn behind_a_wire() -> (Self, Wire) {
        let database = Database::create().await;
        let wire = Wire::to(&database.options("fastops_app"));
        (Self::at(database, |options| wire.through(options)), wire)
    }

    fn at(database: Database, way: impl Fn(PgConnectOptions) -> PgConnectOptions) -> Self {
        let role = |role| way(database.options(role));
        let databases = Databases {
            owner: role("fastops_owner"),
            app: role("fastops_app"),
            projector: role("fastops_projector"),
        };
        let (clock, letters) = (Arc::new(TestClock::new()), Letterbox::default());
        let post = Arc::new(letters.clone());
        let (rates, secrets) = (Rates::default(), secrets());
        let (proxies, origins) = (TrustedProxies::default(), AllowedOrigins::default());
        Self { database, clock, letters, post, rates, proxies, origins, databases, secrets }
    }

    /// The adapters of a new process, its log silent in the way asked for. Needs a runtime, which its
    /// tasks and connections then belong to.
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

/// The master key that people are kept under.
pub const MASTER_KEY: &str = "the master key of a system that lives as long as its test";

/// [`MASTER_KEY`] as a key.
pub fn master_key() -> MasterKey {
    MasterKey::try_new(MASTER_KEY.as_bytes()).expect("it has enough bytes")
}

/// The token of whoever runs the installation.
pub const OPERATOR_TOKEN: &str = "the-token-of-an-operator-that-lives-as-long-as-its-test";

/// [`OPERATOR_TOKEN`] as a server keeps it.
pub fn operator_token() -> OperatorToken {
    OperatorToken::try_new(OPERATOR_TOKEN).expect("it is long enough")
}

/// What tokens and cursors are signed with, the same in every process.
pub fn secrets() -> Secrets {
    let current = NamedSecret { id: KEY_ID.to_owned(), bytes: SECRET.to_vec() };
    let algorithm = TokenAlgorithm::default();
    Secrets { algorithm, current, previous: None, master: master_key() }
}
