//! What the environment and the command line say. Secrets come from the environment or from files and
//! are never printed.

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::num::NonZeroU32;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use api::auth::operator::{OperatorToken, WeakOperatorToken};
use api::auth::strength::repeats_itself;
use api::auth::token::TokenAlgorithm;
use api::rates::Rates;
use sqlx::postgres::PgConnectOptions;

use crate::identity::{MasterKey, WeakMasterKey};
use crate::installation::Databases;

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
    /// A secret is a few bytes again and again.
    #[error("what {variable} says is no secret: it repeats itself; make one with openssl rand")]
    Repeats {
        /// Which.
        variable: &'static str,
    },
    /// Whoever gets hold of one secret has the other.
    #[error("{first} and {second} are one secret: make one for each")]
    Shared {
        /// The one.
        first: &'static str,
        /// The other.
        second: &'static str,
    },
    /// Others on the machine can read a secret.
    #[error("others can read the secret in {path}, which has the mode {mode:o}: chmod 600 {path}")]
    Exposed {
        /// The file.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
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
        let all = self.given()?;
        all_differ(&all)?;
        let [current, previous, master] = all.map(|given| given.bytes);
        let current = current.ok_or(ConfigError::NoSecret)?;
        let named = |id: &String, bytes| NamedSecret { id: id.clone(), bytes };
        Ok(Secrets {
            algorithm: self.token_algorithm,
            current: named(&self.token_key_id, current),
            previous: previous.map(|bytes| named(&self.previous_token_key_id, bytes)),
            master: MasterKey::try_new(&master.ok_or(ConfigError::NoMasterKey)?)?,
        })
    }

    /// Every secret that is given here: what signs, what signed before, and the master key.
    fn given(&self) -> Result<[Given; 3], ConfigError> {
        let (current, master) = (self.token_secret.as_ref(), self.master_key.as_ref());
        Ok([
            Given::read("FASTOPS_TOKEN_SECRET_FILE", self.token_secret_file.as_ref(), current)?,
            Given::read(
                "FASTOPS_PREVIOUS_TOKEN_SECRET_FILE",
                self.previous_token_secret_file.as_ref(),
                None,
            )?,
            Given::read("FASTOPS_MASTER_KEY_FILE", self.master_key_file.as_ref(), master)?,
        ])
    }

    /// The key that people are kept under.
    pub fn master_key(&self) -> Result<MasterKey, ConfigError> {
        let [_, _, master] = self.given()?;
        Ok(MasterKey::try_new(&master.bytes.ok_or(ConfigError::NoMasterKey)?)?)
    }
}

impl OperatorArgs {
    /// The token, if there is one; it is none of the other secrets.
    pub fn token(&self, beside: &TokenArgs) -> Result<Option<OperatorToken>, ConfigError> {
        let file = self.operator_token_file.as_ref();
        let own = Given::read("FASTOPS_OPERATOR_TOKEN_FILE", file, None)?;
        let [current, previous, master] = beside.given()?;
        let all = [own, current, previous, master];
        all_differ(&all)?;
        let [Given { bytes: Some(bytes), .. }, ..] = all else { return Ok(None) };
        // Text that no header can carry is no token.
        let text = String::from_utf8(bytes).map_err(|_| WeakOperatorToken)?;
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

/// What was given as a secret, if anything was.
struct Given {
    /// The variable that it comes from.
    variable: &'static str,
    bytes: Option<Vec<u8>>,
}

impl Given {
    /// From a file, or else as it is. Short ones are left to whatever they are for.
    fn read(
        variable: &'static str,
        file: Option<&PathBuf>,
        text: Option<&String>,
    ) -> Result<Self, ConfigError> {
        let bytes = match file {
            Some(path) => Some(secret(path)?),
            None => text.map(|text| text.clone().into_bytes()),
        };
        let is_weak = |bytes: &Vec<u8>| bytes.len() >= BYTES_MIN && repeats_itself(bytes);
        if bytes.as_ref().is_some_and(is_weak) {
            return Err(ConfigError::Repeats { variable });
        }
        Ok(Self { variable, bytes })
    }
}

/// Secrets that are shorter are refused for that.
const BYTES_MIN: usize = 32;

/// Goes on only if each secret is of one purpose; so no file is named by two variables either.
fn all_differ(all: &[Given]) -> Result<(), ConfigError> {
    for (place, one) in all.iter().enumerate() {
        let same = |other: &&Given| other.bytes.is_some() && other.bytes == one.bytes;
        if let Some(other) = all[place + 1..].iter().find(same) {
            return Err(ConfigError::Shared { first: one.variable, second: other.variable });
        }
    }
    Ok(())
}

/// What only its owner can read. The mode is that of the file which is read, also through a link.
pub(crate) fn secret(path: &Path) -> Result<Vec<u8>, ConfigError> {
    let unread = |source| ConfigError::Secret { path: path.to_owned(), source };
    let mut file = File::open(path).map_err(unread)?;
    let mode = file.metadata().map_err(unread)?.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(ConfigError::Exposed { path: path.to_owned(), mode });
    }
    let mut text = Vec::new();
    file.read_to_end(&mut text).map_err(unread)?;
    Ok(text.trim_ascii().to_vec())
}
