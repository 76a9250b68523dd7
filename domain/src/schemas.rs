//! The JSON Schema of every stored event, for consumers of the published log.

use schemars::Schema;
use schemars::generate::{SchemaGenerator, SchemaSettings};
use serde_json::{Map, Value};

use crate::catalog::{
    availability, category, channels, modifier_group, price_list, price_list_index, product,
    station, tax_profile,
};
use crate::claim;
use crate::event::{EventType, StoredEvent};
use crate::identity::{branch, device, roles, subscription, tenant, user};
use crate::inventory::{recipe, stock, stock_item, supplier};
use crate::orders::{order, series};

/// The schemas of all events, and the definitions that they share.
#[derive(Debug, Clone)]
pub struct Schemas {
    /// Every event type in its current version, with the schema of its payload.
    pub events: Vec<(EventType, Schema)>,
    /// The shared definitions by name.
    pub shared: Map<String, Value>,
}

type EventSchemas = fn(&mut SchemaGenerator) -> Vec<(EventType, Schema)>;

/// The schemas of all events, in dialect 2020-12. References point to `path`, the JSON pointer
/// under which the caller puts the shared definitions.
pub fn schemas(path: &'static str) -> Schemas {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    let settings = settings.with(|settings| settings.definitions_path = path.into());
    let mut generator = settings.into_generator();
    let aggregates: &[EventSchemas] = &[
        tenant::Event::schemas,
        subscription::Event::schemas,
        branch::Event::schemas,
        roles::Event::schemas,
        user::Event::schemas,
        device::Event::schemas,
        category::Event::schemas,
        product::Event::schemas,
        modifier_group::Event::schemas,
        price_list::Event::schemas,
        price_list_index::Event::schemas,
        channels::Event::schemas,
        tax_profile::Event::schemas,
        availability::Event::schemas,
        station::Event::schemas,
        claim::Event::schemas,
        stock_item::Event::schemas,
        recipe::Event::schemas,
        stock::Event::schemas,
        supplier::Event::schemas,
        series::Event::schemas,
        order::Event::schemas,
    ];
    let events = aggregates.iter().flat_map(|schemas| schemas(&mut generator)).collect();
    Schemas { events, shared: generator.take_definitions(true) }
}
