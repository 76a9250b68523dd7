//! The past weeks of the demo's restaurant, sold through the same commands as everything else.

mod plan;

use std::sync::Arc;

use chrono::{DateTime, Days, Utc};
use commands::orders::{MoveOrder, OrderRefusal, PlaceOrder, Step, TakeCash};
use commands::{CommandError, Receipt, Request, World};
use domain::orders::{Order, order};
use domain::shared::{BranchId, CommandId, Money, OrderId, PaymentId};
use event_store::EventStore;
use futures_util::future::try_join_all;
use rand::SeedableRng;
use rand::rngs::Xoshiro256PlusPlus;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::guests;
use super::restaurant::{Restaurant, named};
use super::staff::{Staff, Undone};
use crate::installation::Installation;
use plan::{COOKED, End, PastOrder};

/// How many orders are on their way at once, besides those that are being placed.
const COOKED_AT_ONCE: usize = 24;

/// How many orders are looked up in the log at once.
const LOOKED_UP_AT_ONCE: usize = 1_000;

/// Why the past is not complete; a later start goes on with it.
#[derive(Debug, thiserror::Error)]
pub(super) enum PastSalesError {
    /// The log could not be read or written.
    #[error(transparent)]
    World(#[from] World),
    /// The demo ends.
    #[error("the demo was ended while past sales were written")]
    Leaving,
}

/// Who is told how far it has come.
pub(super) trait Progress: Send + Sync {
    /// So many orders are to be written.
    fn begins(&self, n_orders: u64);
    /// One more is there.
    fn has_written_one(&self);
}

/// Writes what the log lacks of the past days, up to yesterday; gives the number of orders.
///
/// Every command has an id that follows from its order, so that nothing is sold twice, and an order
/// that was left half way by an earlier start is carried to its end.
pub(super) async fn fill(
    installation: &Installation,
    restaurant: &Arc<Restaurant>,
    staff: &Staff,
    days: u64,
    progress: &dyn Progress,
) -> Result<u64, PastSalesError> {
    let today = Restaurant::business_day().at(installation.clock.now()).date;
    let dates = || (1..=days).rev().filter_map(|ago| today.checked_sub_days(Days::new(ago)));
    let mut todo = Vec::new();
    for (place, branch) in restaurant.branches.iter().enumerate() {
        let planned = dates().flat_map(|date| plan::day(restaurant, place, date)).collect();
        todo.push((*branch, missing(installation, restaurant, planned).await?));
    }
    let n_orders = todo.iter().map(|(_, orders)| orders.len() as u64).sum();
    progress.begins(n_orders);
    let past = Past { staff: staff.clone().backdated(), progress };
    try_join_all(todo.into_iter().map(|(branch, orders)| past.fill(branch, orders))).await?;
    Ok(n_orders)
}

/// The orders whose last command the log does not know.
async fn missing(
    installation: &Installation,
    restaurant: &Restaurant,
    planned: Vec<PastOrder>,
) -> Result<Vec<PastOrder>, World> {
    let mut missing = Vec::new();
    for orders in planned.chunks(LOOKED_UP_AT_ONCE) {
        let last = |order: &PastOrder| {
            CommandId::from_uuid(named(restaurant.tenant, LAST_COMMAND, &order.key))
        };
        let ids: Vec<CommandId> = orders.iter().map(last).collect();
        let known = installation.store.commands(restaurant.tenant, &ids).await?;
        let unknown = orders.iter().zip(known).filter(|(_, known)| known.is_none());
        missing.extend(unknown.map(|(order, _)| order.clone()));
    }
    Ok(missing)
}

/// The kind of the id of an order's last command, which pays or cancels it.
const LAST_COMMAND: &str = "past-order/end";

struct Past<'a> {
    staff: Staff,
    progress: &'a dyn Progress,
}

impl Past<'_> {
    /// Places the orders one after another, so that their numbers follow the time, and cooks several
    /// of them at once.
    async fn fill(&self, branch: BranchId, orders: Vec<PastOrder>) -> Result<(), PastSalesError> {
        let kitchen = Arc::new(Semaphore::new(COOKED_AT_ONCE));
        let mut cooking = JoinSet::new();
        for past in orders {
            let place = Arc::clone(&kitchen).acquire_owned().await;
            let place = place.expect("nobody closes the kitchen");
            let hand = Hand { staff: self.staff.clone(), past };
            let Some(total) = hand.place(branch).await? else {
                self.progress.has_written_one();
                continue;
            };
            cooking.spawn(async move {
                let done = hand.finish(total).await;
                drop(place);
                done
            });
            while let Some(done) = cooking.try_join_next() {
                self.count(done)?;
            }
        }
        while let Some(done) = cooking.join_next().await {
            self.count(done)?;
        }
        Ok(())
    }

    fn count(
        &self,
        done: Result<Result<(), PastSalesError>, tokio::task::JoinError>,
    ) -> Result<(), PastSalesError> {
        done.map_err(|_| World::Lost)??;
        self.progress.has_written_one();
        Ok(())
    }
}

/// Repeats one order.
struct Hand {
    staff: Staff,
    past: PastOrder,
}

impl Hand {
    fn id(&self) -> OrderId {
        OrderId::from_uuid(named(self.staff.tenant(), "past-order", &self.past.key))
    }

    /// What the order costs; nothing if it was refused.
    async fn place(&self, branch: BranchId) -> Result<Option<Money>, PastSalesError> {
        let PastOrder { order_type, lines, placed_at, .. } = &self.past;
        let (order_type, lines) = (*order_type, lines.clone());
        let place = PlaceOrder { order: self.id(), branch, order_type, lines };
        let request = self.request("past-order/place", *placed_at);
        let Some(receipt) = self.unless_refused(self.staff.does_once(request, place).await)? else {
            return Ok(None);
        };
        let facts = receipt.facts::<Order>()?;
        Ok(facts.into_iter().find_map(|fact| match fact.event {
            order::Event::Placed(placed) => Some(placed.total),
            _ => None,
        }))
    }

    async fn finish(&self, total: Money) -> Result<(), PastSalesError> {
        match self.past.end {
            End::Cancelled { reason, at } => {
                self.moves(LAST_COMMAND, at, Step::Cancel(reason)).await?;
            }
            End::Paid { steps_at, paid_at } => {
                for (number, (step, at)) in COOKED.into_iter().zip(steps_at).enumerate() {
                    let kind = format!("past-order/step-{number}");
                    if self.moves(&kind, at, step).await?.is_none() {
                        return Ok(());
                    }
                }
                self.pays(total, paid_at).await?;
            }
        }
        Ok(())
    }

    async fn moves(
        &self,
        kind: &str,
        at: DateTime<Utc>,
        step: Step,
    ) -> Result<Option<Receipt>, PastSalesError> {
        let intent = MoveOrder { order: self.id(), seen: None, step };
        self.unless_refused(self.staff.does_once(self.request(kind, at), intent).await)
    }

    async fn pays(
        &self,
        total: Money,
        at: DateTime<Utc>,
    ) -> Result<Option<Receipt>, PastSalesError> {
        let payment = named(self.staff.tenant(), "past-order/payment", &self.past.key);
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(payment.as_u64_pair().0);
        let cash = TakeCash {
            payment: PaymentId::from_uuid(payment),
            order: self.id(),
            seen: None,
            amount: total,
            tendered: Some(guests::hands_over(total, &mut rng)),
        };
        self.unless_refused(self.staff.does_once(self.request(LAST_COMMAND, at), cash).await)
    }

    fn request(&self, kind: &str, at: DateTime<Utc>) -> Request {
        let id = named(self.staff.tenant(), kind, &self.past.key);
        Request { command: CommandId::from_uuid(id), occurred_at: Some(at) }
    }

    /// Somebody may have changed the menu, or an order that an earlier start had left half way. Such
    /// an order is left as it is.
    fn unless_refused(
        &self,
        outcome: Result<Receipt, Undone<OrderRefusal>>,
    ) -> Result<Option<Receipt>, PastSalesError> {
        match outcome {
            Ok(receipt) => Ok(Some(receipt)),
            Err(Undone::Leaving) => Err(PastSalesError::Leaving),
            Err(Undone::Failed(CommandError::World(world))) => Err(world.into()),
            Err(Undone::Failed(refusal)) => {
                tracing::warn!(%refusal, order = self.past.key, "a past order is left out");
                Ok(None)
            }
        }
    }
}
