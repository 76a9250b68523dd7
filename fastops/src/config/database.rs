//! How to reach the database.

use std::str::FromStr;

use sqlx::postgres::PgConnectOptions;

use super::ConfigError;
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

fn options(variable: &'static str, url: &str) -> Result<PgConnectOptions, ConfigError> {
    PgConnectOptions::from_str(url).map_err(|source| ConfigError::Database { variable, source })
}
