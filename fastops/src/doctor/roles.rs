//! Whether the roles can do no more than they should.

use sqlx::PgConnection;

use super::finding::{Finding, Verdict};
use crate::installation::Databases;

#[derive(sqlx::FromRow)]
struct Power {
    role: String,
    superuser: bool,
    bypass: bool,
    owns: bool,
    is_log: bool,
}

/// Row security holds for nobody who is a superuser, may bypass it, or can become somebody who may.
pub(super) async fn attributes(app: Option<&mut PgConnection>, databases: &Databases) -> Finding {
    let verdict = match app {
        Some(app) => look(app, databases).await,
        None => Ok(Verdict::unreached()),
    };
    Finding::new("roles", ("Atributos de los roles", "Attributes of the roles"), verdict)
}

async fn look(app: &mut PgConnection, databases: &Databases) -> Result<Verdict, sqlx::Error> {
    let mut roles = vec!["fastops_app", "fastops_projector", "fastops_log", "fastops_identity"];
    roles.extend([databases.app.get_username(), databases.projector.get_username()]);
    let powers: Vec<Power> = sqlx::query_as(
        "SELECT
             r.rolname::text AS role,
             r.rolsuper AS superuser,
             r.rolbypassrls AS bypass,
             EXISTS (
                 SELECT FROM pg_class c
                 WHERE c.relnamespace = 'public'::regnamespace
                     AND c.relkind IN ('r', 'p') AND c.relowner = r.oid
             ) AS owns,
             r.rolname NOT LIKE 'fastops\\_log' AND EXISTS (
                 SELECT FROM pg_roles l
                 WHERE l.rolname = 'fastops_log' AND pg_has_role(r.oid, l.oid, 'MEMBER')
             ) AS is_log
         FROM pg_roles r
         WHERE r.rolname = ANY ($1)
         ORDER BY r.rolname",
    )
    .bind(&roles)
    .fetch_all(app)
    .await?;
    let Some(power) = powers.iter().find(|p| p.superuser || p.bypass || p.owns || p.is_log) else {
        let names: Vec<&str> = powers.iter().map(|power| power.role.as_str()).collect();
        let names = names.join(", ");
        return Ok(Verdict::good((
            format!("ninguno ve más de lo suyo: {names}"),
            format!("none sees more than its own: {names}"),
        )));
    };
    let role = &power.role;
    let (spanish, english, advice) = if power.superuser || power.bypass {
        (
            format!("{role} pasa por encima de la seguridad por filas"),
            format!("{role} passes over row security"),
            format!("ALTER ROLE {role} NOSUPERUSER NOBYPASSRLS;"),
        )
    } else if power.owns {
        (
            format!("{role} es dueño de tablas y puede cambiarlas"),
            format!("{role} owns tables and can change them"),
            format!("REASSIGN OWNED BY {role} TO fastops_owner;"),
        )
    } else {
        (
            format!("{role} puede escribir el registro sin pasar por sus funciones"),
            format!("{role} can write the log without its functions"),
            format!("REVOKE fastops_log FROM {role};"),
        )
    };
    Ok(Verdict::wrong((spanish, english), (advice.clone(), advice)))
}
