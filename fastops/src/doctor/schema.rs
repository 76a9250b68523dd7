//! Whether the schema is that of this release, and row security is forced on its tables.

use std::collections::BTreeMap;

use event_store::database::MIGRATOR;
use sqlx::PgConnection;

use super::finding::{Finding, Verdict};
use crate::schema::is_newer;

/// The migrations that were applied are those of this release.
pub(super) async fn migrations(owner: Option<&mut PgConnection>) -> Finding {
    let verdict = match owner {
        Some(owner) => compare(owner).await,
        None => Ok(Verdict::unreached()),
    };
    Finding::new("migrations", ("Migraciones", "Migrations"), verdict)
}

#[derive(sqlx::FromRow)]
struct Applied {
    version: i64,
    success: bool,
    checksum: Vec<u8>,
}

async fn compare(owner: &mut PgConnection) -> Result<Verdict, sqlx::Error> {
    let exists: bool = sqlx::query_scalar("SELECT to_regclass('_sqlx_migrations') IS NOT NULL")
        .fetch_one(&mut *owner)
        .await?;
    let applied: Vec<Applied> = if exists {
        sqlx::query_as("SELECT version, success, checksum FROM _sqlx_migrations")
            .fetch_all(owner)
            .await?
    } else {
        Vec::new()
    };
    let mut applied: BTreeMap<i64, Applied> =
        applied.into_iter().map(|migration| (migration.version, migration)).collect();
    let mut missing = 0_usize;
    for migration in MIGRATOR.iter() {
        match applied.remove(&migration.version) {
            None => missing += 1,
            Some(found) if !found.success => {
                return Ok(Verdict::wrong(
                    (
                        format!("la migración {} quedó a medias", found.version),
                        format!("migration {} was left half way", found.version),
                    ),
                    (
                        "restaure el último respaldo y ejecute `fastops migrate`",
                        "restore the last backup and run `fastops migrate`",
                    ),
                ));
            }
            Some(found) if *found.checksum != *migration.checksum => {
                return Ok(foreign(found.version));
            }
            Some(_) => {}
        }
    }
    if let Some(version) = applied.keys().copied().find(|version| !is_newer(*version)) {
        return Ok(foreign(version));
    }
    if let Some(newest) = applied.keys().next_back() {
        return Ok(Verdict::wrong(
            (
                format!(
                    "la base de datos es de una versión más nueva: tiene la migración {newest}"
                ),
                format!("the database is of a newer release: it has migration {newest}"),
            ),
            ("actualice este programa", "update this program"),
        ));
    }
    if missing > 0 {
        return Ok(Verdict::wrong(
            (format!("faltan {missing}"), format!("{missing} are missing")),
            ("ejecute `fastops migrate`", "run `fastops migrate`"),
        ));
    }
    let n = MIGRATOR.iter().count();
    Ok(Verdict::good((
        format!("las {n} de esta versión están aplicadas"),
        format!("all {n} of this release are applied"),
    )))
}

/// The database has this migration, and this release lacks it or has it with another content.
fn foreign(version: i64) -> Verdict {
    Verdict::wrong(
        (
            format!("la migración {version} no es de esta versión"),
            format!("migration {version} is not one of this release"),
        ),
        (
            "use la versión de FastOps que creó esta base de datos, u otra base",
            "use the release of FastOps that made this database, or another database",
        ),
    )
}

#[derive(sqlx::FromRow)]
struct Table {
    name: String,
    enabled: bool,
    forced: bool,
    has_policy: bool,
}

/// Row security is forced on every table with a tenant.
pub(super) async fn row_security(app: Option<&mut PgConnection>) -> Finding {
    let verdict = match app {
        Some(app) => tables_with_row_security(app).await,
        None => Ok(Verdict::unreached()),
    };
    Finding::new("row-security", ("Seguridad por filas", "Row security"), verdict)
}

async fn tables_with_row_security(app: &mut PgConnection) -> Result<Verdict, sqlx::Error> {
    let tables: Vec<Table> = sqlx::query_as(
        "SELECT
             c.oid::regclass::text AS name,
             c.relrowsecurity AS enabled,
             c.relforcerowsecurity AS forced,
             EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid) AS has_policy
         FROM pg_class c
         JOIN pg_attribute a ON a.attrelid = c.oid
         WHERE c.relnamespace = 'public'::regnamespace
             AND c.relkind IN ('r', 'p')
             AND a.attname = 'tenant_id' AND NOT a.attisdropped
         ORDER BY name",
    )
    .fetch_all(app)
    .await?;
    let open = |table: &&Table| !(table.enabled && table.forced && table.has_policy);
    let open: Vec<&Table> = tables.iter().filter(open).collect();
    if open.is_empty() {
        let n = tables.len();
        return Ok(Verdict::good((
            format!("forzada en las {n} tablas con datos de empresas"),
            format!("forced on all {n} tables with data of companies"),
        )));
    }
    let names: Vec<&str> = open.iter().map(|table| table.name.as_str()).collect();
    let names = names.join(", ");
    let advice: Vec<String> = open.into_iter().map(mend).collect();
    let advice = advice.join("\n");
    Ok(Verdict::wrong(
        (
            format!("una empresa podría ver datos de otra en: {names}"),
            format!("a company might see data of another in: {names}"),
        ),
        (advice.clone(), advice),
    ))
}

fn mend(table: &Table) -> String {
    let Table { name, has_policy, .. } = table;
    if *has_policy {
        format!(
            "ALTER TABLE {name} ENABLE ROW LEVEL SECURITY; \
             ALTER TABLE {name} FORCE ROW LEVEL SECURITY;"
        )
    } else {
        format!("SELECT enable_tenant_rls('{name}');")
    }
}
