//! The past weeks of the demo's restaurant, sold through the same commands as everything else.

mod plan;

use chrono::{DateTime, Days, Utc};
use commands::orders::{MoveOrder, OrderRefusal, PlaceOrder, Step, TakeCash};
use commands::{CommandError, Receipt, Request, World};
use domain::orders::{Order, order};
use domain::shared::{BranchId, CommandId, Money, OrderId, PaymentId};
use event_store::EventStore;
use futures_util::future::try_join_all;
use futures_util::stream::{self, StreamExt, TryStreamExt};
use rand::SeedableRng;
use rand::rngs::Xoshiro256PlusPlus;

use super::guests::{self, Wish};
use super::restaurant::{Restaurant, named};
use super::staff::{Staff, Undone};
use crate::installation::Installation;
use plan::{COOKED, End, PastOrder};

/// How many orders are cooked at once.
const COOKED_AT_ONCE: usize = 24;

/// How many orders are looked up in the log at once.
const LOOKED_UP_AT_ONCE: usize = 1_000;

/// Why the past sales are incomplete; a later start goes on with them.
#[derive(Debug, thiserror::Error)]
pub(super) enum PastSalesError {
    /// The log could not be read or written.
    #[error(transparent)]
    World(#[from] World),
    /// The demo ends.
    #[error("the demo was ended while past sales were written")]
    Leaving,
}

/// Receives the progress.
pub(super) trait Progress: Send + Sync {
    /// It will take so many steps, besides those that were told before.
    fn begins(&self, n_steps: u64);
    /// One step was taken.
    fn goes_on(&self);
}

/// Past orders that were placed and are unfinished, the earliest first.
#[derive(Debug)]
pub(super) struct Placed(Vec<Hand>);

/// Places the orders of the past days, up to yesterday, that the log lacks.
///
/// Every command has an id that is derived from its order, so nothing is sold twice, and an order that an
/// earlier start left unfinished is completed.
pub(super) async fn place(
    installation: &Installation,
    restaurant: &Restaurant,
    staff: &Staff,
    days: u64,
    progress: &dyn Progress,
) -> Result<Placed, PastSalesError> {
    let today = Restaurant::business_day().at(installation.clock.now()).date;
    let dates = || (1..=days).rev().filter_map(|ago| today.checked_sub_days(Days::new(ago)));
    let planned = |branch| dates().flat_map(|date| plan::day(restaurant, branch, date)).collect();
    place_planned(installation, restaurant, staff, planned, progress).await
}

/// Places what the log lacks of today, up to this moment, in the same way.
pub(super) async fn place_today(
    installation: &Installation,
    restaurant: &Restaurant,
    staff: &Staff,
    progress: &dyn Progress,
) -> Result<Placed, PastSalesError> {
    let now = installation.clock.now();
    let planned = |branch| plan::today(restaurant, branch, now);
    place_planned(installation, restaurant, staff, planned, progress).await
}

async fn place_planned(
    installation: &Installation,
    restaurant: &Restaurant,
    staff: &Staff,
    planned: impl Fn(usize) -> Vec<PastOrder>,
    progress: &dyn Progress,
) -> Result<Placed, PastSalesError> {
    let mut todo = Vec::new();
    for (number, branch) in restaurant.branches.iter().enumerate() {
        todo.push((*branch, missing(installation, restaurant, planned(number)).await?));
    }
    let n_orders: u64 = todo.iter().map(|(_, orders)| orders.len() as u64).sum();
    progress.begins(2 * n_orders);
    let backdated = staff.clone().backdated();
    let branches = todo.into_iter().map(|(branch, orders)| {
        let staff = backdated.clone();
        // One after another, so that their numbers follow the time.
        stream::iter(orders)
            .map(move |past| Hand { staff: staff.clone(), past, total: None }.place(branch))
            .buffered(1)
            .inspect(|_| progress.goes_on())
            .try_collect()
    });
    let placed: Vec<Vec<Hand>> = try_join_all(branches).await?;
    let mut placed: Vec<Hand> = placed.into_iter().flatten().collect();
    placed.sort_by_key(|hand| hand.past.placed_at);
    Ok(Placed(placed))
}

impl Placed {
    /// How many there are.
    pub(super) fn n_orders(&self) -> usize {
        self.0.len()
    }

    /// Completes every order.
    pub(super) async fn finish(self, progress: &dyn Progress) -> Result<(), PastSalesError> {
        stream::iter(self.0)
            .map(Hand::finish)
            .buffer_unordered(COOKED_AT_ONCE)
            .inspect(|_| progress.goes_on())
            .try_collect()
            .await
    }
}

/// The orders whose last command is not in the log.
async fn missing(
    installation: &Installation,
    restaurant: &Restaurant,
    planned: Vec<PastOrder>,
) -> Result<Vec<PastOrder>, World> {
    let mut missing = Vec::new();
    for orders in planned.chunks(LOOKED_UP_AT_ONCE) {
        let last = |order: &PastOrder| {
            CommandId::derived(named(restaurant.tenant, LAST_COMMAND, &order.key))
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

/// Executes the commands of one past order.
#[derive(Debug)]
struct Hand {
    staff: Staff,
    past: PastOrder,
    /// The total of the order; none if it was refused.
    total: Option<Money>,
}

impl Hand {
    fn id(&self) -> OrderId {
        OrderId::from_uuid(named(self.staff.tenant(), "past-order", &self.past.key))
    }

    async fn place(mut self, branch: BranchId) -> Result<Self, PastSalesError> {
        let PastOrder { wish, placed_at, .. } = &self.past;
        let (order, Wish { order_type, channel, lines }) = (self.id(), wish.clone());
        let place = PlaceOrder { order, branch, order_type, channel, lines };
        let request = self.request("past-order/place", *placed_at);
        let receipt = self.unless_refused(self.staff.does_once(request, place).await)?;
        if let Some(receipt) = receipt {
            let facts = receipt.facts::<Order>()?;
            self.total = facts.into_iter().find_map(|fact| match fact.event {
                order::Event::Placed(placed) => Some(placed.total),
                _ => None,
            });
        }
        Ok(self)
    }

    async fn finish(self) -> Result<(), PastSalesError> {
        let Some(total) = self.total else { return Ok(()) };
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
        Request { command: CommandId::derived(id), occurred_at: Some(at) }
    }

    /// The menu, or an order that an earlier start left unfinished, may have been changed by a user. Such an
    /// order is left as it is.
    fn unless_refused(
        &self,
        outcome: Result<Receipt, Undone<OrderRefusal>>,
    ) -> Result<Option<Receipt>, PastSalesError> {
        match outcome {
            Ok(receipt) => Ok(Some(receipt)),
            Err(Undone::Leaving) => Err(PastSalesError::Leaving),
            Err(Undone::Failed(CommandError::World(world))) => Err(world.into()),
            Err(Undone::Failed(refusal)) => {
                tracing::warn!(%refusal, order = self.past.key, "a command of a past order of \
                    the demo was refused: the order stays as it is");
                Ok(None)
            }
        }
    }
}
