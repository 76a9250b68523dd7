//! Orders with modifiers, combos, price lists and taxes.

use e2e::client::id_in;
use e2e::menu::{LARGE, SMALL, cash, cop, product, stock_item, sum, tax_profile};
use e2e::{Answer, Client, Menu, System};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

/// Arepas with fillings, of which meat asks how it is cooked; juice; and a lunch of both.
struct Carta {
    menu: Menu,
    fillings: Uuid,
    cheese: Uuid,
    meat: Uuid,
    cooking: Uuid,
    well_done: Uuid,
    juice: Line,
    lunch: Line,
    curd: Uuid,
}

/// A product with its variant.
#[derive(Clone, Copy)]
struct Line {
    product: Uuid,
    variant: Uuid,
}

impl Carta {
    async fn open(client: &Client) -> Self {
        let menu = Menu::open(client).await;
        let curd = stock(client, menu.branch).await;
        let asked = json!({
            "name": "Término", "required": true, "min": 1, "max": 1,
            "modifiers": [
                {"name": "Medio", "price": cop(0), "default_quantity": 1},
                {"name": "Bien asada", "price": cop(50_000)},
            ],
        });
        let (cooking, steps) = group(client, &asked).await;
        let curds = json!([{"item_id": curd, "quantity": "30"}]);
        let offered = json!({
            "name": "Rellenos", "max": 3,
            "modifiers": [
                {"name": "Queso", "price": cop(200_000), "max_quantity": 2, "ingredients": curds},
                {"name": "Carne", "price": cop(400_000), "nested_group_id": cooking},
            ],
        });
        let (fillings, modifiers) = group(client, &offered).await;
        let path = format!("/v1/products/{}", menu.product);
        let offer = json!({"modifier_groups": [{"group_id": fillings}]});
        client.call(Method::PATCH, &path).if_match(1).json(&offer).send().await.expect(200);
        let juice = add(client, &sold_once(&menu, "Lulada", 300_000)).await;
        let option = |product: Uuid, variant: Uuid, upcharge: i64| json!({"product_id": product, "variant_id": variant, "upcharge": cop(upcharge)});
        let arepas =
            json!(
                [option(menu.product, menu.small, 0), option(menu.product, menu.large, 150_000),]
            );
        let drinks = json!([option(juice.product, juice.variant, 0)]);
        let mut lunch = sold_once(&menu, "Almuerzo", 1_500_000);
        lunch["combo"] = json!({"slots": [
            {"name": "Arepa", "pieces": 1, "options": arepas},
            {"name": "Bebida", "pieces": 1, "options": drinks},
        ]});
        let lunch = add(client, &lunch).await;
        let [cheese, meat] = modifiers;
        let [_, well_done] = steps;
        Self { menu, fillings, cheese, meat, cooking, well_done, juice, lunch, curd }
    }

    /// Two arepas with cheese twice and meat that is well done.
    fn arepas(&self) -> Value {
        let nested = json!([{"modifier_id": self.well_done}]);
        let modifiers = json!([
            {"modifier_id": self.cheese, "quantity": 2},
            {"modifier_id": self.meat, "nested": nested},
        ]);
        let groups = json!([{"group_id": self.fillings, "modifiers": modifiers}]);
        let Menu { product, small, .. } = self.menu;
        json!({"product_id": product, "variant_id": small, "quantity": 2, "modifier_groups": groups})
    }

    /// A lunch with the large arepa and cheese, and what it leaves no choice of.
    fn lunch(&self) -> Value {
        let cheese = json!([{"modifier_id": self.cheese}]);
        let groups = json!([{"group_id": self.fillings, "modifiers": cheese}]);
        let Menu { product, large, .. } = self.menu;
        let arepa = json!({"product_id": product, "variant_id": large, "modifier_groups": groups});
        let Line { product, variant } = self.lunch;
        let slots = json!([{"picks": [arepa]}, {"picks": []}]);
        json!({"product_id": product, "variant_id": variant, "quantity": 1, "slots": slots})
    }

    fn order(&self, lines: &[Value]) -> Value {
        json!({"branch_id": self.menu.branch, "order_type": "dine_in", "lines": lines})
    }

    async fn place(&self, client: &Client, lines: &[Value]) -> Answer {
        client.post("/v1/orders").json(&self.order(lines)).send().await
    }
}

/// A kilogram of an item in the stock of a branch.
async fn stock(client: &Client, branch: Uuid) -> Uuid {
    let item = client.post("/v1/stock-items").json(&stock_item("Cuajada")).send().await.id();
    let line = json!({"item_id": item, "quantity": "1000", "cost": cop(1_000_000)});
    let path = format!("/v1/branches/{branch}/stock-receipts");
    client.post(&path).json(&json!({"lines": [line]})).send().await.expect(201);
    item
}

/// Adds a group; its id, and those of its two modifiers.
async fn group(client: &Client, body: &Value) -> (Uuid, [Uuid; 2]) {
    let added = client.post("/v1/modifier-groups").json(body).send().await;
    added.expect(201);
    let path = format!("/v1/modifier-groups/{}?after={}", added.id(), added.position());
    let shown = client.get(&path).send().await;
    let modifiers = ["/modifiers/0/id", "/modifiers/1/id"];
    (added.id(), modifiers.map(|at| id_in(shown.expect(200), at)))
}

/// A product in one variant.
fn sold_once(menu: &Menu, name: &str, price: i64) -> Value {
    let mut body = product(name, menu.category);
    body["variants"] = json!([{"name": "Única", "price": cop(price)}]);
    body
}

async fn add(client: &Client, body: &Value) -> Line {
    let added = client.post("/v1/products").json(body).send().await;
    added.expect(201);
    let path = format!("/v1/products/{}?after={}", added.id(), added.position());
    let shown = client.get(&path).send().await;
    Line { product: added.id(), variant: id_in(shown.expect(200), "/variants/0/id") }
}

async fn shown(client: &Client, path: &str, after: &Answer) -> Value {
    let mark = if path.contains('?') { '&' } else { '?' };
    let path = format!("{path}{mark}after={}", after.position());
    client.get(&path).send().await.expect(200).clone()
}

const AREPAS: i64 = 2 * (SMALL + 2 * 200_000 + 400_000 + 50_000);
const LUNCH: i64 = 1_500_000 + 150_000 + 200_000;

#[tokio::test]
async fn an_order_is_a_tree_of_lines_children_and_modifiers_wherever_it_is_shown() {
    let system = System::start().await;
    let client = system.client();
    let carta = Carta::open(&client).await;
    let mut order = carta.order(&[carta.arepas(), carta.lunch()]);
    order["channel"] = json!("table");
    let quote = client.post("/v1/orders/price").json(&order).send().await;
    let placed = client.post("/v1/orders").json(&order).send().await;
    let body = placed.expect(201);
    for field in ["lines", "taxes", "total"] {
        assert_eq!(quote.expect(200)[field], body[field], "{field}");
    }
    assert_eq!((&body["total"], &body["channel"]), (&cop(AREPAS + LUNCH), &json!("table")));
    let [arepas, lunch] = &body["lines"].as_array().unwrap()[..] else { panic!("{body}") };
    assert_eq!((&arepas["unit_price"], &arepas["total"]), (&cop(SMALL), &cop(AREPAS)));
    assert_eq!(arepas["modifiers"][0]["name"], "Queso");
    let nested = &arepas["modifiers"][1]["nested"][0];
    assert_eq!(
        (&nested["name"], &nested["group_id"]),
        (&json!("Bien asada"), &json!(carta.cooking))
    );
    let [arepa, juice] = &lunch["children"].as_array().unwrap()[..] else { panic!("{lunch}") };
    assert_eq!((&arepa["slot"], &arepa["unit_price"]), (&json!(1), &cop(LARGE)));
    assert_eq!((&juice["slot"], &juice["product_id"]), (&json!(2), &json!(carta.juice.product)));
    let share = |child: &Value| child["share"]["amount"].as_i64().unwrap();
    assert_eq!(share(arepa) + share(juice), 1_500_000);
    assert_eq!(arepa["total"], cop(share(arepa) + 150_000 + 200_000));

    let detail = shown(&client, &format!("/v1/orders/{}", placed.id()), &placed).await;
    assert_eq!(detail["lines"], body["lines"]);
    assert_eq!(detail["order"]["channel"], "table");
    let listed = shown(&client, "/v1/orders?channel=table", &placed).await;
    assert_eq!(listed["data"].as_array().unwrap().len(), 1);
    let listed = shown(&client, "/v1/orders?channel=web", &placed).await;
    assert_eq!(listed["data"], json!([]));

    let path = format!("/v1/orders/{}", placed.id());
    let confirmed = client.post(&format!("{path}/confirm")).send().await;
    let board = format!("/v1/branches/{}/kitchen", carta.menu.branch);
    let board = shown(&client, &board, &confirmed).await;
    assert_eq!(board["data"][0]["lines"], body["lines"]);
    assert_eq!(board["data"][0]["stations"], json!([{"station_id": null, "items": 4}]));
}

#[tokio::test]
async fn modifiers_and_children_take_from_stock_and_are_counted_as_sold() {
    let system = System::start().await;
    let client = system.client();
    let carta = Carta::open(&client).await;
    let placed = carta.place(&client, &[carta.arepas(), carta.lunch()]).await;
    placed.expect(201);
    let stock = format!("/v1/branches/{}/stock", carta.menu.branch);
    let kept = shown(&client, &stock, &placed).await;
    let row = kept["data"].as_array().unwrap().iter();
    let row = row.clone().find(|row| row["item_id"] == json!(carta.curd)).unwrap();
    assert_eq!(row["reserved"], json!("150"), "{row}");

    let pay = format!("/v1/orders/{}/payments", placed.id());
    let paid = client.post(&pay).json(&cash(AREPAS + LUNCH, AREPAS + LUNCH)).send().await;
    paid.expect(201);
    let report = async |group: &str| {
        let period = "from=2020-01-01&to=2100-12-31";
        let path = format!("/v1/reports/sales?{period}&group_by={group}");
        shown(&client, &path, &paid).await
    };
    let modifiers = report("modifier").await;
    let row = &modifiers["data"][0];
    assert_eq!((&row["group"], &row["items"]), (&json!("Rellenos, Queso"), &json!(5)));
    assert_eq!(row["gross"], sum(5 * 200_000));
    let products = report("product").await;
    let rows = products["data"].as_array().unwrap().iter();
    let juice = rows.clone().find(|row| row["group"] == "Lulada").unwrap();
    assert_eq!((&juice["items"], &juice["in_combos"]["items"]), (&json!(0), &json!(1)));
    let lunch = rows.clone().find(|row| row["group"] == "Almuerzo").unwrap();
    assert_eq!((&lunch["items"], &lunch["gross"]), (&json!(1), &sum(LUNCH)));
}

#[tokio::test]
async fn what_runs_out_is_refused_where_it_stands_and_an_order_in_flight_keeps_its_answer() {
    let system = System::start().await;
    let client = system.client();
    let carta = Carta::open(&client).await;
    let order = carta.order(&[carta.lunch(), carta.arepas()]);
    let key = e2e::fresh();
    let place = || client.post("/v1/orders").key(key).json(&order).send();
    let first = place().await;
    first.expect(201);
    let availability = format!("/v1/branches/{}/availability", carta.menu.branch);
    let well_done = json!({"modifier_group_id": carta.cooking, "modifier_id": carta.well_done});
    let snooze = json!({"subject": well_done});
    client.post(&format!("{availability}/snooze")).json(&snooze).send().await.expect(200);
    assert_eq!(place().await.expect(201), first.expect(201));
    let refused = async |lines: &[Value]| {
        let mut refusals = Vec::new();
        for path in ["/v1/orders", "/v1/orders/price"] {
            let refused = client.post(path).json(&carta.order(lines)).send().await;
            let error = &refused.problem(409, "not-available")["errors"][0];
            refusals.push((error["pointer"].clone(), error["code"].clone()));
        }
        assert_eq!(refusals[0], refusals[1]);
        refusals.remove(0)
    };
    let pointer = "/lines/1/modifier_groups/0/modifiers/1/nested/0/modifier_id";
    let lines = [carta.lunch(), carta.arepas()];
    assert_eq!(refused(&lines).await, (json!(pointer), json!("snoozed")));
    client.post(&format!("{availability}/put-back")).json(&well_done).send().await.expect(200);
    carta.place(&client, &lines).await.expect(201);
    let large = json!({"product_id": carta.menu.product, "variant_id": carta.menu.large});
    client.post(&format!("{availability}/delist")).json(&large).send().await.expect(200);
    let pointer = "/lines/0/slots/0/picks/0/product_id";
    assert_eq!(refused(&lines).await, (json!(pointer), json!("not-sold")));
}

#[tokio::test]
async fn prices_come_from_the_list_that_holds_and_taxes_from_the_regime_of_the_branch() {
    let system = System::start().await;
    let client = system.client();
    let carta = Carta::open(&client).await;
    let Menu { branch, product, small, .. } = carta.menu;
    let list = json!({
        "name": "Hora feliz", "valid_from": "2020-01-01",
        "variants": [{"product_id": product, "variant_id": small, "price": cop(900_000)}],
    });
    let list = client.post("/v1/price-lists").json(&list).send().await;
    list.expect(201);
    let arepa = json!({"product_id": product, "variant_id": small, "quantity": 1});
    let before = carta.place(&client, std::slice::from_ref(&arepa)).await;
    assert_eq!(before.expect(201)["total"], cop(SMALL));
    let publish = format!("/v1/price-lists/{}/publish", list.id());
    client.post(&publish).send().await.expect(200);
    let happy = carta.place(&client, std::slice::from_ref(&arepa)).await;
    let line = &happy.expect(201)["lines"][0];
    assert_eq!((&line["total"], &line["taxes"]), (&cop(900_000), &json!([])));
    let origin = json!({"id": list.id(), "revision": 2});
    assert_eq!(line["price_list"], origin);

    let regime = json!({"from": "2023-01-01", "regime": "inc"});
    let path = format!("/v1/branches/{branch}/tax-regime");
    client.put(&path).if_match(1).json(&regime).send().await.expect(200);
    let included = carta.place(&client, std::slice::from_ref(&arepa)).await;
    let body = included.expect(201);
    assert_eq!(body["total"], cop(900_000));
    let tax = &body["taxes"][0];
    assert_eq!((&tax["code"], &tax["rate"]), (&json!("inc"), &json!(80_000)));
    assert_eq!((&tax["base"], &tax["amount"]), (&cop(833_333), &cop(66_667)));

    let opened = client.post("/v1/branches").json(&e2e::menu::branch("Centro")).send().await;
    let city = id_in(opened.expect(201), "/branch/id");
    let own = client.post("/v1/tax-profiles").json(&tax_profile("Propios")).send().await.id();
    let regime = json!({"from": "2026-01-01", "tax_profile_id": own, "regime": "city"});
    let path = format!("/v1/branches/{city}/tax-regime");
    client.put(&path).if_match(1).json(&regime).send().await.expect(200);
    let order = json!({"branch_id": city, "order_type": "takeaway", "lines": [arepa]});
    let added = client.post("/v1/orders").json(&order).send().await;
    let body = added.expect(201);
    assert_eq!(body["total"], cop(900_000 + 56_250 + 20_250));
    assert_eq!(body["lines"][0]["taxes"].as_array().unwrap().len(), 2);

    let path = format!("/v1/products/{product}");
    let class = json!({"tax_class": "goods_19"});
    client.call(Method::PATCH, &path).if_match(2).json(&class).send().await.expect(200);
    let refused = client.post("/v1/orders").json(&order).send().await;
    let error = &refused.problem(409, "tax-undetermined")["errors"][0];
    assert_eq!(error["pointer"], "/lines/0/product_id");
}

#[tokio::test]
async fn a_choice_that_is_not_offered_is_refused_where_it_stands() {
    let system = System::start().await;
    let client = system.client();
    let carta = Carta::open(&client).await;
    let group = |modifiers: Value| json!([{"group_id": carta.fillings, "modifiers": modifiers}]);
    let with = |groups: Value| {
        let mut line = carta.arepas();
        line["modifier_groups"] = groups;
        line
    };
    let picked = |slots: Value| {
        let mut line = carta.lunch();
        line["slots"] = slots;
        line
    };
    let cheese = carta.cheese;
    let groups = "/lines/0/modifier_groups";
    let cases = [
        (
            with(group(json!([{"modifier_id": cheese, "quantity": 3}]))),
            "modifier-quantity",
            format!("{groups}/0/modifiers/0/quantity"),
        ),
        (
            with(group(json!([{"modifier_id": cheese}, {"modifier_id": cheese}]))),
            "modifier-repeated",
            format!("{groups}/0/modifiers/1/modifier_id"),
        ),
        (
            with(group(json!([{"modifier_id": carta.meat, "nested": []}]))),
            "modifier-required",
            format!("{groups}/0/modifiers/0"),
        ),
        (
            with(group(json!([{"modifier_id": cheese, "nested": [{"modifier_id": cheese}]}]))),
            "modifier-nested",
            format!("{groups}/0/modifiers/0/nested"),
        ),
        (
            with(json!([{"group_id": carta.fillings, "modifiers": []},
            {"group_id": carta.fillings, "modifiers": []}])),
            "modifier-repeated",
            format!("{groups}/1/group_id"),
        ),
        (picked(json!([{"picks": []}])), "combo-slots", "/lines/0/slots".to_owned()),
        (
            picked(json!([{"picks": []}, {"picks": []}])),
            "combo-pieces",
            "/lines/0/slots/0/picks".to_owned(),
        ),
    ];
    for (line, code, pointer) in cases {
        let refused = carta.place(&client, &[line]).await;
        let error = &refused.problem(422, "validation")["errors"][0];
        assert_eq!((&error["code"], &error["pointer"]), (&json!(code), &json!(pointer)));
    }
    let unknown = with(json!([{"group_id": carta.cooking, "modifiers": []}]));
    let refused = carta.place(&client, &[unknown]).await;
    let error = &refused.problem(422, "unknown-reference")["errors"][0];
    assert_eq!(error["pointer"], format!("{groups}/0/group_id"));
    let mut order = carta.order(&[carta.arepas()]);
    order["channel"] = json!("rappi");
    let refused = client.post("/v1/orders").json(&order).send().await;
    let error = &refused.problem(422, "unknown-reference")["errors"][0];
    assert_eq!(error["pointer"], "/channel");
}
