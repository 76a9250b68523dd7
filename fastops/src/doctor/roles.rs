//! Whether the roles can do no more than they should.

use sqlx::PgConnection;

use super::finding::{Finding, Verdict};
use crate::installation::Databases;

/// Row security does not hold for a role that is a superuser, may bypass it, or is a member of such a role.
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
    let roles: Vec<(String, Option<String>)> = sqlx::query_as(
        "SELECT
             r.rolname::text,
             CASE
                 WHEN r.rolsuper OR r.rolbypassrls THEN 'bypasses'
                 WHEN EXISTS (
                     SELECT FROM pg_class c
                     WHERE c.relnamespace = 'public'::regnamespace
                         AND c.relkind IN ('r', 'p') AND c.relowner = r.oid
                 ) THEN 'owns'
                 WHEN r.rolname <> 'fastops_log' AND EXISTS (
                     SELECT FROM pg_roles l
                     WHERE l.rolname = 'fastops_log' AND pg_has_role(r.oid, l.oid, 'MEMBER')
                 ) THEN 'writes'
             END
         FROM pg_roles r
         WHERE r.rolname = ANY ($1)
         ORDER BY r.rolname",
    )
    .bind(&roles)
    .fetch_all(app)
    .await?;
    let mighty = roles.iter().find_map(|(role, power)| Some((role, power.as_deref()?)));
    let Some((role, power)) = mighty else {
        let names: Vec<&str> = roles.iter().map(|(role, _)| role.as_str()).collect();
        let names = names.join(", ");
        return Ok(Verdict::good((
            format!("ninguno puede más de lo debido: {names}"),
            format!("none can do more than it should: {names}"),
        )));
    };
    let (spanish, english, advice) = match power {
        "bypasses" => (
            format!("{role} pasa por encima de la seguridad por filas"),
            format!("{role} passes over row security"),
            format!("ALTER ROLE {role} NOSUPERUSER NOBYPASSRLS;"),
        ),
        "owns" => (
            format!("{role} es dueño de tablas y puede cambiarlas"),
            format!("{role} owns tables and can change them"),
            format!("REASSIGN OWNED BY {role} TO fastops_owner;"),
        ),
        _ => (
            format!("{role} puede escribir el registro sin pasar por sus funciones"),
            format!("{role} can write the log without its functions"),
            format!("REVOKE fastops_log FROM {role};"),
        ),
    };
    Ok(Verdict::wrong((spanish, english), (advice.clone(), advice)))
}
