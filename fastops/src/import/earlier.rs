//! What earlier runs have imported, read from the log.

use commands::World;
use domain::orders::Order;
use domain::orders::order::Event;
use domain::shared::OrderId;
use event_store::RecordedEvent;

use super::bad_row::{BadRows, Reason};
use super::history::{History, PastOrder};
use super::importing::{CHUNK, Importing};
use super::steps::{N_STEPS, commands, order_id};

/// How many of its commands each order of `history` has behind it. An order that is in the log but
/// not as `history` has it is noted: its reference was used for something else.
pub(super) async fn progress(
    importing: &Importing,
    history: &History,
    bad: &mut BadRows,
) -> Result<Vec<usize>, World> {
    let mut progress = Vec::with_capacity(history.orders.len());
    for orders in history.orders.chunks(CHUNK / N_STEPS) {
        let ids: Vec<_> =
            orders.iter().flat_map(|order| commands(importing.source, &order.reference)).collect();
        let accepted = importing.accepted(&ids).await?;
        let steps = accepted.chunks(N_STEPS);
        let n_done = steps.map(|steps| steps.iter().take_while(|done| **done).count());
        let n_done: Vec<usize> = n_done.collect();

        let placed = orders.iter().zip(&n_done).filter(|(_, n_done)| **n_done > 0);
        let placed: Vec<&PastOrder> = placed.map(|(order, _)| order.as_ref()).collect();
        let ids: Vec<OrderId> =
            placed.iter().map(|order| order_id(importing.source, &order.reference)).collect();
        for (order, events) in placed.into_iter().zip(importing.events::<Order>(&ids).await?) {
            if !is_placed_like(order, events.first())? {
                let reason = Reason::AlreadyImported(order.reference.clone());
                bad.add(order.place.clone(), reason);
            }
        }
        progress.extend(n_done);
    }
    Ok(progress)
}

/// Whether the first event of an order has the content of the source. Names are not compared: what was
/// renamed in the menu meanwhile is sold under its new name.
fn is_placed_like(past: &PastOrder, first: Option<&RecordedEvent>) -> Result<bool, World> {
    let Some(first) = first else { return Ok(false) };
    let Event::Placed(placed) = first.decode()? else { return Ok(false) };
    Ok(first.occurred_at == past.occurred_at
        && placed.order_type == past.order_type
        && placed.total == past.total
        && placed.lines.len() == past.lines.len()
        && placed.lines.iter().zip(&past.lines).all(|(line, past)| {
            line.quantity == past.quantity && line.unit_price == past.unit_price
        }))
}
