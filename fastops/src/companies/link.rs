//! The link at which an administrator without a password chooses one, and how commands print it.

use std::io::{self, Write};

use api::auth::opaque::{Kind, Opaque};
use api::language::Language;
use chrono::TimeDelta;
use commands::World;
use commands::identity::{Authority, Known, TicketFor, TicketKind, Tickets};
use domain::shared::{TenantId, UserId};

use crate::config::{ConfigError, TokenArgs};
use crate::identity::People;
use crate::import::language;
use crate::installation::Installation;

/// How long the link is good.
const JOIN_WITHIN: TimeDelta = TimeDelta::days(7);

/// The link of an administrator, as the command line asks for it.
#[derive(clap::Args)]
pub(super) struct LinkArgs {
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
    pub(super) json: bool,
}

impl LinkArgs {
    /// The accounts and secrets of people, under the given master key.
    pub(super) fn people(&self, installation: &Installation) -> Result<People, ConfigError> {
        Ok(People::new(installation.app.clone(), self.token.master_key()?))
    }

    /// A link with which the user chooses a password; it voids all earlier ones. None for a user who has a
    /// password.
    pub(super) async fn make(
        &self,
        installation: &Installation,
        people: &People,
        (tenant, user): (TenantId, UserId),
    ) -> Result<Option<String>, World> {
        let authority = Authority::new(installation.commands.clone());
        let known = authority.known(tenant, user).await?;
        let Some(Known { epoch, has_joined: false, .. }) = known else { return Ok(None) };
        let token = Opaque::fresh(&people.renewals(), Kind::Invitation, tenant, user.uuid());
        let ticket = TicketFor { tenant, kind: TicketKind::Invitation, subject: user.uuid() };
        let until = installation.clock.now() + JOIN_WITHIN;
        people.keep(ticket, token.hash(), epoch, Some(until)).await?;
        Ok(Some(token.link(self.public_url.trim_end_matches('/'), "join")))
    }

    /// Prints what was done, and how the administrator gets in.
    pub(super) fn write_text(
        &self,
        done: impl FnOnce(Language) -> String,
        administrator: &str,
        link: Option<&str>,
        out: &mut impl Write,
    ) -> io::Result<()> {
        writeln!(out, "{}", done(self.lang))?;
        match (link, self.lang) {
            (Some(link), Language::Spanish) => writeln!(
                out,
                "{administrator} elige su contraseña en este enlace, dentro de una semana:\n  {link}"
            ),
            (Some(link), Language::English) => writeln!(
                out,
                "{administrator} chooses a password at this link, within a week:\n  {link}"
            ),
            (None, Language::Spanish) => writeln!(out, "{administrator} ya tiene contraseña."),
            (None, Language::English) => writeln!(out, "{administrator} has a password already."),
        }
    }
}
