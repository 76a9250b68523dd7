//! Read models that show everything that is in the log.

use domain::shared::TenantId;
use event_store::consumer::{Board, SILENCE_MAX, keep_running_alone};
use tokio_util::sync::CancellationToken;

use crate::import::{Error, wait_for_read_models};
use crate::installation::Installation;

/// Waits until the read models of a company show what is in the log. Where no process keeps them, they are kept here
/// until then; beside one that does, its leases keep these consumers waiting.
pub(super) async fn up_to_date(installation: &Installation, tenant: TenantId) -> Result<(), Error> {
    let shutdown = CancellationToken::new();
    let _ends_with_this = shutdown.clone().drop_guard();
    let board = Board::default();
    let (feed, leases) =
        (installation.feed(&board, installation.tail(&shutdown)), installation.leases());
    for consumer in projections::consumers() {
        let (feed, leases, shutdown) = (feed.clone(), leases.clone(), shutdown.clone());
        tokio::spawn(keep_running_alone(consumer, feed, leases, SILENCE_MAX, shutdown));
    }
    wait_for_read_models(installation, tenant, &board).await
}
