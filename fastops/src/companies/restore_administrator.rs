//! `fastops companies restore-administrator`: makes a person administrator of a company again.

use std::io::{self, Write};

use api::language::Language;
use commands::Request;
use commands::identity::{Person, RestoreRefusal};
use commands::{CommandError, World};
use domain::shared::email::EmailAddress;
use domain::shared::{CommandId, CorrelationId, Name, NameError};
use serde_json::json;

use super::link::LinkArgs;
use crate::config::ConfigError;
use crate::installation::Installation;

/// Who should administer which company, and how they get in.
#[derive(clap::Args)]
pub struct Restoration {
    /// The company's short name.
    #[arg(long)]
    slug: String,

    /// The administrator's name; a person who is in the company already keeps the name.
    #[arg(long)]
    administrator: String,

    /// The administrator's e-mail address.
    #[arg(long)]
    email: String,

    #[command(flatten)]
    link: LinkArgs,
}

/// Why no person was made an administrator.
#[derive(Debug, thiserror::Error)]
pub enum RestorationError {
    /// The name is not one.
    #[error("a name cannot be used")]
    Name(#[from] NameError),
    /// The address is not one.
    #[error("the e-mail address has no @")]
    Email,
    /// The master key is missing.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// No company has this short name.
    #[error(transparent)]
    Company(#[from] super::Error),
    /// The company's rules do not allow it.
    #[error(transparent)]
    Command(#[from] CommandError<RestoreRefusal>),
    /// The link could not be stored.
    #[error(transparent)]
    World(#[from] World),
    /// Standard output is closed.
    #[error("could not write the answer")]
    Output(#[from] io::Error),
}

/// Makes a person an administrator of all branches, and prints a link if the person has no password.
pub(crate) async fn restore(
    restoration: Restoration,
    installation: &Installation,
    out: &mut impl Write,
) -> Result<(), RestorationError> {
    let Restoration { slug, administrator, email, link: args } = restoration;
    let email = EmailAddress::parse(&email).map_err(|_| RestorationError::Email)?;
    let person = Person { name: Name::parse(&administrator)?, email: email.as_str().to_owned() };
    let people = args.people(installation)?;
    let tenant = super::by_slug(installation, &slug).await?;
    let request = Request::live(CommandId::from_uuid(installation.ids.uuid()));
    let correlation = CorrelationId::from_uuid(installation.ids.uuid()).into();
    let operator = installation.operator();
    let whom = (tenant, &person);
    let restored = operator.restore_administrator(&people, correlation, request, whom).await?;
    let link = args.make(installation, &people, (tenant, restored.user)).await?;
    if args.json {
        let user = restored.user.uuid();
        writeln!(out, "{}", json!({"tenant": slug, "administrator_id": user, "link": link}))?;
        return Ok(());
    }
    let email = &person.email;
    let done = |language| match language {
        Language::Spanish => format!("{email} administra todas las sedes de {slug}."),
        Language::English => format!("{email} administers every branch of {slug}."),
    };
    Ok(args.write_text(done, email, link.as_deref(), out)?)
}
