//! Guests and kitchen of the demo: places orders, cooks them, delivers them and takes payments.
//!
//! The state is in the log. Only running delays are lost with the process; the next start goes on with the
//! open orders.

mod journey;
mod open_orders;

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use commands::orders::{MoveOrder, OrderRefusal, PlaceOrder, Step, TakeCash};
use commands::{CommandError, IdGenerator};
use domain::catalog::offer;
use domain::orders::{Order, Status, order};
use domain::shared::{OrderId, PaymentId};
use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::guests::{self, Wish};
use super::restaurant::Restaurant;
use super::staff::{Staff, Undone};
use crate::installation::Installation;
use journey::{Action, Journey};

/// How many orders are simulated at once; beyond that no guests come.
const OPEN_MAX: usize = 400;

/// How often an order may be refused something before it is left alone.
const REFUSALS_MAX: u32 = 5;

/// How many other things a guest asks for when something has run out.
const WISHES_MAX: u32 = 5;

/// How often it is decided whether a guest comes.
const TICK: Duration = Duration::from_millis(250);

/// Ticks of a minute: as many guests can come in one.
pub(super) const GUESTS_PER_MINUTE_MAX: u32 = 240;

/// How fast everything goes.
#[derive(Debug, Clone)]
pub(super) struct Pace {
    /// How many guests come in a minute, in all branches together.
    pub(super) guests_per_minute: u32,
    /// Milliseconds until the staff accepts an order.
    pub(super) confirm: Range<u64>,
    /// Milliseconds until the kitchen begins.
    pub(super) start: Range<u64>,
    /// Milliseconds of cooking.
    pub(super) cook: Range<u64>,
    /// Milliseconds until the guest has it.
    pub(super) deliver: Range<u64>,
    /// Milliseconds until the guest pays.
    pub(super) pay: Range<u64>,
}

impl Pace {
    /// A kitchen that cooks a bandeja paisa in a minute or two, for people with little time.
    pub(super) const fn lively(guests_per_minute: u32) -> Self {
        Self {
            guests_per_minute,
            confirm: 1_500..7_000,
            start: 3_000..20_000,
            cook: 30_000..150_000,
            deliver: 4_000..25_000,
            pay: 4_000..30_000,
        }
    }

    fn before(&self, action: Action) -> Range<u64> {
        match action {
            Action::Move(Step::Confirm) => &self.confirm,
            Action::Move(Step::Start | Step::Cancel(_)) => &self.start,
            Action::Move(Step::MarkReady) => &self.cook,
            Action::Move(Step::Deliver) => &self.deliver,
            Action::Pay => &self.pay,
        }
        .clone()
    }
}

/// Runs until `shutdown`; the open orders stay open.
pub(super) async fn run(
    installation: &Installation,
    restaurant: Arc<Restaurant>,
    pace: Pace,
    shutdown: CancellationToken,
) {
    let staff = Staff::new(installation, restaurant.tenant, shutdown);
    let ids = Arc::clone(&installation.ids);
    let simulator = Arc::new(Simulator { restaurant, pace, staff, ids });
    let (tenant, staff) = (simulator.restaurant.tenant, &simulator.staff);
    let open = TaskTracker::new();
    for journey in open_orders::left_open(installation, tenant, staff).await {
        open.spawn(Arc::clone(&simulator).carry(journey));
    }
    let mut rng = simulator.rng();
    while staff.rests(TICK).await {
        let comes = rng.random_range(0..GUESTS_PER_MINUTE_MAX) < simulator.pace.guests_per_minute;
        if comes && open.len() < OPEN_MAX {
            open.spawn(Arc::clone(&simulator).serve());
        }
    }
    open.close();
    open.wait().await;
}

struct Simulator {
    restaurant: Arc<Restaurant>,
    pace: Pace,
    staff: Staff,
    ids: Arc<dyn IdGenerator>,
}

impl Simulator {
    /// One guest, from the order to the payment.
    async fn serve(self: Arc<Self>) {
        let mut rng = self.rng();
        let n_branches = self.restaurant.branches.len();
        let branch = rng.random_range(0..n_branches);
        if let Some(journey) = self.place(branch, &mut rng).await {
            self.carry(journey).await;
        }
    }

    async fn place(&self, branch: usize, rng: &mut Xoshiro256PlusPlus) -> Option<Journey> {
        let id = OrderId::from_uuid(self.ids.uuid());
        let (branch, dishes) = (self.restaurant.branches[branch], &self.restaurant.dishes[branch]);
        let mut attempts = 1..=WISHES_MAX;
        let receipt = loop {
            let Wish { order_type, channel, lines } = guests::order(dishes, rng);
            let place = PlaceOrder { order: id, branch, order_type, channel, lines };
            match self.staff.does(place).await {
                Ok(receipt) => break receipt,
                Err(Undone::Leaving) => return None,
                // The guest is told that it has run out, and orders another thing.
                Err(Undone::Failed(refusal))
                    if is_not_available(&refusal) && attempts.next().is_some() => {}
                Err(Undone::Failed(refusal)) => {
                    tracing::warn!(%refusal, "an order of the demo was refused and is dropped");
                    return None;
                }
            }
        };
        let facts = receipt.facts::<Order>().ok()?;
        let balance = facts.into_iter().find_map(|fact| match fact.event {
            order::Event::Placed(placed) => Some(placed.total),
            _ => None,
        })?;
        let when = if rng.random() { Status::Pending } else { Status::Confirmed };
        let cancelled_when = guests::cancels(rng).map(|reason| (when, reason));
        Some(Journey { order: id, status: Status::Pending, balance, cancelled_when })
    }

    async fn carry(self: Arc<Self>, mut journey: Journey) {
        let mut rng = self.rng();
        let mut refusals = 0;
        while let Some(action) = journey.next() {
            let pause = rng.random_range(self.pace.before(action));
            if !self.staff.rests(Duration::from_millis(pause)).await {
                return;
            }
            match self.act(&journey, action, &mut rng).await {
                Ok(()) => journey.did(action),
                Err(Undone::Leaving) => return,
                Err(Undone::Failed(refusal)) => {
                    refusals += 1;
                    if !journey.learns(&refusal) || refusals > REFUSALS_MAX {
                        tracing::warn!(%refusal, order.id = %journey.order, "the demo's \
                            simulator was refused too often and leaves the order to the users");
                        return;
                    }
                }
            }
        }
    }

    async fn act(
        &self,
        journey: &Journey,
        action: Action,
        rng: &mut Xoshiro256PlusPlus,
    ) -> Result<(), Undone<OrderRefusal>> {
        let order = journey.order;
        match action {
            Action::Move(step) => {
                self.staff.does(MoveOrder { order, seen: None, step }).await?;
            }
            Action::Pay => {
                let amount = journey.balance;
                let tendered = Some(guests::hands_over(amount, rng));
                let payment = PaymentId::from_uuid(self.ids.uuid());
                self.staff.does(TakeCash { payment, order, seen: None, amount, tendered }).await?;
            }
        }
        Ok(())
    }

    fn rng(&self) -> Xoshiro256PlusPlus {
        let (high, low) = self.ids.uuid().as_u64_pair();
        Xoshiro256PlusPlus::seed_from_u64(high.rotate_left(32) ^ low)
    }
}

/// Whether the branch does not sell something of an order at the moment.
const fn is_not_available(refusal: &CommandError<OrderRefusal>) -> bool {
    matches!(refusal, CommandError::Refused(OrderRefusal::Offer(offer::Error::NotAvailable { .. })))
}
