//! The settings of the environment and the command line. Secrets come from the environment or from files and
//! are never printed.

mod database;
mod rates;
mod secret_file;
mod secrets;

use std::path::PathBuf;

use api::auth::operator::WeakOperatorToken;

use crate::identity::WeakMasterKey;

pub use database::DatabaseArgs;
pub use rates::RateArgs;
pub(crate) use secret_file::secret;
pub use secrets::{NamedSecret, OperatorArgs, Secrets, TokenArgs};

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
        /// The message of the driver.
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
    /// No key to encrypt personal data with.
    #[error("no master key: set FASTOPS_MASTER_KEY_FILE to a file with at least 32 random bytes")]
    NoMasterKey,
    /// The master key could be guessed.
    #[error(transparent)]
    WeakMasterKey(#[from] WeakMasterKey),
    /// The operator's token could be guessed.
    #[error(transparent)]
    WeakOperatorToken(#[from] WeakOperatorToken),
    /// The secret is a few bytes, repeated.
    #[error("what {variable} says is no secret: it repeats itself; make one with openssl rand")]
    Repeats {
        /// Which.
        variable: &'static str,
    },
    /// One secret is used for two purposes: who gets hold of the one has the other.
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
        /// The message of the system.
        #[source]
        source: std::io::Error,
    },
}
