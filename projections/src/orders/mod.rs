//! Orders as people see them: the list, one order whole, and the kitchen's board.
//!
//! All of it is written by one consumer.

pub mod kitchen_board;
pub mod order_counts;
pub mod order_detail;
pub mod order_header;
pub mod order_line;
pub mod order_list;

use std::collections::BTreeSet;

use async_trait::async_trait;
use domain::orders::Order;
use domain::orders::order::Event;
use event_store::RecordedEvent;
use event_store::consumer::{Consumer, ConsumerError, Projection};
use sqlx::PgConnection;

use crate::page::{Happened, Key, decoded};

/// Keeps all orders with their lines and payments.
#[derive(Debug)]
pub struct Orders;

impl Orders {
    /// The name of the consumer.
    pub const NAME: &'static str = "orders";
}

#[async_trait]
impl Consumer for Orders {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn wants(&self, event: &RecordedEvent) -> bool {
        event.stream.is_of::<Order>()
    }

    async fn apply(
        &self,
        tx: &mut PgConnection,
        events: &[&RecordedEvent],
    ) -> Result<(), ConsumerError> {
        let happened = decoded(events)?;
        order_header::project(tx, &happened).await?;
        order_detail::project(tx, &happened).await
    }
}

impl Projection for Orders {
    fn tables(&self) -> &'static [&'static str] {
        &["orders", "order_lines", "order_payments"]
    }
}

/// The orders that were placed before this page: what a fold has to load.
fn placed_before(happened: &[Happened<'_, Order>]) -> BTreeSet<Key> {
    let placed_here = |h: &&Happened<'_, Order>| matches!(h.event, Event::Placed(_));
    let here: BTreeSet<Key> = happened.iter().filter(placed_here).map(|h| h.key).collect();
    happened.iter().map(|h| h.key).filter(|key| !here.contains(key)).collect()
}
