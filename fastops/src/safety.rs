//! What is not safe does not start.

use commands::World;
use commands::identity::Accounts;

use crate::config::{NamedSecret, Secrets};
use crate::identity::People;
use crate::installation::Installation;

/// The name of the key that a demo signs with.
pub(crate) const DEMO_KEY_ID: &str = "demo";

/// Why it does not start.
#[derive(Debug, thiserror::Error)]
pub enum Unsafe {
    /// The database could not be asked.
    #[error("could not ask the database who is connected")]
    Database(#[from] sqlx::Error),
    /// Row security does not hold for the role.
    #[error(
        "FASTOPS_DATABASE_URL connects as {role}, who is a superuser, may bypass row security or owns \
         tables: use fastops_app"
    )]
    Role {
        /// Who.
        role: String,
    },
    /// The secret belongs to a demo.
    #[error("the token key \"{DEMO_KEY_ID}\" is that of a demo: make a secret of your own")]
    DemoSecret,
    /// The secret can be guessed.
    #[error(
        "the token secret \"{id}\" is no secret: it repeats itself; make one with openssl rand"
    )]
    NoSecret {
        /// The name of the key.
        id: String,
    },
    /// The owner of a demo can sign in.
    #[error("{email} of a demo can sign in: use a database of your own")]
    DemoUser {
        /// Their address.
        email: &'static str,
    },
    /// The accounts could not be asked.
    #[error(transparent)]
    Accounts(#[from] World),
}

/// How many different bytes a secret has at least.
const DIFFERENT_BYTES_MIN: usize = 8;

/// Refuses a database role that row security does not hold for, and secrets that can be guessed.
pub async fn check(installation: &Installation, secrets: &Secrets) -> Result<(), Unsafe> {
    for secret in std::iter::once(&secrets.current).chain(&secrets.previous) {
        let NamedSecret { id, bytes } = secret;
        if id == DEMO_KEY_ID {
            return Err(Unsafe::DemoSecret);
        }
        let different: std::collections::HashSet<_> = bytes.iter().collect();
        if different.len() < DIFFERENT_BYTES_MIN {
            return Err(Unsafe::NoSecret { id: id.clone() });
        }
    }
    let (role, is_unsafe): (String, bool) = sqlx::query_as(
        "SELECT
             r.rolname::text,
             r.rolsuper OR r.rolbypassrls OR EXISTS (
                 SELECT FROM pg_class c
                 WHERE c.relnamespace = 'public'::regnamespace
                     AND c.relkind IN ('r', 'p')
                     AND c.relowner = r.oid
             )
         FROM pg_roles r
         WHERE r.rolname = current_user",
    )
    .fetch_one(&installation.app)
    .await?;
    if is_unsafe {
        return Err(Unsafe::Role { role });
    }
    let people = People::new(installation.app.clone(), secrets.master.clone());
    let email = crate::demo::OWNER_EMAIL;
    let accounts = people.of_email(email, None).await?;
    if accounts.is_empty() { Ok(()) } else { Err(Unsafe::DemoUser { email }) }
}
