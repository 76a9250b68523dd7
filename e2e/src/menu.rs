//! A branch with products to sell, set up over HTTP.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::client::{Answer, Client, id_in};

/// A branch, a category and a product with two variants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Menu {
    /// A branch in Bogotá whose business day begins at 04:00.
    pub branch: Uuid,
    /// The category.
    pub category: Uuid,
    /// The product.
    pub product: Uuid,
    /// Its variant at 12 000 pesos.
    pub small: Uuid,
    /// Its variant at 18 500 pesos.
    pub large: Uuid,
    /// The log position after all of these commands.
    pub position: String,
}

/// The name of the product.
pub const PRODUCT: &str = "Arepa de choclo";

/// The price of [`Menu::small`] in hundredths of a peso.
pub const SMALL: i64 = 1_200_000;

/// The price of [`Menu::large`] in hundredths of a peso.
pub const LARGE: i64 = 1_850_000;

/// An amount in hundredths of a peso, as the API writes it.
pub fn cop(amount: i64) -> Value {
    json!({"amount": amount, "currency": "COP"})
}

/// A sum in hundredths of a peso, as reports write it.
pub fn sum(amount: i64) -> Value {
    json!({"amount": amount.to_string(), "currency": "COP"})
}

/// The body of a request to open a branch.
pub fn branch(name: &str) -> Value {
    json!({"name": name, "time_zone": "America/Bogota", "currency": "COP", "cut_off": "04:00"})
}

/// The body of a request to add a product.
pub fn product(name: &str, category: Uuid) -> Value {
    json!({
        "name": name,
        "category_id": category,
        "variants": [
            {"name": "Sencilla", "price": cop(SMALL)},
            {"name": "Con todo", "price": cop(LARGE)},
        ],
    })
}

/// The body of a request to add a group of two modifiers, of which one can be chosen.
pub fn modifier_group(name: &str) -> Value {
    json!({
        "name": name,
        "max": 1,
        "modifiers": [
            {"name": "Queso rallado", "price": cop(250_000)},
            {"name": "Sin queso", "price": cop(0)},
        ],
    })
}

/// The body of a request to add a stock item in grams; orders are refused when it is short.
pub fn stock_item(name: &str) -> Value {
    json!({"name": name, "unit": "gram", "on_shortage": "refuse"})
}

/// The body of a request to draft a price list with one price, which holds everywhere from 2030 on.
pub fn price_list(name: &str, product: Uuid, variant: Uuid) -> Value {
    let price = json!({"product_id": product, "variant_id": variant, "price": cop(900_000)});
    json!({"name": name, "valid_from": "2030-01-01", "variants": [price]})
}

/// The body of a request to add a tax profile, with a state and a city tax that are added.
pub fn tax_profile(name: &str) -> Value {
    let tax = |code, rate| json!({"code": code, "rate": rate, "inclusion": "added"});
    let rule = json!({
        "regime": "city",
        "class": "food",
        "from": "2026-01-01",
        "taxes": [tax("state", 62_500), tax("city", 22_500)],
    });
    json!({
        "name": name,
        "profile": {
            "regimes": [{"code": "city", "name": "En la ciudad"}],
            "classes": [{"code": "food", "name": "Comida"}],
            "comp_keeps_base": false,
            "rules": [rule],
        },
    })
}

impl Menu {
    /// Sets it up in the company of `client`.
    pub async fn open(client: &Client) -> Self {
        let opened = client.post("/v1/branches").json(&branch("Parque")).send().await;
        let category = json!({"name": "Arepas", "place": 1});
        let category = client.post("/v1/categories").json(&category).send().await;
        let category = id_in(category.expect(201), "/id");
        let added = client.post("/v1/products").json(&product(PRODUCT, category)).send().await;
        let (id, position) = (id_in(added.expect(201), "/id"), added.position());
        let path = format!("/v1/products/{id}?after={position}");
        let shown = client.get(&path).send().await;
        Self {
            branch: id_in(opened.expect(201), "/branch/id"),
            category,
            product: id,
            small: id_in(shown.expect(200), "/variants/0/id"),
            large: id_in(shown.expect(200), "/variants/1/id"),
            position,
        }
    }

    /// The body of a dine-in order with these quantities of the two variants.
    pub fn order(&self, small: u32, large: u32) -> Value {
        let line = |variant, quantity| json!({"product_id": self.product, "variant_id": variant, "quantity": quantity});
        let wanted = [(self.small, small), (self.large, large)];
        let wanted = wanted.into_iter().filter(|(_, quantity)| *quantity > 0);
        let lines: Vec<Value> = wanted.map(|(variant, quantity)| line(variant, quantity)).collect();
        json!({"branch_id": self.branch, "order_type": "dine_in", "lines": lines})
    }

    /// Places an order of one [`Self::small`].
    pub async fn place(&self, client: &Client) -> Answer {
        let placed = client.post("/v1/orders").json(&self.order(1, 0)).send().await;
        placed.expect(201);
        placed
    }
}

/// The body of a payment in cash.
pub fn cash(amount: i64, tendered: i64) -> Value {
    json!({"method": "cash", "amount": cop(amount), "tendered": cop(tendered)})
}
