//! `fastops companies create`: a company whose administrator gets a link to choose a password.

use std::io::{self, Write};

use api::language::Language;
use commands::Request;
use commands::World;
use domain::shared::{CommandId, CorrelationId};
use serde_json::json;
use uuid::Uuid;

use super::details::{CompanyDetails, DetailsError};
use super::link::LinkArgs;
use crate::config::ConfigError;
use crate::installation::Installation;

/// A company to be set up, and how its administrator gets in.
#[derive(clap::Args)]
pub struct Creation {
    #[command(flatten)]
    details: CompanyDetails,

    #[command(flatten)]
    link: LinkArgs,
}

/// Why no company was set up.
#[derive(Debug, thiserror::Error)]
pub enum CreationError {
    /// It cannot be called like this.
    #[error(transparent)]
    Details(#[from] DetailsError),
    /// The master key is missing.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// It is not set up.
    #[error(transparent)]
    Company(#[from] super::Error),
    /// The link could not be stored.
    #[error(transparent)]
    World(#[from] World),
    /// Standard output is closed.
    #[error("could not write the answer")]
    Output(#[from] io::Error),
}

/// Sets the company up and prints the link. Repeating it with the same details gives the same company and
/// another link, as long as the administrator has no password.
pub(crate) async fn create(
    creation: Creation,
    installation: &Installation,
    out: &mut impl Write,
) -> Result<(), CreationError> {
    let Creation { details, link: args } = creation;
    let people = args.people(installation)?;
    let company = details.company(installation.clock.now())?;
    let (name, administrator) = (company.name.to_string(), company.administrator.name.to_string());
    let slug = company.slug.to_string();
    let same = Uuid::new_v5(&Uuid::nil(), format!("fastops companies create {slug}").as_bytes());
    let request = Request::live(CommandId::derived(same));
    let correlation = CorrelationId::from_uuid(installation.ids.uuid()).into();
    let created = installation.operator().create(&people, correlation, request, company).await;
    let created = created.map_err(super::Error::from)?;
    let whose = (created.tenant, created.administrator);
    let link = args.make(installation, &people, whose).await?;
    if args.json {
        let tenant = created.tenant.uuid();
        writeln!(out, "{}", json!({"tenant_id": tenant, "tenant": slug, "link": link}))?;
        return Ok(());
    }
    let done = |language| match language {
        Language::Spanish => format!("{name} ({slug}) quedó lista."),
        Language::English => format!("{name} ({slug}) is set up."),
    };
    Ok(args.write_text(done, &administrator, link.as_deref(), out)?)
}
