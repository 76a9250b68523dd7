//! Objects that one request adds, which refers to no other object: a row each, from which the tests of
//! foreign tenants and of repeated, lost and interrupted commands take their requests.

use domain::identity::subscription::Module;
use e2e::client::Client;
use e2e::menu::stock_item;
use serde_json::{Value, json};
use uuid::Uuid;

/// A kind of object with the operations `add…`, `list…`, `get…` and `revise…`.
pub(crate) struct Standalone {
    /// The part of a subscription that it belongs to.
    pub(crate) module: Module,
    /// The path of its list; an object is below it.
    pub(crate) path: &'static str,
    /// The ids of the operations, in this order.
    pub(crate) operations: [&'static str; 4],
    /// The body that adds one of this name.
    pub(crate) new: fn(&str) -> Value,
    /// The body that gives one this name.
    pub(crate) revised: fn(&str) -> Value,
}

/// Every such kind.
pub(crate) const STANDALONE: &[Standalone] = &[
    Standalone {
        module: Module::Inventory,
        path: "/v1/stock-items",
        operations: ["addStockItem", "listStockItems", "getStockItem", "reviseStockItem"],
        new: stock_item,
        revised: |name| json!({"name": name, "on_shortage": "allow"}),
    },
    Standalone {
        module: Module::Inventory,
        path: "/v1/suppliers",
        operations: ["addSupplier", "listSuppliers", "getSupplier", "reviseSupplier"],
        new: |name| json!({"name": name, "payment_terms_days": 30}),
        revised: |name| json!({"name": name, "payment_terms_days": 0}),
    },
];

impl Standalone {
    /// Adds one of this name.
    pub(crate) async fn add(&self, client: &Client, name: &str) -> Uuid {
        let added = client.post(self.path).json(&(self.new)(name)).send().await;
        added.expect(201);
        added.id()
    }
}
