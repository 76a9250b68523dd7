//! Upgrades the roles of companies that began with an earlier release to those of this one.

use std::time::Duration;

use commands::identity::upgrade_seeds;
use domain::identity::roles::SEEDS_VERSION;
use tokio_util::sync::CancellationToken;

use crate::installation::Installation;

/// The pause before a retry.
const PAUSE: Duration = Duration::from_secs(30);

/// Upgrades every company once; retries until it has, or until `shutdown`. Roles that are not upgraded yet
/// lack the permissions of the release and work as before.
pub async fn upgrade(installation: Installation, shutdown: CancellationToken) {
    while !shutdown.is_cancelled() {
        match upgrade_seeds(&installation.commands, &installation.operator()).await {
            Ok(0) => return,
            Ok(companies) => {
                tracing::info!(
                    companies,
                    version = SEEDS_VERSION,
                    "the seeded roles were upgraded"
                );
                return;
            }
            Err(error) => {
                tracing::warn!(error = %error, "the seeded roles could not be upgraded: they \
                    lack the permissions of this release; trying again");
            }
        }
        tokio::select! {
            () = shutdown.cancelled() => {}
            () = tokio::time::sleep(PAUSE) => {}
        }
    }
}
