//! The orders of a source, one after another placed, many at a time brought to their end.
//!
//! Placing takes the branch's next number, so orders are placed in the order of the source, each after
//! the one before it is in the log: those that are placed are always a beginning of the source. What
//! follows concerns one order only, and runs for many at once while the next ones are placed.

use std::sync::Arc;

use domain::shared::BranchId;
use tokio::sync::Semaphore;
use tokio::task::{JoinError, JoinSet};

use super::catalogue::Catalogue;
use super::error::Error;
use super::history::PastOrder;
use super::importing::Importing;
use super::progress::Progress;
use super::steps::{N_STEPS, finish, place};

/// How many placed orders are on their way at once.
const IN_FLIGHT_MAX: usize = 64;

/// Imports what `n_done` says is missing of each order.
pub(super) async fn import(
    importing: &Importing,
    branch: BranchId,
    catalogue: &mut Catalogue<'_>,
    orders: impl Iterator<Item = (&Arc<PastOrder>, usize)>,
    progress: &Progress,
) -> Result<(), Error> {
    let room = Arc::new(Semaphore::new(IN_FLIGHT_MAX));
    let mut on_their_way = JoinSet::new();
    for (order, n_done) in orders {
        if n_done == N_STEPS {
            continue;
        }
        if n_done == 0 {
            let lines = catalogue.lines(order).await?;
            place(importing, branch, order, lines).await?;
        }
        let place = Arc::clone(&room).acquire_owned().await.expect("it is never closed");
        while let Some(ended) = on_their_way.try_join_next() {
            arrived(ended, progress)?;
        }
        let (importing, order) = (importing.clone(), Arc::clone(order));
        on_their_way.spawn(async move {
            let finished = finish(&importing, &order, n_done).await;
            drop(place);
            finished
        });
    }
    while let Some(ended) = on_their_way.join_next().await {
        arrived(ended, progress)?;
    }
    Ok(())
}

fn arrived(ended: Result<Result<(), Error>, JoinError>, progress: &Progress) -> Result<(), Error> {
    ended.map_err(|_| Error::World(commands::World::Lost))??;
    progress.one_more();
    Ok(())
}
