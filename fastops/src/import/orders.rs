//! The orders of a source: some are placed, one after another, then all of those are brought to their
//! end at once, and so on.
//!
//! Placing takes the branch's next number, so orders are placed in the order of the source, each after
//! the one before it is in the log: those that are placed are always a beginning of the source. What
//! follows concerns one order only. The two alternate because the log commits whatever arrives
//! together at once: an order that is being placed would wait for the steps of others twice.

use std::sync::Arc;

use commands::World;
use domain::shared::BranchId;
use tokio::task::JoinSet;

use super::catalogue::Catalogue;
use super::error::Error;
use super::history::PastOrder;
use super::importing::Importing;
use super::progress::Progress;
use super::steps::{N_STEPS, finish, place};

/// How many orders are brought to their end at once.
const TOGETHER: usize = 128;

/// Executes the missing commands of each order, of which `n_done` are done.
pub(super) async fn import(
    importing: &Importing,
    branch: BranchId,
    catalogue: &mut Catalogue<'_>,
    (orders, n_done): (&[Arc<PastOrder>], &[usize]),
    progress: &Progress,
) -> Result<(), Error> {
    for (orders, n_done) in orders.chunks(TOGETHER).zip(n_done.chunks(TOGETHER)) {
        let unfinished = || orders.iter().zip(n_done).filter(|(_, n_done)| **n_done < N_STEPS);
        for (order, _) in unfinished().filter(|(_, n_done)| **n_done == 0) {
            let lines = catalogue.lines(order).await?;
            place(importing, branch, order, lines).await?;
        }
        let mut on_their_way = JoinSet::new();
        for (order, n_done) in unfinished() {
            let (importing, order, n_done) = (importing.clone(), Arc::clone(order), *n_done);
            on_their_way.spawn(async move { finish(&importing, &order, n_done).await });
        }
        while let Some(ended) = on_their_way.join_next().await {
            ended.map_err(|_| Error::World(World::Lost))??;
            progress.one_more();
        }
    }
    Ok(())
}
