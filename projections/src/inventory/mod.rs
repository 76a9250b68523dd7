//! Stock: the items, the recipes, the balance of each branch, the movements that led to it, and suppliers.
//!
//! Written by the consumer `inventory`. The events of a branch's stock have the balances after them, so
//! nothing is added up here.

pub mod balances;
pub mod kardex;
pub mod recipes;
pub mod stock_items;
pub mod suppliers;

use async_trait::async_trait;
use domain::inventory::{Inventory as Stock, Recipe, StockItem, Supplier};
use event_store::RecordedEvent;
use event_store::consumer::{Consumer, ConsumerError, Projection};
use sqlx::PgConnection;

use crate::page::decoded;
use crate::states;

/// Keeps stock items, recipes, balances, the kardex and suppliers.
#[derive(Debug)]
pub struct Inventory;

impl Inventory {
    /// The name of the consumer.
    pub const NAME: &'static str = "inventory";
}

#[async_trait]
impl Consumer for Inventory {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn wants(&self, event: &RecordedEvent) -> bool {
        let stream = &event.stream;
        stream.is_of::<Stock>()
            || stream.is_of::<StockItem>()
            || stream.is_of::<Recipe>()
            || stream.is_of::<Supplier>()
    }

    async fn apply(
        &self,
        tx: &mut PgConnection,
        events: &[&RecordedEvent],
    ) -> Result<(), ConsumerError> {
        states::project::<suppliers::Supplier>(tx, decoded(events)?).await?;
        states::project::<stock_items::StockItem>(tx, decoded(events)?).await?;
        recipes::project(tx, recipes::TABLE, decoded(events)?).await?;
        let happened = decoded(events)?;
        balances::project(tx, &happened).await?;
        kardex::project(tx, &happened).await
    }
}

impl Projection for Inventory {
    fn tables(&self) -> &'static [&'static str] {
        &["stock_items", "recipes", "stock_balances", "kardex", "suppliers"]
    }
}
