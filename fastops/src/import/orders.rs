//! The orders of a source: some are placed, one after another, then all of those are brought to their
//! end at once, and so on.
//!
//! Placing takes the branch's next number, so orders are placed in the order of the source, each after
//! the one before it is in the log: those that are placed are always a beginning of the source. What
//! follows concerns one order only. The two alternate because the log commits whatever arrives
//! together at once: an order that is being placed would wait for the steps of others twice.
//!
//! All of it happens in turns, between which live commands in other processes are decided first, see
//! [`event_store::right_of_way`]. Turns are short while live commands wait for them.

use std::sync::Arc;

use commands::World;
use domain::shared::BranchId;
use event_store::right_of_way::Turns;
use tokio::task::JoinSet;

use super::catalogue::Catalogue;
use super::error::Error;
use super::history::PastOrder;
use super::importing::Importing;
use super::progress::Progress;
use super::steps::{N_STEPS, finish, place};
use super::stock::Taking;

/// How many orders are brought to their end at once, without live commands that wait and with them.
const TOGETHER: usize = 128;
const TOGETHER_AMONG_OTHERS: usize = 16;

/// How many orders are placed in one turn.
const PLACED_IN_A_TURN: usize = 16;

/// How the orders of a source are imported into a branch.
#[derive(Debug)]
pub(super) struct Ordering<'a> {
    pub(super) importing: &'a Importing,
    pub(super) branch: BranchId,
    pub(super) taking: Taking,
    pub(super) turns: Turns,
    pub(super) progress: &'a Progress,
}

/// An order, and how many of its commands are done.
type Unfinished = (Arc<PastOrder>, usize);

impl Ordering<'_> {
    /// Executes the missing commands of each order, of which `n_done` are done. Returns the number of orders
    /// that took no stock because an item was short.
    pub(super) async fn import(
        mut self,
        catalogue: &mut Catalogue<'_>,
        (orders, n_done): (&[Arc<PastOrder>], &[usize]),
    ) -> Result<usize, Error> {
        let all = orders.iter().zip(n_done).filter(|(_, n_done)| **n_done < N_STEPS);
        let unfinished: Vec<Unfinished> =
            all.map(|(order, n_done)| (Arc::clone(order), *n_done)).collect();
        let (mut rest, mut n_short, mut together) = (&unfinished[..], 0, TOGETHER);
        while !rest.is_empty() {
            let (these, later) = rest.split_at(together.min(rest.len()));
            let mut placing = Placing { n_ahead: 0, n_short: 0, has_waited: false };
            let placed = self.place(catalogue, these, &mut placing).await;
            // Orders that are placed are finished, also if placing the next one failed.
            placing.has_waited |= self.importing.next_turn(&mut self.turns).await?;
            self.finish(&these[..placing.n_ahead]).await?;
            placed?;
            n_short += placing.n_short;
            together = if placing.has_waited { TOGETHER_AMONG_OTHERS } else { TOGETHER };
            rest = later;
        }
        self.turns.end();
        Ok(n_short)
    }

    /// Places those orders that are not placed, one after another.
    async fn place(
        &mut self,
        catalogue: &mut Catalogue<'_>,
        orders: &[Unfinished],
        placing: &mut Placing,
    ) -> Result<(), Error> {
        for orders in orders.chunks(PLACED_IN_A_TURN) {
            placing.has_waited |= self.importing.next_turn(&mut self.turns).await?;
            for (order, n_done) in orders {
                if *n_done == 0 {
                    let lines = catalogue.lines(order).await?;
                    let takes = self.taking.at(order.occurred_at);
                    let what = (lines, takes);
                    let is_short = place(self.importing, self.branch, order, what).await?;
                    placing.n_short += usize::from(is_short);
                }
                placing.n_ahead += 1;
            }
        }
        Ok(())
    }

    /// Brings orders to their end, all at once.
    async fn finish(&self, orders: &[Unfinished]) -> Result<(), Error> {
        let mut on_their_way = JoinSet::new();
        for (order, n_done) in orders.iter().cloned() {
            let importing = self.importing.clone();
            on_their_way.spawn(async move { finish(&importing, &order, n_done).await });
        }
        while let Some(ended) = on_their_way.join_next().await {
            ended.map_err(|_| Error::World(World::Lost))??;
            self.progress.one_more();
        }
        Ok(())
    }
}

/// The progress of placing some orders.
struct Placing {
    /// How many are placed, by this run or an earlier one.
    n_ahead: usize,
    /// For how many of them an item was short.
    n_short: usize,
    /// Whether the import waited for live commands.
    has_waited: bool,
}
