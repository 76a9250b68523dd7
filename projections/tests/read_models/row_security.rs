//! Row-level security: every table with a tenant id has a policy.

use event_store::testing::Database;
use sqlx::error::DatabaseError;
use sqlx::{AssertSqlSafe, PgPool};

use crate::history::{RandomOrders, open};
use crate::world::World;

/// All tables and partitions with a tenant id, in any schema.
async fn tables_with_a_tenant(pool: &PgPool) -> Vec<String> {
    sqlx::query_scalar(
        "SELECT c.oid::regclass::text
         FROM pg_class c
         JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id'
         WHERE c.relkind IN ('r', 'p') AND NOT a.attisdropped
         ORDER BY 1",
    )
    .fetch_all(pool)
    .await
    .unwrap()
}

/// What could show one tenant's rows to another: tables whose policy is missing, not forced or
/// different, views that bypass it, and materialised views, which cannot have one.
pub(crate) async fn holes(pool: &PgPool) -> Vec<String> {
    sqlx::query_scalar(
        "SELECT c.oid::regclass::text
         FROM pg_class c
         JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id'
         WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT a.attisdropped
             AND CASE WHEN c.relkind IN ('r', 'p')
                 THEN NOT (
                     c.relrowsecurity AND c.relforcerowsecurity AND EXISTS (
                         SELECT FROM pg_policy p
                         WHERE p.polrelid = c.oid AND p.polroles = '{0}' AND p.polcmd = '*'
                             AND pg_get_expr(p.polqual, c.oid) LIKE '%app.tenant_id%'
                             AND pg_get_expr(p.polwithcheck, c.oid) LIKE '%app.tenant_id%'
                     ) AND NOT EXISTS (
                         SELECT FROM pg_policy p
                         WHERE p.polrelid = c.oid
                             AND 'fastops_app'::regrole = ANY (p.polroles)
                     )
                 )
                 ELSE NOT coalesce('security_invoker=true' = ANY (c.reloptions), false)
             END
         ORDER BY 1",
    )
    .fetch_all(pool)
    .await
    .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_table_with_a_tenant_has_a_forced_policy() {
    let owner = Database::create().await.owner_pool();
    assert!(tables_with_a_tenant(&owner).await.len() > 10);
    assert_eq!(holes(&owner).await, [""; 0]);

    let breaches = [
        "CREATE TABLE naked (tenant_id uuid)",
        "CREATE SCHEMA elsewhere; CREATE TABLE elsewhere.naked (tenant_id uuid)",
        "CREATE VIEW window_on_orders AS SELECT tenant_id FROM orders",
        "CREATE MATERIALIZED VIEW copy_of_orders AS SELECT tenant_id FROM orders",
        "ALTER TABLE orders NO FORCE ROW LEVEL SECURITY",
        "ALTER TABLE products DISABLE ROW LEVEL SECURITY",
        "CREATE POLICY too_kind ON branches TO fastops_app USING (true)",
    ];
    for breach in breaches {
        sqlx::raw_sql(breach).execute(&owner).await.unwrap();
    }
    let found = holes(&owner).await;
    let expected = [
        "branches",
        "copy_of_orders",
        "elsewhere.naked",
        "naked",
        "orders",
        "products",
        "window_on_orders",
    ];
    assert_eq!(found, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_begin_with_the_tenant() {
    let owner = Database::create().await.owner_pool();
    let others: Vec<String> = sqlx::query_scalar(
        "SELECT i.indexrelid::regclass::text
         FROM pg_index i
         JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attname = 'tenant_id'
         WHERE i.indkey[0] <> a.attnum
             AND has_table_privilege('fastops_projector', i.indrelid, 'TRUNCATE')
         ORDER BY 1",
    )
    .fetch_all(&owner)
    .await
    .unwrap();
    assert_eq!(others, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn s21_direct_sql_without_tenant_sees_no_row() {
    let mut world = World::new().await;
    open(&mut world).await;
    RandomOrders::new(21).append_steps(&mut world, 150).await;
    world.catch_up().await;
    let (owner, app) = (world.db.owner_pool(), world.db.app_pool());
    let read_models = world.read_models().await;

    let mut n_full = 0;
    for table in tables_with_a_tenant(&owner).await {
        let count = || AssertSqlSafe(format!("SELECT count(*) FROM {table}"));
        let there: i64 = sqlx::query_scalar(count()).fetch_one(&owner).await.unwrap();
        n_full += i32::from(there > 0);
        assert!(
            there > 0 || !read_models.contains(&table),
            "{table} is empty: this proves nothing"
        );
        match sqlx::query_scalar::<_, i64>(count()).fetch_one(&app).await {
            Ok(seen) => assert_eq!(seen, 0, "{table} shows rows without a tenant"),
            Err(error) => assert_refused(&error, &table),
        }

        let insert = format!("INSERT INTO {table} (tenant_id) VALUES (gen_random_uuid())");
        let inserted = sqlx::query(AssertSqlSafe(insert)).execute(&app).await;
        assert_refused(&inserted.unwrap_err(), &table);
    }
    assert!(n_full > 10, "only {n_full} tables have rows");
}

fn assert_refused(error: &sqlx::Error, table: &str) {
    let code = error.as_database_error().and_then(DatabaseError::code);
    assert_eq!(code.as_deref(), Some("42501"), "{table}: {error}");
}
