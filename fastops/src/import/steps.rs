//! The six commands of one order, as a till would have sent them.

use commands::CommandError;
use commands::orders::{
    MoveOrder, OrderRefusal, PlaceOrder, PlacePastOrder, Step, TakeCash, Takes, WantedLine,
};
use domain::catalog::Channel;
use domain::orders::Order;
use domain::orders::order::{Event, Placed};
use domain::shared::{BranchId, CommandId, OrderId, PaymentId};

use super::error::Error;
use super::history::PastOrder;
use super::importing::Importing;
use super::source::Source;

/// What an order goes through, in this order. The names are frozen: command ids follow from them.
const STEPS: [(&str, Taken); 6] = [
    ("place", Taken::Place),
    ("confirm", Taken::Move(Step::Confirm)),
    ("start", Taken::Move(Step::Start)),
    ("mark-ready", Taken::Move(Step::MarkReady)),
    ("deliver", Taken::Move(Step::Deliver)),
    ("take-cash", Taken::TakeCash),
];

/// How many commands an order takes.
pub(super) const N_STEPS: usize = STEPS.len();

#[derive(Debug, Clone, Copy)]
enum Taken {
    Place,
    Move(Step),
    TakeCash,
}

/// The id of an order.
pub(super) fn order_id(source: Source, reference: &str) -> OrderId {
    OrderId::from_uuid(source.id("order", &[&reference]))
}

/// The ids of an order's commands.
pub(super) fn commands(source: Source, reference: &str) -> [CommandId; N_STEPS] {
    STEPS.map(|(name, _)| source.command(name, &[&reference]))
}

/// Places an order; its number is the next one of its branch. If an item is short, the order takes nothing from
/// stock, since it was sold all the same. Returns whether that was so.
pub(super) async fn place(
    importing: &Importing,
    branch: BranchId,
    past: &PastOrder,
    (lines, takes): (Vec<WantedLine>, Takes),
) -> Result<bool, Error> {
    let source = importing.source;
    let order = order_id(source, &past.reference);
    let [command, ..] = commands(source, &past.reference);
    let (order_type, channel) = (past.order_type, Channel::default());
    let place = PlaceOrder { order, branch, order_type, channel, lines };
    let place = |takes| {
        let place = PlacePastOrder { place: place.clone(), takes };
        importing.execute(command, Some(past.occurred_at), place)
    };
    let (placed, is_short) = match place(takes).await {
        Err(CommandError::Refused(OrderRefusal::OutOfStock { .. })) => {
            (place(Takes::Nothing).await, true)
        }
        placed => (placed, false),
    };
    let receipt = placed.map_err(|error| Error::of_command(past.reference.clone(), error))?;
    for placed in receipt.facts::<Order>()? {
        check_total(past, &placed.event)?;
    }
    Ok(is_short)
}

/// Prices come from the menu, and may have been changed between reading and placing.
fn check_total(past: &PastOrder, event: &Event) -> Result<(), Error> {
    match event {
        Event::Placed(Placed { total, .. }) if *total != past.total => Err(Error::OtherTotal {
            reference: past.reference.clone(),
            placed: *total,
            expected: past.total,
        }),
        _ => Ok(()),
    }
}

/// Executes the remaining steps of an order, up to delivery and payment.
pub(super) async fn finish(
    importing: &Importing,
    past: &PastOrder,
    n_done: usize,
) -> Result<(), Error> {
    let source = importing.source;
    let order = order_id(source, &past.reference);
    let commands = commands(source, &past.reference);
    let occurred_at = Some(past.occurred_at);
    for ((_, taken), command) in STEPS.into_iter().zip(commands).skip(n_done) {
        let taken = match taken {
            Taken::Place => continue,
            Taken::Move(step) => {
                let step = MoveOrder { order, seen: None, step };
                importing.execute(command, occurred_at, step).await
            }
            Taken::TakeCash => {
                let payment = PaymentId::from_uuid(source.id("payment", &[&past.reference]));
                let (amount, tendered) = (past.total, None);
                let cash = TakeCash { payment, order, seen: None, amount, tendered };
                importing.execute(command, occurred_at, cash).await
            }
        };
        taken.map_err(|error| Error::of_command(past.reference.clone(), error))?;
    }
    Ok(())
}
