//! The menu document of each branch and channel, compiled when something of it changes. Written by the
//! consumer `menu`.
//!
//! An **entry** is a category, a product, a modifier group, a price list or a branch, as the document shows
//! it, with the position of the last event that it depends on. A **part** is what is compressed at once: the
//! products of a category, for instance. A change writes its entries and the parts that they are in; the
//! parts of a branch and channel one after another are their document, so that nothing is compiled for each
//! branch and channel.
//!
//! Rows follow from the log alone, however it was divided into pages: an entry is a function of states, and
//! its position the highest of the events of all that it depends on.

mod affected;
mod compile;
mod marks;
mod packed;
mod product_texts;
mod read;
mod sources;
mod texts;

use async_trait::async_trait;
use domain::catalog::{Availability, Category, ModifierGroup, PriceList, Product, Station};
use domain::identity::Branch;
use domain::inventory::{Recipe, StockItem};
use event_store::RecordedEvent;
use event_store::consumer::{Consumer, ConsumerError, Projection};
use sqlx::PgConnection;

pub use affected::Kind;
pub use packed::{Gzip, Packed};
pub use read::{Changes, FORMAT, Part, Shown, Upserted, changes, document, version};

/// Keeps the menu document.
#[derive(Debug)]
pub struct Menu;

impl Menu {
    /// The name of the consumer.
    pub const NAME: &'static str = "menu";
}

#[async_trait]
impl Consumer for Menu {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn wants(&self, event: &RecordedEvent) -> bool {
        let stream = &event.stream;
        stream.is_of::<Branch>()
            || stream.is_of::<Category>()
            || stream.is_of::<Product>()
            || stream.is_of::<ModifierGroup>()
            || stream.is_of::<PriceList>()
            || stream.is_of::<Station>()
            || stream.is_of::<Availability>()
            || stream.is_of::<Recipe>()
            || stream.is_of::<StockItem>()
    }

    async fn apply(
        &self,
        tx: &mut PgConnection,
        events: &[&RecordedEvent],
    ) -> Result<(), ConsumerError> {
        sources::project(tx, events).await?;
        let affected = affected::by(tx, events).await?;
        compile::compile(tx, affected).await
    }
}

impl Projection for Menu {
    fn tables(&self) -> &'static [&'static str] {
        &[
            "menu_branches",
            "menu_categories",
            "menu_products",
            "menu_modifier_groups",
            "menu_price_lists",
            "menu_stations",
            "menu_recipes",
            "menu_stock_items",
            "menu_availability",
            "menu_entries",
            "menu_parts",
        ]
    }
}
