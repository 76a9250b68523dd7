//! What earlier runs have imported, read from the log.

use commands::World;
use domain::claim::Named;
use domain::orders::Order;
use domain::orders::order::{Event, Line};
use domain::shared::{Name, OrderId, ProductId};
use event_store::RecordedEvent;

use super::bad_row::{BadRows, Reason};
use super::catalogue::variant_id;
use super::found::find;
use super::history::{History, PastLine, PastOrder};
use super::importing::{CHUNK, Importing};
use super::menu::Menu;
use super::steps::{N_STEPS, commands, order_id};

/// How many of its commands each order of `history` has behind it. An order that is in the log but
/// not as `history` has it is noted: its reference was used for something else.
pub(super) async fn progress(
    importing: &Importing,
    history: &History,
    bad: &mut BadRows,
) -> Result<Vec<usize>, World> {
    let mut progress = Vec::with_capacity(history.orders.len());
    let names: Vec<&Name> = history.menu.products.iter().map(|product| &product.name).collect();
    let products = find(importing, Named::Product, &names).await?;
    let ids: Vec<ProductId> = products.iter().map(|it| ProductId::from_uuid(it.id())).collect();
    let sold = Sold { importing, menu: &history.menu, ids: &ids };
    for orders in history.orders.chunks(CHUNK / N_STEPS) {
        let ids: Vec<_> =
            orders.iter().flat_map(|order| commands(importing.source, &order.reference)).collect();
        let accepted = importing.accepted(&ids).await?;
        let steps = accepted.chunks(N_STEPS);
        let n_done = steps.map(|steps| steps.iter().take_while(|done| **done).count());
        let n_done: Vec<usize> = n_done.collect();

        // An order of which a row is bad differs by that alone.
        let placed = orders.iter().zip(&n_done);
        let placed = placed.filter(|(order, n_done)| **n_done > 0 && order.is_whole);
        let placed: Vec<&PastOrder> = placed.map(|(order, _)| order.as_ref()).collect();
        let ids: Vec<OrderId> =
            placed.iter().map(|order| order_id(importing.source, &order.reference)).collect();
        for (order, events) in placed.into_iter().zip(importing.events::<Order>(&ids).await?) {
            if !sold.is_placed_like(order, events.first())? {
                let reason = Reason::AlreadyImported(order.reference.clone());
                bad.add(order.place.clone(), reason);
            }
        }
        progress.extend(n_done);
    }
    Ok(progress)
}

/// The menu of the source, and the ids of its products in the company.
struct Sold<'a> {
    importing: &'a Importing,
    menu: &'a Menu,
    ids: &'a [ProductId],
}

impl Sold<'_> {
    /// Whether the first event of an order has the content of the source.
    fn is_placed_like(
        &self,
        past: &PastOrder,
        first: Option<&RecordedEvent>,
    ) -> Result<bool, World> {
        let Some(first) = first else { return Ok(false) };
        let Event::Placed(placed) = first.decode()? else { return Ok(false) };
        Ok(first.occurred_at == past.occurred_at
            && placed.order_type == past.order_type
            && placed.total == past.total
            && placed.lines.len() == past.lines.len()
            && placed.lines.iter().zip(&past.lines).all(|(line, past)| {
                line.quantity == past.quantity
                    && line.unit_price == past.unit_price
                    && self.is_same_thing(line, past)
            }))
    }

    /// Whether a line has the product and the variant of the source. What was renamed in the menu, before or
    /// after it was sold, is recognized by its id or by the name that it had.
    fn is_same_thing(&self, line: &Line, past: &PastLine) -> bool {
        let (product, id) = (&self.menu.products[past.product], self.ids[past.product]);
        let variant = &product.variants[past.variant].name;
        let is_named = |one: &Name, other: &Name| one.fold_v1() == other.fold_v1();
        let own = variant_id(self.importing, id, variant);
        (line.product == id || is_named(&line.product_name, &product.name))
            && (line.variant == own || is_named(&line.variant_name, variant))
    }
}
