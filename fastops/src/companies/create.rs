//! `fastops companies create`: a company whose administrator gets a link to set a password.

use std::io::{self, Write};

use api::auth::opaque::{Kind, Opaque};
use api::language::Language;
use chrono::TimeDelta;
use commands::Request;
use commands::World;
use commands::identity::{Authority, Known, TicketFor, TicketKind, Tickets};
use domain::shared::{CommandId, CorrelationId, TenantId, UserId};
use serde_json::json;
use uuid::Uuid;

use super::details::{CompanyDetails, DetailsError};
use crate::config::{ConfigError, TokenArgs};
use crate::identity::People;
use crate::import::language;
use crate::installation::Installation;

/// How long the link is good.
const JOIN_WITHIN: TimeDelta = TimeDelta::days(7);

/// A company to be set up, and how its administrator gets in.
#[derive(clap::Args)]
pub struct Creation {
    #[command(flatten)]
    details: CompanyDetails,

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

/// Why no company was set up.
#[derive(Debug, thiserror::Error)]
pub enum CreationError {
    /// It cannot be called like this.
    #[error(transparent)]
    Details(#[from] DetailsError),
    /// The master key is not there.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// It is not set up.
    #[error(transparent)]
    Company(#[from] super::Error),
    /// The link could not be kept.
    #[error(transparent)]
    World(#[from] World),
    /// Standard output is closed.
    #[error("could not write the answer")]
    Output(#[from] io::Error),
}

/// What there is to say.
struct Created {
    tenant: TenantId,
    slug: String,
    name: String,
    administrator: String,
    /// None for whoever has a password.
    link: Option<String>,
}

/// Sets the company up and says the link. The same again comes to the same company and makes another
/// link, as long as nobody has a password.
pub(crate) async fn create(
    creation: Creation,
    installation: &Installation,
    out: &mut impl Write,
) -> Result<(), CreationError> {
    let Creation { details, token, public_url, lang, json } = creation;
    let people = People::new(installation.app.clone(), token.master_key()?);
    let company = details.company(installation.clock.now())?;
    let (name, administrator) = (company.name.to_string(), company.administrator.name.to_string());
    let slug = company.slug.to_string();
    let same = Uuid::new_v5(&Uuid::nil(), format!("fastops companies create {slug}").as_bytes());
    let request = Request::live(CommandId::derived(same));
    let correlation = CorrelationId::from_uuid(installation.ids.uuid()).into();
    let created = installation.operator().create(&people, correlation, request, company).await;
    let created = created.map_err(super::Error::from)?;
    let (tenant, user) = (created.tenant, created.administrator);
    let token = ticket(installation, &people, tenant, user).await?;
    let link = token.map(|token| token.link(public_url.trim_end_matches('/'), "join"));
    let created = Created { tenant, slug, name, administrator, link };
    let said = if json { created.write_json(out) } else { created.write_text(lang, out) };
    Ok(said?)
}

/// A link at which whoever has no password chooses one; it takes the place of an earlier one.
pub(super) async fn ticket(
    installation: &Installation,
    people: &People,
    tenant: TenantId,
    user: UserId,
) -> Result<Option<Opaque>, World> {
    let authority = Authority::new(installation.commands.clone());
    let known = authority.known(tenant, user).await?;
    let Some(Known { epoch, has_joined: false, .. }) = known else { return Ok(None) };
    let token = Opaque::fresh(&people.renewals(), Kind::Invitation, tenant, user.uuid());
    let ticket = TicketFor { tenant, kind: TicketKind::Invitation, subject: user.uuid() };
    let until = installation.clock.now() + JOIN_WITHIN;
    people.keep(ticket, token.hash(), epoch, Some(until)).await?;
    Ok(Some(token))
}

impl Created {
    fn write_json(&self, out: &mut impl Write) -> io::Result<()> {
        let Self { tenant, slug, link, .. } = self;
        writeln!(out, "{}", json!({"tenant_id": tenant.uuid(), "tenant": slug, "link": link}))
    }

    fn write_text(&self, language: Language, out: &mut impl Write) -> io::Result<()> {
        let Self { slug, name, administrator, link, .. } = self;
        let is_spanish = language == Language::Spanish;
        let set_up = if is_spanish { "quedó lista" } else { "is set up" };
        writeln!(out, "{name} ({slug}) {set_up}.")?;
        match (link, is_spanish) {
            (Some(link), true) => writeln!(
                out,
                "{administrator} elige su contraseña en este enlace, dentro de una semana:\n  {link}"
            ),
            (Some(link), false) => writeln!(
                out,
                "{administrator} chooses a password at this link, within a week:\n  {link}"
            ),
            (None, true) => writeln!(out, "{administrator} ya tiene contraseña."),
            (None, false) => writeln!(out, "{administrator} has a password already."),
        }
    }
}
