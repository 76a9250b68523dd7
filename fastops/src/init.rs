//! `fastops init`: a company with its first administrator.

use std::io::{self, Write};
use std::path::PathBuf;

use api::auth::password::{PasswordError, Passwords};
use commands::identity::{NewCompany, Person};
use domain::shared::{Name, NameError, Slug, SlugError};
use serde_json::json;

use crate::companies::{self, set_up};
use crate::installation::Installation;
use crate::people::People;
use crate::subscriptions::FirstSubscription;

/// A company as the command line says it.
#[derive(clap::Args)]
pub struct CompanyArgs {
    /// The name on its tickets.
    #[arg(long)]
    name: String,

    /// Its short name: 2 to 40 of a-z, 0-9 and inner hyphens. A company that has it already keeps its
    /// people, and its administrator gets the password.
    #[arg(long)]
    slug: String,

    /// What the administrator is called.
    #[arg(long)]
    administrator: String,

    /// The administrator's e-mail address.
    #[arg(long)]
    email: String,

    /// The file with the administrator's password; asked for on standard input if not given.
    #[arg(long)]
    password_file: Option<PathBuf>,

    #[command(flatten)]
    subscription: FirstSubscription,
}

/// Why no company was set up.
#[derive(Debug, thiserror::Error)]
pub enum InitError {
    /// The name of the company, the administrator or the plan is not one.
    #[error("a name cannot be used")]
    Name(#[from] NameError),
    /// The short name is not one.
    #[error(transparent)]
    Slug(#[from] SlugError),
    /// The address is not one.
    #[error("the e-mail address has no @")]
    Email,
    /// The password cannot be read.
    #[error("could not read the password")]
    Read(#[source] io::Error),
    /// The password cannot be used.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// The company could not be written.
    #[error(transparent)]
    Company(#[from] companies::Error),
    /// Nobody can be told.
    #[error("could not say what was done")]
    Output(#[source] io::Error),
}

/// Sets the company up and says its id as a line of JSON. Safe to repeat.
pub async fn run(
    args: CompanyArgs,
    installation: &Installation,
    people: &People,
    out: &mut impl Write,
) -> Result<(), InitError> {
    let password = match &args.password_file {
        Some(path) => std::fs::read_to_string(path),
        None => io::read_to_string(io::stdin().lock()),
    };
    let password = password.map_err(InitError::Read)?;
    let password = password.trim_end_matches(['\r', '\n']).to_owned();
    if !args.email.contains('@') {
        return Err(InitError::Email);
    }
    let company = NewCompany {
        name: Name::parse(&args.name)?,
        slug: Slug::parse(&args.slug)?,
        administrator: Person { name: Name::parse(&args.administrator)?, email: args.email },
        subscription: args.subscription.change(installation.clock.now())?,
    };
    let password_hash = Passwords::new().hash_new(password).await?;
    let tenant = set_up(installation, people, company, &password_hash).await?;
    let line = json!({"tenant_id": tenant.uuid(), "tenant": args.slug});
    writeln!(out, "{line}").map_err(InitError::Output)
}
