//! Bringing a database to the schema of this release.

use event_store::database::{MIGRATOR, migrate, pool};
use sqlx::migrate::MigrateError;

use crate::installation::Databases;

/// Why a database does not get the schema of this release.
#[derive(Debug, thiserror::Error)]
pub enum SchemaError {
    /// A later release has migrated the database.
    #[error("the database is of a newer release: it has migration {version}; update this program")]
    Newer {
        /// The first migration that this release lacks.
        version: i64,
    },
    /// The database was made with migrations that this release lacks or has with another content.
    #[error(
        "the database was made by another FastOps: its migration {version} is not one of this release; \
         use the release that made the database, or another database"
    )]
    Foreign {
        /// The first such migration.
        version: i64,
    },
    /// A migration failed, or the database cannot be reached.
    #[error("could not bring the database to the schema of this release")]
    Failed(#[source] MigrateError),
}

impl From<MigrateError> for SchemaError {
    fn from(error: MigrateError) -> Self {
        match error {
            MigrateError::VersionMissing(version) if is_newer(version) => Self::Newer { version },
            MigrateError::VersionMissing(version) | MigrateError::VersionMismatch(version) => {
                Self::Foreign { version }
            }
            error => Self::Failed(error),
        }
    }
}

/// Whether a migration of this version comes after all of this release.
pub(crate) fn is_newer(version: i64) -> bool {
    MIGRATOR.iter().all(|migration| migration.version < version)
}

/// Brings the database to the schema of this release.
pub async fn migrate_schema(databases: &Databases) -> Result<(), SchemaError> {
    let owner = pool(databases.owner.clone(), 1);
    let outcome = migrate(&owner).await;
    owner.close().await;
    Ok(outcome?)
}

#[cfg(test)]
mod tests {
    use std::str::FromStr;

    use event_store::testing::Database;
    use sqlx::postgres::PgConnectOptions;
    use sqlx::{AssertSqlSafe, Executor};

    use super::*;

    /// The error of migrating a database whose first migration is recorded as this version.
    async fn refusal(version: i64) -> SchemaError {
        let database = Database::create().await;
        let first = MIGRATOR.iter().next().unwrap().version;
        let sql =
            format!("UPDATE _sqlx_migrations SET version = {version} WHERE version = {first}");
        database.owner_pool().execute(AssertSqlSafe(sql)).await.unwrap();
        let url = std::env::var("FASTOPS_TEST_DATABASE_URL").unwrap();
        let owner = PgConnectOptions::from_str(&url).unwrap();
        let databases = Databases {
            owner: database.options(owner.get_username()),
            app: database.options("fastops_app"),
            projector: database.options("fastops_projector"),
        };
        migrate_schema(&databases).await.unwrap_err()
    }

    #[tokio::test]
    async fn a_database_made_with_other_migrations_is_refused_with_what_to_use_instead() {
        let error = refusal(20_261_101_000_000).await;
        assert!(matches!(error, SchemaError::Foreign { version: 20_261_101_000_000 }), "{error}");
    }

    #[tokio::test]
    async fn a_database_of_a_newer_release_is_told_from_one_made_with_other_migrations() {
        let error = refusal(99_990_101_000_000).await;
        assert!(matches!(error, SchemaError::Newer { version: 99_990_101_000_000 }), "{error}");
    }
}
