//! Stock over HTTP: receipts, the use by orders, and the refusal of orders when stock is short.

use e2e::menu::{branch, cop, stock_item};
use e2e::{Answer, Client, Menu, System, figure, fresh, rounds};
use serde_json::{Value, json};
use uuid::Uuid;

/// A menu whose small arepa uses 120 g of corn and 0.5 g of salt.
pub(crate) struct Kitchen {
    pub(crate) client: Client,
    pub(crate) menu: Menu,
    corn: Uuid,
    salt: Uuid,
}

impl Kitchen {
    pub(crate) async fn open(system: &System) -> Self {
        let client = system.client();
        let menu = Menu::open(&client).await;
        let corn = client.post("/v1/stock-items").json(&stock_item("Maíz")).send().await.id();
        let salt = client.post("/v1/stock-items").json(&stock_item("Sal")).send().await.id();
        let kitchen = Self { client, menu, corn, salt };
        kitchen.publish(0, &kitchen.recipe("120")).await.expect(200);
        kitchen
    }

    fn recipe(&self, grams: &str) -> Value {
        let ingredients = json!([
            {"item_id": self.corn, "quantity": grams},
            {"item_id": self.salt, "quantity": "0.5"},
        ]);
        json!({"portions": [{"variant_id": self.menu.small, "ingredients": ingredients}]})
    }

    async fn publish(&self, seen: u64, recipe: &Value) -> Answer {
        let path = format!("/v1/products/{}/recipe", self.menu.product);
        self.client.put(&path).if_match(seen).json(recipe).send().await
    }

    /// Receives corn at this cost in hundredths of a peso, and a kilogram of salt for 1 000 pesos.
    pub(crate) async fn receive(&self, corn: &str, cost: i64) -> Answer {
        let body = json!({"lines": [
            {"item_id": self.corn, "quantity": corn, "cost": cop(cost)},
            {"item_id": self.salt, "quantity": "1000", "cost": cop(100_000)},
        ]});
        let path = format!("/v1/branches/{}/stock-receipts", self.menu.branch);
        self.client.post(&path).json(&body).send().await
    }

    pub(crate) async fn place(&self, small: u32) -> Answer {
        self.client.post("/v1/orders").json(&self.menu.order(small, 0)).send().await
    }

    pub(crate) async fn step(&self, order: Uuid, step: &str) -> Answer {
        let path = format!("/v1/orders/{order}/{step}");
        let moved = self.client.post(&path).send().await;
        moved.expect(200);
        moved
    }

    /// The quantity of an item on hand, reserved and available, and its value.
    async fn level(&self, item: Uuid, after: &str) -> (Value, Value, Value, Value) {
        let path = format!("/v1/branches/{}/stock?after={after}", self.menu.branch);
        let shown = self.client.get(&path).send().await;
        let rows = shown.expect(200)["data"].as_array().unwrap();
        let level = rows.iter().find(|row| row["item_id"] == json!(item)).unwrap().clone();
        let balance = &level["balance"];
        let (quantity, value) = (balance["quantity"].clone(), balance["value"]["amount"].clone());
        (quantity, level["reserved"].clone(), level["available"].clone(), value)
    }

    async fn kardex(&self, item: Uuid, after: &str) -> Vec<Value> {
        let path = format!("/v1/branches/{}/stock/{item}/kardex?after={after}", self.menu.branch);
        let shown = self.client.get(&path).send().await;
        shown.expect(200)["data"].as_array().unwrap().clone()
    }
}

#[tokio::test]
async fn stock_is_kept_for_an_order_and_used_up_when_it_is_ready() {
    let system = System::start().await;
    let kitchen = Kitchen::open(&system).await;
    let received = kitchen.receive("1000", 450_000).await;
    assert_eq!(received.expect(201)["lines"][0]["balance"]["unit_cost"], "4.5");

    let placed = kitchen.place(2).await;
    placed.expect(201);
    let level = kitchen.level(kitchen.corn, &placed.position()).await;
    assert_eq!(level, (json!("1000"), json!("240"), json!("760"), json!(450_000)));

    kitchen.step(placed.id(), "confirm").await;
    kitchen.step(placed.id(), "start").await;
    let ready = kitchen.step(placed.id(), "ready").await;
    let level = kitchen.level(kitchen.corn, &ready.position()).await;
    assert_eq!(level, (json!("760"), json!("0"), json!("760"), json!(342_000)));

    let kardex = kitchen.kardex(kitchen.corn, &ready.position()).await;
    let seen: Vec<_> = kardex
        .iter()
        .map(|row| {
            json!([row["reason"], row["quantity"], row["value"]["amount"], row["source_id"]])
        })
        .collect();
    assert_eq!(
        seen,
        [
            json!(["receipt", "1000", 450_000, received.id()]),
            json!(["order", "-240", -108_000, placed.id()]),
        ]
    );
    let salt = kitchen.level(kitchen.salt, &ready.position()).await;
    assert_eq!(salt.0, json!("999"));
}

#[tokio::test]
async fn a_shortage_is_explained_in_the_language_of_the_request() {
    let system = System::start().await;
    let kitchen = Kitchen::open(&system).await;
    kitchen.receive("300.5", 100_000).await.expect(201);
    let refused = kitchen.place(3).await;
    let problem = refused.problem(409, "out-of-stock");
    let expected = json!([{
        "pointer": "/lines/0",
        "code": "out-of-stock",
        "detail": "Maíz: se necesitan 360 g y hay 300.5 g disponibles",
    }]);
    assert_eq!(problem["errors"], expected);
    let order = kitchen.client.post("/v1/orders").header("accept-language", "en");
    let refused = order.json(&kitchen.menu.order(3, 0)).send().await;
    let problem = refused.problem(409, "out-of-stock");
    let detail = "Maíz: 360 g are needed and 300.5 g are available";
    assert_eq!(problem["errors"][0]["detail"], detail);
    kitchen.place(2).await.expect(201);
}

#[tokio::test]
async fn of_many_tills_that_sell_the_last_portions_as_many_win_as_there_are() {
    let system = System::start().await;
    let kitchen = Kitchen::open(&system).await;
    let received = kitchen.receive("600", 100_000).await;
    received.expect(201);
    let tills = (0..8).map(|_| kitchen.place(1));
    let answers = futures_util::future::join_all(tills).await;
    let sold: Vec<&Answer> = answers.iter().filter(|answer| answer.status == 201).collect();
    for refused in answers.iter().filter(|answer| answer.status != 201) {
        refused.problem(409, "out-of-stock");
    }
    assert_eq!(sold.len(), 5);
    let number = |answer: &&Answer| answer.body["number"].as_u64().unwrap();
    let mut numbers: Vec<u64> = sold.iter().map(number).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, [1, 2, 3, 4, 5], "a refused order takes no number");
    let last = sold.iter().max_by_key(|answer| number(answer)).unwrap().position();
    let level = kitchen.level(kitchen.corn, &last).await;
    assert_eq!((level.1, level.2), (json!("600"), json!("0")));
}

#[tokio::test]
async fn a_cancelled_order_gives_back_what_was_kept_for_it() {
    let system = System::start().await;
    let kitchen = Kitchen::open(&system).await;
    kitchen.receive("120", 100_000).await.expect(201);
    let placed = kitchen.place(1).await;
    kitchen.place(1).await.problem(409, "out-of-stock");
    let path = format!("/v1/orders/{}/cancel", placed.id());
    let cancel = kitchen.client.post(&path).if_match(placed.revision());
    let cancelled = cancel.json(&json!({"reason": "out_of_stock"})).send().await;
    cancelled.expect(200);
    let level = kitchen.level(kitchen.corn, &cancelled.position()).await;
    assert_eq!((level.1, level.2), (json!("0"), json!("120")));
    kitchen.place(1).await.expect(201);
}

/// Status and body of a problem, without the part that differs by request.
fn said(answer: &Answer) -> Value {
    let mut body = answer.body.clone();
    body.as_object_mut().unwrap().remove("instance");
    json!([answer.status, body])
}

#[tokio::test]
async fn a_quote_is_refused_as_the_order_would_be() {
    let system = System::start().await;
    let kitchen = Kitchen::open(&system).await;
    let (client, menu) = (&kitchen.client, &kitchen.menu);
    let changed = |pointer: &str, value: Value| {
        let mut order = menu.order(1, 1);
        *order.pointer_mut(pointer).unwrap() = value;
        order
    };
    let mut dollars = branch("Miami");
    dollars["currency"] = json!("USD");
    let dollars = client.post("/v1/branches").json(&dollars).send().await;
    let dollars = dollars.expect(201)["branch"]["id"].clone();
    let shut = client.post("/v1/branches").json(&branch("Cerrada")).send().await;
    let shut = shut.expect(201)["branch"]["id"].clone();
    let close = format!("/v1/branches/{}/close", shut.as_str().unwrap());
    client.post(&close).send().await.expect(200);
    let line = menu.order(0, 1)["lines"][0].clone();
    let cases = [
        ("unknown-reference", changed("/branch_id", json!(fresh()))),
        ("unknown-reference", changed("/lines/1/product_id", json!(fresh()))),
        ("unknown-reference", changed("/lines/0/variant_id", json!(fresh()))),
        ("validation", changed("/branch_id", dollars)),
        ("branch-closed", changed("/branch_id", shut)),
        ("validation", changed("/lines", json!([]))),
        ("validation", changed("/lines", json!(vec![line.clone(); 201]))),
        ("validation", changed("/lines/0/quantity", json!(0))),
        ("validation", changed("/lines/0/quantity", json!(1_001))),
        ("out-of-stock", menu.order(1, 0)),
    ];
    for (code, order) in cases {
        let quoted = client.post("/v1/orders/price").no_key().json(&order).send().await;
        let placed = client.post("/v1/orders").json(&order).send().await;
        assert_eq!(quoted.body["code"], code, "{}", quoted.body);
        assert_eq!(said(&quoted), said(&placed));
    }
    kitchen.receive("120", 100).await.expect(201);
    for expected in [200, 409] {
        let quoted = client.post("/v1/orders/price").no_key().json(&menu.order(1, 0)).send().await;
        let placed = kitchen.place(1).await;
        assert_eq!(quoted.status, expected, "{}", quoted.body);
        match expected {
            200 => assert_eq!(quoted.body["lines"], placed.expect(201)["lines"]),
            _ => assert_eq!(said(&quoted), said(&placed)),
        }
    }
}

#[tokio::test]
async fn a_recipe_is_published_in_versions_on_what_its_author_has_seen() {
    let system = System::start().await;
    let kitchen = Kitchen::open(&system).await;
    kitchen.publish(0, &kitchen.recipe("130")).await.problem(412, "version-conflict");
    let published = kitchen.publish(1, &kitchen.recipe("130")).await;
    assert_eq!(published.expect(200)["revision"], 2);
    let same = kitchen.publish(2, &kitchen.recipe("130")).await;
    assert_eq!((same.expect(200)["revision"].clone(), same.revision()), (json!(2), 2));
    let path = format!("/v1/products/{}/recipe", kitchen.menu.product);
    let shown = kitchen.client.get(&format!("{path}?after={}", published.position())).send().await;
    let recipe = shown.expect(200);
    assert_eq!((recipe["version"].clone(), shown.revision()), (json!(2), 2));
    assert_eq!(recipe["portions"][0]["ingredients"][0]["quantity"], "130");
}

#[tokio::test]
async fn a_product_without_a_recipe_has_one_in_version_zero() {
    let system = System::start().await;
    let client = system.client();
    let menu = Menu::open(&client).await;
    let path = format!("/v1/products/{}/recipe?after={}", menu.product, menu.position);
    let shown = client.get(&path).send().await;
    let recipe = shown.expect(200);
    assert_eq!((recipe["version"].clone(), recipe["portions"].clone()), (json!(0), json!([])));
    assert_eq!(shown.revision(), 0);
}

#[tokio::test]
async fn quantities_that_are_none_are_named_all_at_once() {
    let system = System::start().await;
    let kitchen = Kitchen::open(&system).await;
    let lines = json!([
        {"item_id": kitchen.corn, "quantity": "1e3", "cost": cop(1)},
        {"item_id": kitchen.corn, "quantity": "0.1234567", "cost": cop(1)},
        {"item_id": kitchen.corn, "quantity": "-1", "cost": cop(1)},
    ]);
    let path = format!("/v1/branches/{}/stock-receipts", kitchen.menu.branch);
    let receive = |lines: Value| kitchen.client.post(&path).json(&json!({"lines": lines})).send();
    let answer = receive(lines).await;
    assert_eq!(answer.problem(422, "validation")["errors"].as_array().unwrap().len(), 3);
    for (quantity, code) in [("0", "minimum"), ("9999999999", "maximum")] {
        let line = json!({"item_id": kitchen.corn, "quantity": quantity, "cost": cop(1)});
        let answer = receive(json!([line])).await;
        let problem = answer.problem(422, "validation");
        assert_eq!(problem["errors"][0]["pointer"], "/lines/0/quantity");
        assert_eq!(problem["errors"][0]["code"], code);
    }
    let cost = json!({"amount": -1, "currency": "COP"});
    let line = json!({"item_id": kitchen.corn, "quantity": "1", "cost": cost});
    let answer = receive(json!([line])).await;
    let problem = answer.problem(422, "validation");
    assert_eq!(problem["errors"][0]["pointer"], "/lines/0/cost/amount");
}

#[tokio::test]
async fn nothing_has_expired_while_orders_are_fresh() {
    let system = System::start().await;
    let kitchen = Kitchen::open(&system).await;
    kitchen.receive("600", 100_000).await.expect(201);
    kitchen.place(1).await.expect(201);
    let path = format!("/v1/branches/{}/stock/release-expired", kitchen.menu.branch);
    let released = kitchen.client.post(&path).send().await;
    assert_eq!(released.expect(200)["n_orders"], 0);
}

#[tokio::test]
async fn s32_two_tills_sell_the_last_portion() {
    let tries = 4 * rounds(5);
    let system = System::start().await;
    let kitchen = Kitchen::open(&system).await;
    for _ in 0..tries {
        kitchen.receive("120", 10_000).await.expect(201);
        let (one, other) = tokio::join!(kitchen.place(1), kitchen.place(1));
        let (sold, refused) = if one.status == 201 { (one, other) } else { (other, one) };
        sold.expect(201);
        refused.problem(409, "out-of-stock");
    }
    assert_eq!(system.log().await.count("order.placed"), tries as usize);
    figure("S32", &format!("{tries} pairs, {tries} sold, {tries} refused"));
}
