//! `fastops companies restore-administrator`: somebody who may administer a company again.

use std::io::{self, Write};

use api::language::Language;
use commands::Request;
use commands::identity::{Person, RestoreRefusal};
use commands::{CommandError, World};
use domain::shared::email::EmailAddress;
use domain::shared::{CommandId, CorrelationId, Name, NameError};
use serde_json::json;

use super::create::ticket;
use crate::config::{ConfigError, TokenArgs};
use crate::identity::People;
use crate::import::language;
use crate::installation::Installation;

/// Who should administer which company, and how they get in.
#[derive(clap::Args)]
pub struct Restoration {
    /// The company's short name.
    #[arg(long)]
    slug: String,

    /// What the administrator is called; of whoever is known in the company already, the name stays.
    #[arg(long)]
    administrator: String,

    /// The administrator's e-mail address.
    #[arg(long)]
    email: String,

    #[command(flatten)]
    token: TokenArgs,

    /// Where people find the service, for the link.
    #[arg(long, env = "FASTOPS_PUBLIC_URL", default_value = "http://127.0.0.1:8080")]
    public_url: String,

    /// The language of the answer.
    #[arg(long, value_parser = language, default_value = "es")]
    lang: Language,

    /// Print the answer as a line of JSON.
    #[arg(long)]
    json: bool,
}

/// Why nobody was made an administrator.
#[derive(Debug, thiserror::Error)]
pub enum RestorationError {
    /// The name is not one.
    #[error("a name cannot be used")]
    Name(#[from] NameError),
    /// The address is not one.
    #[error("the e-mail address has no @")]
    Email,
    /// The master key is not there.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// No company has this short name.
    #[error(transparent)]
    Company(#[from] super::Error),
    /// The company's rules do not allow it.
    #[error(transparent)]
    Command(#[from] CommandError<RestoreRefusal>),
    /// The link could not be kept.
    #[error(transparent)]
    World(#[from] World),
    /// Standard output is closed.
    #[error("could not write the answer")]
    Output(#[from] io::Error),
}

/// Makes somebody an administrator of all branches, and says the link for whoever has no password.
pub(crate) async fn restore(
    restoration: Restoration,
    installation: &Installation,
    out: &mut impl Write,
) -> Result<(), RestorationError> {
    let Restoration { slug, administrator, email, token, public_url, lang, json } = restoration;
    let email = EmailAddress::parse(&email).map_err(|_| RestorationError::Email)?;
    let person = Person { name: Name::parse(&administrator)?, email: email.as_str().to_owned() };
    let people = People::new(installation.app.clone(), token.master_key()?);
    let tenant = super::by_slug(installation, &slug).await?;
    let request = Request::live(CommandId::from_uuid(installation.ids.uuid()));
    let correlation = CorrelationId::from_uuid(installation.ids.uuid()).into();
    let operator = installation.operator();
    let whom = (tenant, &person);
    let restored = operator.restore_administrator(&people, correlation, request, whom).await?;
    let token = ticket(installation, &people, tenant, restored.user).await?;
    let link = token.map(|token| token.link(public_url.trim_end_matches('/'), "join"));
    if json {
        let user = restored.user.uuid();
        writeln!(out, "{}", json!({"tenant": slug, "administrator_id": user, "link": link}))?;
    } else {
        write_text(lang, (&slug, &person.email), link.as_deref(), out)?;
    }
    Ok(())
}

fn write_text(
    language: Language,
    (slug, email): (&str, &str),
    link: Option<&str>,
    out: &mut impl Write,
) -> io::Result<()> {
    let is_spanish = language == Language::Spanish;
    let administers =
        if is_spanish { "administra todas las sedes de" } else { "administers every branch of" };
    writeln!(out, "{email} {administers} {slug}.")?;
    match (link, is_spanish) {
        (Some(link), true) => {
            writeln!(out, "Elige su contraseña en este enlace, dentro de una semana:\n  {link}")
        }
        (Some(link), false) => {
            writeln!(out, "They choose a password at this link, within a week:\n  {link}")
        }
        (None, true) => writeln!(out, "Ya tiene contraseña."),
        (None, false) => writeln!(out, "They have a password already."),
    }
}
