//! The JSON Schema of every stored event, for those who read the log elsewhere.

use schemars::Schema;
use schemars::generate::{SchemaGenerator, SchemaSettings};
use serde_json::{Map, Value};

use crate::catalog::{category, product};
use crate::claim;
use crate::event::{EventType, StoredEvent};
use crate::identity::{branch, device, roles, subscription, tenant, user};
use crate::inventory::{recipe, stock, stock_item};
use crate::orders::{order, series};

/// Schemas of events, and of what they have in common.
#[derive(Debug, Clone)]
pub struct Schemas {
    /// Every type in its current version, with the schema of its payload.
    pub events: Vec<(EventType, Schema)>,
    /// What the schemas of events refer to, by name.
    pub shared: Map<String, Value>,
}

type OfAggregate = fn(&mut SchemaGenerator) -> Vec<(EventType, Schema)>;

/// The schemas of all events, in the dialect of 2020-12. References go to `path`, a JSON pointer under
/// which the caller puts what is shared.
pub fn schemas(path: &'static str) -> Schemas {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    let settings = settings.with(|settings| settings.definitions_path = path.into());
    let mut generator = settings.into_generator();
    let of: [OfAggregate; 14] = [
        tenant::Event::schemas,
        subscription::Event::schemas,
        branch::Event::schemas,
        roles::Event::schemas,
        user::Event::schemas,
        device::Event::schemas,
        category::Event::schemas,
        product::Event::schemas,
        claim::Event::schemas,
        stock_item::Event::schemas,
        recipe::Event::schemas,
        stock::Event::schemas,
        series::Event::schemas,
        order::Event::schemas,
    ];
    let events = of.into_iter().flat_map(|schemas| schemas(&mut generator)).collect();
    Schemas { events, shared: generator.take_definitions(true) }
}
