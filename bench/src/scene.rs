//! The scene: five branches per company, three lines per order, and six ingredients in each
//! branch's stock that every order takes.

use e2e::Client;
use e2e::client::id_in;
use e2e::menu::{branch, cop, product};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::connection::Request;
use crate::life::Life;
use crate::stand::Stand;

/// How many branches a company has.
pub(crate) const BRANCHES: usize = 5;

const PRODUCTS: [&str; 3] = ["Arepa de choclo", "Empanada de pipián", "Lulada"];

/// One company's branches and menu.
#[derive(Debug)]
struct Company {
    branches: Vec<Uuid>,
    /// Products with one of their variants.
    menu: Vec<(Uuid, Uuid)>,
    /// What is chosen on every line: modifiers by group.
    chosen: Value,
}

/// The orders that can be placed, by company and branch.
#[derive(Debug)]
pub(crate) struct Scene {
    orders: Vec<Vec<Value>>,
}

impl Scene {
    /// Opens every company over HTTP. Every line of its orders has so many modifiers.
    pub(crate) async fn open(stand: &Stand, n_modifiers: u32) -> Self {
        let mut orders = Vec::new();
        for number in 0..stand.tenants.len() {
            let (client, _) = stand.owner(number).await;
            let company = Company::open(&client, n_modifiers).await;
            orders.push(company.branches.iter().map(|branch| company.order(*branch)).collect());
        }
        Self { orders }
    }

    /// The requests that place the orders, each company's under a token of its own.
    pub(crate) async fn requests(&self, stand: &Stand) -> Vec<Vec<Request>> {
        let mut requests = Vec::new();
        for (number, orders) in self.orders.iter().enumerate() {
            let (_, token) = stand.owner(number).await;
            let place = |order| Request::post("/v1/orders", &token, order);
            requests.push(orders.iter().map(place).collect());
        }
        requests
    }

    /// The life of one order of each company.
    pub(crate) async fn lives(&self, stand: &Stand) -> Vec<Life> {
        let mut lives = Vec::new();
        for (number, orders) in self.orders.iter().enumerate() {
            lives.push(Life::lead(stand, number, &orders[0]).await);
        }
        lives
    }
}

impl Company {
    async fn open(client: &Client, n_modifiers: u32) -> Self {
        let mut branches = Vec::new();
        for number in 1..=BRANCHES {
            let opened = client.post("/v1/branches").json(&branch(&format!("Sede {number}")));
            branches.push(id_in(opened.send().await.expect(201), "/branch/id"));
        }
        let category = json!({"name": "Carta", "place": 1});
        let category = client.post("/v1/categories").json(&category).send().await;
        let category = id_in(category.expect(201), "/id");
        let chosen = modifiers(client, n_modifiers).await;
        let mut menu = Vec::new();
        for name in PRODUCTS {
            let mut body = product(name, category);
            if let Some(group) = chosen.pointer("/0/group_id") {
                body["modifier_groups"] = json!([{"group_id": group}]);
            }
            let added = client.post("/v1/products").json(&body).send().await;
            let path = format!("/v1/products/{}?after={}", added.id(), added.position());
            let shown = client.get(&path).send().await;
            menu.push((added.id(), id_in(shown.expect(200), "/variants/0/id")));
        }
        stock_up(client, &branches, &menu).await;
        Self { branches, menu, chosen }
    }

    /// An order of one, two and three pieces.
    fn order(&self, branch: Uuid) -> Value {
        let lines = self.menu.iter().zip(1..).map(|((product, variant), quantity)| {
            let mut line =
                json!({"product_id": product, "variant_id": variant, "quantity": quantity});
            if self.chosen != json!([]) {
                line["modifier_groups"] = self.chosen.clone();
            }
            line
        });
        json!({
            "branch_id": branch,
            "order_type": "dine_in",
            "lines": lines.collect::<Vec<_>>(),
        })
    }
}

/// A group of so many modifiers, all of which are chosen.
async fn modifiers(client: &Client, n_modifiers: u32) -> Value {
    if n_modifiers == 0 {
        return json!([]);
    }
    let modifier =
        |number: u32| json!({"name": format!("Adición {number}"), "price": cop(100_000)});
    let modifiers: Vec<Value> = (1..=n_modifiers).map(modifier).collect();
    let group = json!({"name": "Adiciones", "max": n_modifiers, "modifiers": modifiers});
    let group = client.post("/v1/modifier-groups").json(&group).send().await;
    let path = format!("/v1/modifier-groups/{}?after={}", group.id(), group.position());
    let shown = client.get(&path).send().await;
    let chosen = (0..n_modifiers).map(|index| {
        let id = id_in(shown.expect(200), &format!("/modifiers/{index}/id"));
        json!({"modifier_id": id})
    });
    json!([{"group_id": group.id(), "modifiers": chosen.collect::<Vec<_>>()}])
}

/// Two ingredients for each product, of which every branch has more than can be ordered.
async fn stock_up(client: &Client, branches: &[Uuid], menu: &[(Uuid, Uuid)]) {
    let mut receipt = Vec::new();
    for (number, (product, variant)) in menu.iter().enumerate() {
        let mut ingredients = Vec::new();
        for part in ["base", "relleno"] {
            let name = format!("Ingrediente {number} {part}");
            let item = json!({"name": name, "unit": "gram", "on_shortage": "refuse"});
            let item = client.post("/v1/stock-items").json(&item).send().await.id();
            ingredients.push(json!({"item_id": item, "quantity": "0.125"}));
            let cost = json!({"amount": 100_000_000, "currency": "COP"});
            receipt.push(json!({"item_id": item, "quantity": "900000000", "cost": cost}));
        }
        let portion = json!({"variant_id": variant, "ingredients": ingredients});
        let recipe = json!({"portions": [portion]});
        let path = format!("/v1/products/{product}/recipe");
        client.put(&path).if_match(0).json(&recipe).send().await.expect(200);
    }
    for branch in branches {
        let path = format!("/v1/branches/{branch}/stock-receipts");
        client.post(&path).json(&json!({"lines": receipt})).send().await.expect(201);
    }
}
