//! A day of orders, from the till to the report.

use e2e::client::id_in;
use e2e::menu::{LARGE, PRODUCT, SMALL, cash, cop, product, sum};
use e2e::{Answer, Client, Menu, System};
use serde_json::{Value, json};
use uuid::Uuid;

const DAY: &str = "2026-03-14";

/// The orders on the branch's kitchen board and their states, after a position.
async fn board(client: &Client, menu: &Menu, after: &Answer) -> Vec<(Uuid, String)> {
    let path = format!("/v1/branches/{}/kitchen?after={}", menu.branch, after.position());
    let board = client.get(&path).send().await;
    let orders = board.expect(200)["data"].as_array().unwrap().iter();
    orders
        .map(|order| (id_in(order, "/id"), order["status"].as_str().unwrap().to_owned()))
        .collect()
}

async fn report(client: &Client, group_by: &str, after: &str) -> Vec<Value> {
    let period = format!("from={DAY}&to={DAY}&group_by={group_by}&after={after}");
    let report = client.get(&format!("/v1/reports/sales?{period}")).send().await;
    report.expect(200)["data"].as_array().unwrap().clone()
}

#[tokio::test]
async fn an_order_goes_from_the_till_to_the_report() {
    let system = System::start().await;
    let client = system.client();
    let menu = Menu::open(&client).await;
    let quote = client.post("/v1/orders/price").no_key().json(&menu.order(2, 1)).send().await;
    let placed = client.post("/v1/orders").json(&menu.order(2, 1)).send().await;
    let order = placed.id();
    let body = placed.expect(201);
    assert_eq!(body["lines"], quote.expect(200)["lines"]);
    assert_eq!(body["total"], cop(2 * SMALL + LARGE));
    assert_eq!(body["total"], quote.body["total"]);
    assert_eq!((&body["number"], &body["call_number"]), (&json!(1), &json!(1)));
    assert_eq!(board(&client, &menu, &placed).await, []);

    let mut last = placed;
    for (step, status) in [
        ("confirm", "confirmed"),
        ("start", "preparing"),
        ("ready", "ready"),
        ("deliver", "delivered"),
    ] {
        let path = format!("/v1/orders/{order}/{step}");
        let moved = client.post(&path).if_match(last.revision()).send().await;
        assert_eq!(moved.expect(200)["status"], status);
        let shown = board(&client, &menu, &moved).await;
        let expected = (status != "delivered").then(|| (order, status.to_owned()));
        assert_eq!(shown, Vec::from_iter(expected));
        last = moved;
    }

    let pay = client.post(&format!("/v1/orders/{order}/payments"));
    let total = 2 * SMALL + LARGE;
    let paid = pay.json(&cash(total, 5_000_000)).send().await;
    assert_eq!(paid.expect(201)["change"], cop(5_000_000 - total));
    assert_eq!(paid.body["balance"], cop(0));

    let path = format!("/v1/orders/{order}?after={}", paid.position());
    let shown = client.get(&path).send().await;
    assert_eq!(shown.revision(), paid.revision());
    let body = shown.expect(200);
    assert_eq!(
        (&body["order"]["status"], &body["order"]["balance"]),
        (&json!("delivered"), &cop(0))
    );
    assert_eq!(
        (&body["order"]["business_date"], &body["order"]["item_count"]),
        (&json!(DAY), &json!(3))
    );
    assert_eq!(body["lines"], quote.body["lines"]);
    assert_eq!(body["payments"][0]["change"], cop(5_000_000 - total));
    let listed = client.get("/v1/orders?status=delivered").send().await;
    assert_eq!(listed.expect(200)["data"], json!([body["order"]]));

    for (group_by, group) in [
        ("total", "total"),
        ("day", DAY),
        ("hour", "12"),
        ("category", "Arepas"),
        ("product", PRODUCT),
    ] {
        let rows = report(&client, group_by, &paid.position()).await;
        assert_eq!(rows.len(), 1, "{rows:?}");
        assert_eq!((&rows[0]["group"], &rows[0]["gross"]), (&json!(group), &sum(total)));
        assert_eq!((&rows[0]["lines"], &rows[0]["items"]), (&json!(2), &json!(3)));
    }
}

/// Sales, counted by the test itself.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Sums {
    orders: u64,
    lines: u64,
    items: u64,
    gross: i64,
}

impl Sums {
    fn add(&mut self, lines: u64, items: u64, gross: i64) {
        self.orders += 1;
        self.lines += lines;
        self.items += items;
        self.gross += gross;
    }

    fn of(row: &Value) -> Self {
        let number = |name: &str| row[name].as_u64().unwrap_or_default();
        let gross = row["gross"]["amount"].as_str().unwrap().parse().unwrap();
        let (lines, items) = (number("lines"), number("items"));
        Self { orders: number("orders"), lines, items, gross }
    }
}

#[tokio::test]
async fn a_day_of_orders_adds_up() {
    let system = System::start().await;
    let client = system.client();
    let menu = Menu::open(&client).await;
    let drinks = client.post("/v1/categories").json(&json!({"name": "Bebidas"})).send().await.id();
    let juice = client.post("/v1/products").json(&product("Lulada", drinks)).send().await;
    let shown = client.get(&format!("/v1/products/{}?after={}", juice.id(), juice.position()));
    let glass = id_in(shown.send().await.expect(200), "/variants/0/id");

    let (mut all, mut arepas, mut lulada) = (Sums::default(), Sums::default(), Sums::default());
    let mut placed = Vec::new();
    let mut after = String::new();
    for n in 1..=15_u32 {
        let mut order = menu.order(n % 3, 1);
        let with_juice = n % 2 == 0;
        if with_juice {
            let line = json!({"product_id": juice.id(), "variant_id": glass, "quantity": n});
            order["lines"].as_array_mut().unwrap().push(line);
        }
        let answer = client.post("/v1/orders").json(&order).send().await;
        assert_eq!(answer.expect(201)["number"], n);
        let total = answer.body["total"]["amount"].as_i64().unwrap();
        placed.push(answer.id());
        after = answer.position();
        // Every fifth is cancelled, every seventh stays open: neither is a sale.
        if n % 5 == 0 {
            let cancel = client.post(&format!("/v1/orders/{}/cancel", answer.id())).if_match(1);
            let cancelled = cancel.json(&json!({"reason": "out_of_stock"})).send().await;
            cancelled.expect(200);
            after = cancelled.position();
            continue;
        }
        if n % 7 == 0 {
            continue;
        }
        let pay = client.post(&format!("/v1/orders/{}/payments", answer.id()));
        let paid = pay.json(&cash(total, total)).send().await;
        paid.expect(201);
        after = paid.position();
        let (lines, items) = (u64::from(n % 3 > 0) + 1, u64::from(n % 3) + 1);
        let gross = i64::from(n % 3) * SMALL + LARGE;
        arepas.add(lines, items, gross);
        let (juices, glasses) = (u64::from(with_juice), u64::from(n) * u64::from(with_juice));
        if with_juice {
            lulada.add(1, glasses, i64::from(n) * SMALL);
        }
        all.add(lines + juices, items + glasses, total);
    }
    assert_eq!(
        all.gross,
        arepas.gross + lulada.gross,
        "the sums of the products are those of the total"
    );
    for group_by in ["total", "day", "hour"] {
        let rows = report(&client, group_by, &after).await;
        assert_eq!(rows.iter().map(Sums::of).collect::<Vec<_>>(), [all]);
    }
    for (group_by, names) in [("category", ["Arepas", "Bebidas"]), ("product", [PRODUCT, "Lulada"])]
    {
        let rows = report(&client, group_by, &after).await;
        for (name, expected) in names.into_iter().zip([arepas, lulada]) {
            let row = rows.iter().find(|row| row["group"] == name).unwrap();
            assert_eq!(Sums::of(row), Sums { orders: 0, ..expected }, "{name}");
        }
        assert_eq!(rows.len(), 2);
    }
    placed.reverse();
    assert_eq!(walk(&client, &after).await, placed);
}

/// Reads the whole list in pages of two.
async fn walk(client: &Client, after: &str) -> Vec<Uuid> {
    let mut path = format!("/v1/orders?limit=2&after={after}");
    let mut ids = Vec::new();
    loop {
        let page = client.get(&path).send().await;
        let rows = page.expect(200)["data"].as_array().unwrap();
        assert!((1..=2).contains(&rows.len()), "{rows:?}");
        ids.extend(rows.iter().map(|row| id_in(row, "/id")));
        let Some(cursor) = page.body["next_cursor"].as_str() else { return ids };
        path = format!("/v1/orders?limit=2&cursor={cursor}");
    }
}
