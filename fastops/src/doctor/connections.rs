//! Whether the database can be reached, in each role.

use std::time::Duration;

use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection, PgConnection};

use super::finding::{Finding, Verdict};
use crate::installation::Databases;

/// How long a connection may take.
const CONNECT_WITHIN: Duration = Duration::from_secs(5);

/// The connections that later checks look through.
pub(super) struct Connections {
    pub(super) app: Option<PgConnection>,
    pub(super) owner: Option<PgConnection>,
}

impl Connections {
    /// Connects in each role, and reports the result.
    pub(super) async fn open(databases: &Databases) -> (Self, Vec<Finding>) {
        let Databases { app, projector, owner } = databases;
        let (app, app_finding) = connect(app, &APP).await;
        let (_, projector_finding) = connect(projector, &PROJECTOR).await;
        let (owner, owner_finding) = connect(owner, &OWNER).await;
        (Self { app, owner }, vec![app_finding, projector_finding, owner_finding])
    }
}

struct Role {
    check: &'static str,
    title: (&'static str, &'static str),
    variable: &'static str,
}

const APP: Role = Role {
    check: "database-app",
    title: ("Base de datos, para la aplicación", "Database, for the application"),
    variable: "FASTOPS_DATABASE_URL",
};

const PROJECTOR: Role = Role {
    check: "database-projector",
    title: ("Base de datos, para los consumidores", "Database, for the consumers"),
    variable: "FASTOPS_PROJECTOR_DATABASE_URL",
};

const OWNER: Role = Role {
    check: "database-owner",
    title: ("Base de datos, para las migraciones", "Database, for migrations"),
    variable: "FASTOPS_OWNER_DATABASE_URL",
};

async fn connect(options: &PgConnectOptions, role: &Role) -> (Option<PgConnection>, Finding) {
    let connecting = async {
        let mut connection = PgConnection::connect_with(options).await?;
        let (user, version): (String, String) =
            sqlx::query_as("SELECT current_user::text, current_setting('server_version')")
                .fetch_one(&mut connection)
                .await?;
        Ok::<_, sqlx::Error>((connection, user, version))
    };
    let (connection, verdict) = match tokio::time::timeout(CONNECT_WITHIN, connecting).await {
        Ok(Ok((connection, user, version))) => {
            let seen = (
                format!("PostgreSQL {version} como {user}"),
                format!("PostgreSQL {version} as {user}"),
            );
            (Some(connection), Verdict::good(seen))
        }
        Ok(Err(error)) => (None, unreachable(role, &error.to_string())),
        Err(_) => (None, unreachable(role, &format!("{} s", CONNECT_WITHIN.as_secs()))),
    };
    (connection, Finding::new(role.check, role.title, Ok(verdict)))
}

fn unreachable(role: &Role, reason: &str) -> Verdict {
    let variable = role.variable;
    Verdict::wrong(
        (format!("no responde: {reason}"), format!("it does not answer: {reason}")),
        (
            format!(
                "revise que PostgreSQL esté en marcha y que la dirección en {variable} sea la suya; \
                 los roles los crea `fastops migrate`"
            ),
            format!(
                "see that PostgreSQL runs and that the address in {variable} is its own; \
                 `fastops migrate` makes the roles"
            ),
        ),
    )
}
