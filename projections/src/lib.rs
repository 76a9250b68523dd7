//! Consumers of the log, the read models they keep, and the queries over them.
//!
//! A projection's file has its write and its read. Writes fold a page of events in memory and write each key
//! once; reads take a [`TenantTx`], which requires a tenant.
//!
//! - [`read_db`]: the only way to read
//! - [`catalog`]: branches, categories, products
//! - [`identity`]: roles with their grants and devices
//! - [`inventory`]: stock items, recipes, the stock of each branch and its kardex
//! - [`menu`]: the menu document of each branch and channel, and what changed of it
//! - [`names`]: the names of a company that are unique in it
//! - [`rebuild`]: rebuilds read models in tables apart from the live ones
//! - [`board`] and [`progress`]: the states of the consumers
//! - [`parking`] and [`parked`]: events that could not be applied, and the decisions about them
//! - [`orders`]: the list, one order with lines and payments, the kitchen's board
//! - [`sales`]: what was sold, by day, hour, product and category

pub mod catalog;
pub mod identity;
pub mod inventory;
pub mod menu;
pub mod names;
pub mod orders;
mod page;
pub mod parked;
pub mod progress;
pub mod read_db;
mod row;
pub mod sales;
mod states;

/// How the consumers of a process are doing: see [`event_store::consumer::Board`].
pub mod board {
    pub use event_store::consumer::{Board, State, Status};
}

/// What people do about parked events: see [`event_store::consumer::Parking`].
pub mod parking {
    pub use event_store::consumer::{
        Decision, Discard, ParkedEvent, ParkedFilter, ParkedKey, Parking, ParkingError, Replay,
        Resolved,
    };
}

/// Rebuilds read models: see [`event_store::consumer::rebuild`].
pub mod rebuild {
    pub use event_store::consumer::rebuild::{
        Compared, Differing, How, Progress, Rebuild, RebuildError, Rebuilt,
    };
}

use std::sync::Arc;

use event_store::consumer::{Consumer, Projection};

pub use page::Page;
pub use read_db::{LogPlace, ReadDb, ReadError, TenantTx, Waited};

/// The names of all consumers.
pub fn consumer_names() -> Vec<&'static str> {
    consumers().iter().map(|consumer| consumer.name()).collect()
}

/// Every consumer that keeps read models; each runs in its own loop.
pub fn consumers() -> Vec<Arc<dyn Consumer>> {
    projections().into_iter().map(|projection| projection as Arc<dyn Consumer>).collect()
}

/// The same, as rebuildable projections.
pub fn projections() -> Vec<Arc<dyn Projection>> {
    vec![
        Arc::new(catalog::Catalog),
        Arc::new(menu::Menu),
        Arc::new(orders::Orders),
        Arc::new(sales::Sales),
        Arc::new(inventory::Inventory),
        Arc::new(identity::People),
        Arc::new(identity::history::Grants),
    ]
}
