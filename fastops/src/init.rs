//! `fastops init`: a company with its first administrator.

use std::io::{self, Write};
use std::path::PathBuf;

use api::auth::password::{PasswordError, Passwords};
use serde_json::json;

use crate::companies::{self, CompanyDetails, DetailsError, set_up};
use crate::identity::People;
use crate::installation::Installation;

/// The company, as given on the command line.
#[derive(clap::Args)]
pub struct CompanyArgs {
    /// A company that has the short name already keeps its people, and the person with the address gets
    /// the password.
    #[command(flatten)]
    details: CompanyDetails,

    /// The file with the administrator's password; asked for on standard input if not given.
    #[arg(long)]
    password_file: Option<PathBuf>,
}

/// Why no company was set up.
#[derive(Debug, thiserror::Error)]
pub enum InitError {
    /// It cannot be called like this.
    #[error(transparent)]
    Details(#[from] DetailsError),
    /// The password cannot be read.
    #[error("could not read the password")]
    Read(#[source] io::Error),
    /// The password cannot be used.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// The company could not be written.
    #[error(transparent)]
    Company(#[from] companies::Error),
    /// Standard output is closed.
    #[error("could not write the answer")]
    Output(#[source] io::Error),
}

/// Sets the company up and prints its id as a line of JSON. Safe to repeat.
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
    let company = args.details.company(installation.clock.now())?;
    let slug = company.slug.clone();
    let person = &company.administrator;
    let names = [company.name.as_str(), slug.as_str(), person.name.as_str(), &person.email];
    let texts = names.map(str::to_owned).into();
    let password_hash = Passwords::new().hash_new(password, texts, None).await?;
    let tenant = set_up(installation, people, company, &password_hash).await?;
    let line = json!({"tenant_id": tenant.uuid(), "tenant": slug});
    writeln!(out, "{line}").map_err(InitError::Output)
}
