//! Databases: a template with the whole schema, and a copy of it per test.
//!
//! `FASTOPS_TEST_DATABASE_URL` names a cluster whose role may create databases; `make test` starts one.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, PgPool};

use crate::database::{MIGRATOR, pool, statement_pool};
use crate::postgres::PostgresStore;

/// A fresh database with every migration applied.
#[derive(Debug, Clone)]
pub struct Database {
    options: PgConnectOptions,
}

impl Database {
    /// Makes the database. It lives until the cluster goes.
    pub async fn create() -> Self {
        static COUNTER: AtomicU32 = AtomicU32::new(0);
        let url = std::env::var("FASTOPS_TEST_DATABASE_URL")
            .expect("FASTOPS_TEST_DATABASE_URL names no cluster: run the tests with `make test`");
        let cluster = PgConnectOptions::from_str(&url).expect("the cluster's URL is readable");
        let mut admin = connect(&cluster).await;
        let template = template(&mut admin, &cluster).await;
        let counter = COUNTER.fetch_add(1, Ordering::Relaxed);
        let name = format!("t_{}_{counter}", std::process::id());
        run(&mut admin, format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
        run(&mut admin, format!("CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY"))
            .await;
        // Each database gets a distinct incarnation, as after a restore.
        let options = cluster.database(&name);
        let mut owner = connect(&options).await;
        run(&mut owner, "UPDATE log_head SET incarnation = gen_random_uuid()".to_owned()).await;
        Self { options }
    }

    /// How to connect as `role`.
    pub fn options(&self, role: &str) -> PgConnectOptions {
        self.options.clone().username(role)
    }

    /// Connections of the role that owns the schema.
    pub fn owner_pool(&self) -> PgPool {
        pool(self.options.clone(), 2)
    }

    /// Connections of the application's role.
    pub fn app_pool(&self) -> PgPool {
        pool(self.options("fastops_app"), 8)
    }

    /// Connections of the role of consumers and rebuilds.
    pub fn projector_pool(&self) -> PgPool {
        pool(self.options("fastops_projector"), 4)
    }

    /// Another store in this database.
    pub fn store(&self) -> Arc<PostgresStore> {
        let writer = self.options("fastops_app");
        let app = statement_pool(self.options("fastops_app"), 8);
        let projector = statement_pool(self.options("fastops_projector"), 4);
        Arc::new(PostgresStore::new(app, projector, writer))
    }
}

async fn connect(options: &PgConnectOptions) -> PgConnection {
    PgConnection::connect_with(options).await.expect("the test cluster answers")
}

async fn run(connection: &mut PgConnection, sql: String) {
    connection.execute(AssertSqlSafe(sql)).await.expect("a statement about test databases works");
}

/// The name of the template of this schema; the first process of a run makes it.
async fn template(admin: &mut PgConnection, cluster: &PgConnectOptions) -> String {
    let mut schema = DefaultHasher::new();
    for migration in MIGRATOR.iter() {
        migration.checksum.hash(&mut schema);
    }
    let name = format!("template_{:016x}", schema.finish());
    run(admin, "SELECT pg_advisory_lock(7007)".to_owned()).await;
    let exists: bool =
        sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM pg_database WHERE datname = $1)")
            .bind(&name)
            .fetch_one(&mut *admin)
            .await
            .expect("the catalogue is readable");
    if !exists {
        let draft = format!("{name}_draft");
        run(admin, format!("DROP DATABASE IF EXISTS {draft} WITH (FORCE)")).await;
        run(admin, format!("CREATE DATABASE {draft}")).await;
        let mut owner = connect(&cluster.clone().database(&draft)).await;
        MIGRATOR.run(&mut owner).await.expect("the migrations apply");
        owner.close().await.expect("the template is left alone");
        run(admin, format!("ALTER DATABASE {draft} RENAME TO {name}")).await;
    }
    run(admin, "SELECT pg_advisory_unlock(7007)".to_owned()).await;
    name
}
