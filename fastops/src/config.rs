//! What the environment and the command line say. Secrets come from the environment or from files and
//! are never printed.

use std::fmt;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::str::FromStr;

use api::auth::operator::{OperatorToken, WeakOperatorToken};
use api::auth::token::TokenAlgorithm;
use api::forwarding::Peers;
use api::rates::Rates;
use sqlx::postgres::PgConnectOptions;
use tokio_util::sync::CancellationToken;

use crate::installation::{Databases, Installation};
use crate::people::{MasterKey, WeakMasterKey};

/// How to reach the database, by role.
#[derive(clap::Args, Clone)]
#[expect(clippy::struct_field_names, reason = "they name the options of the command line")]
pub struct DatabaseArgs {
    /// PostgreSQL as the application's role `fastops_app`.
    #[arg(long, env = "FASTOPS_DATABASE_URL", hide_env_values = true)]
    database_url: Option<String>,

    /// PostgreSQL as the consumers' role `fastops_projector`; the application's address with that role
    /// if not given.
    #[arg(long, env = "FASTOPS_PROJECTOR_DATABASE_URL", hide_env_values = true)]
    projector_database_url: Option<String>,

    /// PostgreSQL as the role that owns the schema, for migrations; the application's address with the
    /// role `fastops_owner` if not given.
    #[arg(long, env = "FASTOPS_OWNER_DATABASE_URL", hide_env_values = true)]
    owner_database_url: Option<String>,
}

/// The secrets of an installation: what tokens are signed with, and what people are kept under.
#[derive(clap::Args, Clone)]
pub struct TokenArgs {
    /// The file with the key that names, addresses and what stands for them are kept under, at least
    /// 32 bytes. Whoever loses it loses them.
    #[arg(long, env = "FASTOPS_MASTER_KEY_FILE")]
    master_key_file: Option<PathBuf>,

    /// The key itself, where no file can be given.
    #[arg(long, env = "FASTOPS_MASTER_KEY", hide_env_values = true, hide = true)]
    master_key: Option<String>,

    /// How tokens are signed, `HS256` or `EdDSA`. Secrets are random bytes, or for `EdDSA` private keys
    /// as `openssl genpkey -algorithm ed25519` makes them.
    #[arg(long, env = "FASTOPS_TOKEN_ALGORITHM", default_value = "HS256", value_parser = algorithm)]
    token_algorithm: TokenAlgorithm,

    /// The file with the secret that tokens and cursors are signed with, at least 32 bytes.
    #[arg(long, env = "FASTOPS_TOKEN_SECRET_FILE")]
    token_secret_file: Option<PathBuf>,

    /// The secret itself, where no file can be given.
    #[arg(long, env = "FASTOPS_TOKEN_SECRET", hide_env_values = true, hide = true)]
    token_secret: Option<String>,

    /// The name of the secret, written into tokens.
    #[arg(long, env = "FASTOPS_TOKEN_KEY_ID", default_value = "1")]
    token_key_id: String,

    /// The file with the secret before this one; its tokens are believed while they last.
    #[arg(long, env = "FASTOPS_PREVIOUS_TOKEN_SECRET_FILE")]
    previous_token_secret_file: Option<PathBuf>,

    /// The name of the secret before this one.
    #[arg(long, env = "FASTOPS_PREVIOUS_TOKEN_KEY_ID", default_value = "0")]
    previous_token_key_id: String,
}

/// The secret of whoever runs the installation.
#[derive(clap::Args, Clone)]
pub struct OperatorArgs {
    /// The file with the token of whoever runs the installation, at least 32 characters; without it
    /// nobody uses `/v1/operator`.
    #[arg(long, env = "FASTOPS_OPERATOR_TOKEN_FILE")]
    operator_token_file: Option<PathBuf>,
}

/// The other processes that take commands.
#[derive(clap::Args, Clone)]
pub struct PeerArgs {
    /// Other processes take commands on the same database: each company's are decided by one of them
    /// at a time, and the others send them there.
    #[arg(long, env = "FASTOPS_PEERS")]
    peers: bool,

    /// Where the other processes reach this one, host and port, if not where it listens.
    #[arg(long, env = "FASTOPS_NODE_ADDRESS", requires = "peers")]
    node_address: Option<String>,
}

impl PeerArgs {
    /// The other processes, if there are any; they reach this one where it listens.
    pub fn peers(
        self,
        installation: &Installation,
        listen: SocketAddr,
        shutdown: &CancellationToken,
    ) -> Option<Peers> {
        let address = self.node_address.unwrap_or_else(|| listen.to_string());
        self.peers.then(|| installation.peers(address, shutdown))
    }
}

/// How often clients may ask.
#[derive(clap::Args, Clone)]
pub struct RateArgs {
    /// How many requests a second one sign-in may make on average, and twice as many at once; 0 for
    /// any number.
    #[arg(long, env = "FASTOPS_RATE_PER_SESSION", default_value_t = 100)]
    rate_per_session: u32,

    /// The same for all sign-ins of a company together.
    #[arg(long, env = "FASTOPS_RATE_PER_TENANT", default_value_t = 2_000)]
    rate_per_tenant: u32,
}

impl RateArgs {
    /// The rates that these say.
    pub const fn rates(&self) -> Rates {
        Rates {
            session: NonZeroU32::new(self.rate_per_session),
            tenant: NonZeroU32::new(self.rate_per_tenant),
        }
    }
}

/// What is wrong with the configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// No database to connect to.
    #[error("no database: set FASTOPS_DATABASE_URL to postgres://fastops_app@host/database")]
    NoDatabase,
    /// A database address cannot be read.
    #[error("{variable} is not a PostgreSQL address")]
    Database {
        /// Which.
        variable: &'static str,
        /// What the driver says.
        #[source]
        source: sqlx::Error,
    },
    /// No broker to connect to.
    #[error("no Kafka: set FASTOPS_KAFKA_BROKERS to host:port, several with commas between them")]
    NoBrokers,
    /// No secret to sign tokens with.
    #[error(
        "no token secret: set FASTOPS_TOKEN_SECRET_FILE to a file with at least 32 random bytes"
    )]
    NoSecret,
    /// No key to keep people under.
    #[error("no master key: set FASTOPS_MASTER_KEY_FILE to a file with at least 32 random bytes")]
    NoMasterKey,
    /// The master key could be guessed.
    #[error(transparent)]
    WeakMasterKey(#[from] WeakMasterKey),
    /// The operator's token could be guessed.
    #[error(transparent)]
    WeakOperatorToken(#[from] WeakOperatorToken),
    /// A secret's file cannot be read.
    #[error("could not read the secret in {path}")]
    Secret {
        /// The file.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: std::io::Error,
    },
}

/// A secret with the name that tokens know it by.
#[derive(Clone)]
pub struct NamedSecret {
    /// The name.
    pub id: String,
    /// The bytes.
    pub bytes: Vec<u8>,
}

impl fmt::Debug for NamedSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NamedSecret({})", self.id)
    }
}

/// The secrets of an installation.
#[derive(Debug, Clone)]
pub struct Secrets {
    /// How tokens are signed.
    pub algorithm: TokenAlgorithm,
    /// Signs.
    pub current: NamedSecret,
    /// Is still believed.
    pub previous: Option<NamedSecret>,
    /// Keeps people.
    pub master: MasterKey,
}

impl DatabaseArgs {
    /// Whether a database is named at all.
    pub const fn is_given(&self) -> bool {
        self.database_url.is_some()
    }

    /// How to reach the database in each role.
    pub fn databases(&self) -> Result<Databases, ConfigError> {
        let url = self.database_url.as_ref().ok_or(ConfigError::NoDatabase)?;
        let app = options("FASTOPS_DATABASE_URL", url)?;
        let other = |variable, url: Option<&String>, role: &str| match url {
            Some(url) => options(variable, url),
            None => Ok(app.clone().username(role)),
        };
        let projector = self.projector_database_url.as_ref();
        let owner = self.owner_database_url.as_ref();
        Ok(Databases {
            owner: other("FASTOPS_OWNER_DATABASE_URL", owner, "fastops_owner")?,
            projector: other("FASTOPS_PROJECTOR_DATABASE_URL", projector, "fastops_projector")?,
            app,
        })
    }
}

impl TokenArgs {
    /// The secrets, read from where they are kept.
    pub fn secrets(&self) -> Result<Secrets, ConfigError> {
        let bytes = match (&self.token_secret_file, &self.token_secret) {
            (Some(path), _) => read(path)?,
            (None, Some(secret)) => secret.clone().into_bytes(),
            (None, None) => return Err(ConfigError::NoSecret),
        };
        let previous = match &self.previous_token_secret_file {
            Some(path) => {
                Some(NamedSecret { id: self.previous_token_key_id.clone(), bytes: read(path)? })
            }
            None => None,
        };
        let current = NamedSecret { id: self.token_key_id.clone(), bytes };
        let algorithm = self.token_algorithm;
        Ok(Secrets { algorithm, current, previous, master: self.master_key()? })
    }

    /// The key that people are kept under.
    pub fn master_key(&self) -> Result<MasterKey, ConfigError> {
        let bytes = match (&self.master_key_file, &self.master_key) {
            (Some(path), _) => read(path)?,
            (None, Some(key)) => key.clone().into_bytes(),
            (None, None) => return Err(ConfigError::NoMasterKey),
        };
        Ok(MasterKey::try_new(&bytes)?)
    }
}

impl OperatorArgs {
    /// The token, if there is one.
    pub fn token(&self) -> Result<Option<OperatorToken>, ConfigError> {
        let Some(path) = &self.operator_token_file else { return Ok(None) };
        // Text that no header can carry is no token.
        let text = String::from_utf8(read(path)?).map_err(|_| WeakOperatorToken)?;
        Ok(Some(OperatorToken::try_new(&text)?))
    }
}

fn algorithm(text: &str) -> Result<TokenAlgorithm, String> {
    let found = TokenAlgorithm::ALL.into_iter().find(|algorithm| algorithm.name() == text);
    found.ok_or_else(|| TokenAlgorithm::ALL.map(TokenAlgorithm::name).join(", "))
}

fn options(variable: &'static str, url: &str) -> Result<PgConnectOptions, ConfigError> {
    PgConnectOptions::from_str(url).map_err(|source| ConfigError::Database { variable, source })
}

fn read(path: &PathBuf) -> Result<Vec<u8>, ConfigError> {
    let text =
        std::fs::read(path).map_err(|source| ConfigError::Secret { path: path.clone(), source })?;
    Ok(text.trim_ascii().to_vec())
}
