//! Completes the claims of names that companies gave with an earlier release, which knew one version of the
//! folding: "Straße" then kept "STRASSE" free for another product.

use std::time::Duration;

use commands::names::NameOf;
use commands::{CommandError, World};
use domain::claim;
use domain::shared::TenantId;
use event_store::EventStore;
use projections::{LogPlace, ReadError, Waited, names};
use tokio_util::sync::CancellationToken;

use crate::installation::Installation;

/// The pause before a retry.
const PAUSE: Duration = Duration::from_secs(30);

/// How long the read models of a company may take to show what the log had before.
const SHOWN_WITHIN: Duration = Duration::from_secs(30);

/// How many companies of a page are read at once.
const ROWS: u16 = 200;

/// Why the claims of a company could not be completed yet.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The command failed.
    #[error(transparent)]
    Command(#[from] CommandError<claim::Error>),
    /// The log failed.
    #[error(transparent)]
    World(#[from] World),
    /// The names could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The read models do not show all names.
    #[error("the read models of company {0} are behind the log")]
    Behind(TenantId),
}

/// Completes the claims of every company once; retries until it has, or until `shutdown`. Until then such a
/// name can be given to a second thing in its other spelling.
pub async fn upgrade(installation: Installation, shutdown: CancellationToken) {
    while !shutdown.is_cancelled() {
        match complete_all(&installation).await {
            Ok(0) => return,
            Ok(companies) => {
                tracing::info!(companies, "the claims of names were completed");
                return;
            }
            Err(error) => {
                tracing::warn!(error = %error, "the claims of names could not be completed: names \
                    of earlier releases are not unique in all spellings; trying again");
            }
        }
        tokio::select! {
            () = shutdown.cancelled() => {}
            () = tokio::time::sleep(PAUSE) => {}
        }
    }
}

/// Completes the claims of every company whose claims are not complete. Returns their number.
pub async fn complete_all(installation: &Installation) -> Result<u32, Error> {
    let (operator, mut completed, mut after) = (installation.operator(), 0, None);
    loop {
        let page = operator.companies(after.as_deref(), ROWS).await?;
        for company in page.rows {
            if !installation.commands.has_complete_claims(company.tenant).await? {
                complete(installation, company.tenant).await?;
                completed += 1;
            }
        }
        after = page.next;
        if after.is_none() {
            return Ok(completed);
        }
    }
}

async fn complete(installation: &Installation, tenant: TenantId) -> Result<(), Error> {
    let head = installation.store.head().await.map_err(World::from)?;
    let place = LogPlace { incarnation: head.incarnation, position: head.position };
    let read_db = &installation.read_db;
    let waited = read_db.wait_for(tenant, &names::CONSUMERS, place, SHOWN_WITHIN).await?;
    if waited != Waited::Reached {
        return Err(Error::Behind(tenant));
    }
    let mut tx = read_db.tenant(tenant).await?;
    let found = names::beyond_ascii(&mut tx).await?;
    drop(tx);
    let name_of = |(kind, holder, name)| NameOf { kind, holder, name };
    let names = found.into_iter().map(name_of).collect();
    Ok(installation.commands.complete_claims(tenant, names).await?)
}
