//! Whether what is committed is kept, the clocks agree and the secret is one.

use api::auth::token::{KeyError, SigningKey};
use chrono::{DateTime, TimeDelta, Utc};
use commands::Clock;
use sqlx::PgConnection;

use super::finding::{Finding, Verdict};
use crate::config::{ConfigError, NamedSecret, Secrets};

/// How far the clocks of database and machine may be apart.
const SKEW_MAX: TimeDelta = TimeDelta::seconds(2);

/// PostgreSQL reports a commit only when it is on disk.
pub(super) async fn durability(app: Option<&mut PgConnection>) -> Finding {
    let verdict = match app {
        Some(app) => settings(app).await,
        None => Ok(Verdict::unreached()),
    };
    Finding::new("durability", ("Durabilidad", "Durability"), verdict)
}

async fn settings(app: &mut PgConnection) -> Result<Verdict, sqlx::Error> {
    let off: Vec<String> = sqlx::query_scalar(
        "SELECT name
         FROM pg_settings
         WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit') AND setting = 'off'
         ORDER BY name",
    )
    .fetch_all(app)
    .await?;
    if off.is_empty() {
        return Ok(Verdict::good((
            "lo confirmado sobrevive a un corte de luz",
            "what was committed survives a power cut",
        )));
    }
    let names = off.join(", ");
    let advice: Vec<String> = off
        .iter()
        .map(|name| format!("ALTER SYSTEM SET {name} = 'on'; SELECT pg_reload_conf();"))
        .collect();
    let advice = advice.join("\n");
    Ok(Verdict::wrong(
        (
            format!("un corte de luz puede perder pedidos confirmados: apagado {names}"),
            format!("a power cut can lose orders that were accepted: {names} is off"),
        ),
        (advice.clone(), advice),
    ))
}

/// The database's clock is the machine's.
pub(super) async fn clock(app: Option<&mut PgConnection>, clock: &dyn Clock) -> Finding {
    let verdict = match app {
        Some(app) => compare(app, clock).await,
        None => Ok(Verdict::unreached()),
    };
    Finding::new("clock", ("Relojes", "Clocks"), verdict)
}

async fn compare(app: &mut PgConnection, clock: &dyn Clock) -> Result<Verdict, sqlx::Error> {
    let before = clock.now();
    let theirs: DateTime<Utc> =
        sqlx::query_scalar("SELECT clock_timestamp()").fetch_one(app).await?;
    let after = clock.now();
    // Somewhere in between is when they looked; the answer's way is not held against them.
    let skew = (before - theirs).max(theirs - after).max(TimeDelta::zero());
    let milliseconds = skew.num_milliseconds();
    if skew <= SKEW_MAX {
        return Ok(Verdict::good((
            format!("el de la base de datos y el de esta máquina difieren en {milliseconds} ms"),
            format!("the database's and this machine's differ by {milliseconds} ms"),
        )));
    }
    Ok(Verdict::wrong(
        (
            format!("el de la base de datos y el de esta máquina difieren en {milliseconds} ms"),
            format!("the database's and this machine's differ by {milliseconds} ms"),
        ),
        (
            "sincronice ambas máquinas con NTP: `timedatectl set-ntp true`",
            "synchronise both machines by NTP: `timedatectl set-ntp true`",
        ),
    ))
}

/// Tokens are signed with a secret that cannot be guessed.
pub(super) fn token_secret(secrets: Result<Secrets, ConfigError>) -> Finding {
    let advice = (
        "(umask 077; openssl rand -base64 48 > token.secret), y FASTOPS_TOKEN_SECRET_FILE=token.secret",
        "(umask 077; openssl rand -base64 48 > token.secret), and FASTOPS_TOKEN_SECRET_FILE=token.secret",
    );
    let verdict = match secrets {
        Err(ConfigError::NoSecret) => Verdict::wrong(("no hay ninguno", "there is none"), advice),
        Err(error @ (ConfigError::NoMasterKey | ConfigError::WeakMasterKey(_))) => Verdict::wrong(
            (
                "falta la llave maestra de las personas, o es demasiado corta".to_owned(),
                error.to_string(),
            ),
            (
                "(umask 077; openssl rand -base64 48 > master.key), y FASTOPS_MASTER_KEY_FILE=master.key",
                "(umask 077; openssl rand -base64 48 > master.key), and FASTOPS_MASTER_KEY_FILE=master.key",
            ),
        ),
        Err(ConfigError::Exposed { path, mode }) => {
            let path = path.display();
            Verdict::wrong(
                (
                    format!("otros pueden leer {path}, que tiene el modo {mode:o}"),
                    format!("others can read {path}, which has the mode {mode:o}"),
                ),
                (format!("chmod 600 {path}"), format!("chmod 600 {path}")),
            )
        }
        Err(ConfigError::Shared { first, second }) => Verdict::wrong(
            (
                format!("{first} y {second} son el mismo secreto"),
                format!("{first} and {second} are one secret"),
            ),
            ("haga uno para cada cosa, con openssl rand", "make one for each, with openssl rand"),
        ),
        Err(ConfigError::Repeats { variable }) => Verdict::wrong(
            (
                format!("lo que dice {variable} se repite y se puede adivinar"),
                format!("what {variable} says repeats itself and can be guessed"),
            ),
            ("haga otro con openssl rand -base64 48", "make another with openssl rand -base64 48"),
        ),
        Err(error) => {
            let seen =
                (format!("no se pudo leer: {error}"), format!("it could not be read: {error}"));
            Verdict::wrong(seen, advice)
        }
        Ok(secrets) => {
            let all = std::iter::once(&secrets.current).chain(&secrets.previous);
            let mut bad = all.filter_map(|NamedSecret { id, bytes }| {
                let key = SigningKey::try_new(id.clone(), secrets.algorithm, bytes);
                key.err().map(|error| (id, error))
            });
            match bad.next() {
                Some((id, KeyError::Weak)) => Verdict::wrong(
                    (
                        format!("el secreto \"{id}\" es demasiado corto"),
                        format!("secret \"{id}\" is too short"),
                    ),
                    advice,
                ),
                Some((id, error @ (KeyError::Pem | KeyError::NoPrivateKey))) => Verdict::wrong(
                    (
                        format!("el secreto \"{id}\" no sirve para FASTOPS_TOKEN_ALGORITHM"),
                        format!("secret \"{id}\": {error}"),
                    ),
                    (
                        "HS256 usa bytes al azar; EdDSA, lo que da openssl genpkey -algorithm ed25519",
                        "HS256 takes random bytes; EdDSA, what openssl genpkey -algorithm ed25519 makes",
                    ),
                ),
                None => Verdict::good(("es bastante largo", "it is long enough")),
            }
        }
    };
    let title = ("Secreto de las sesiones", "Secret of the sessions");
    Finding::new("token-secret", title, Ok(verdict))
}
