//! Lists: every one can be read to its end, and a filter names what exists.

use e2e::client::id_in;
use e2e::menu::branch;
use e2e::{Client, Menu, System, fresh};
use serde_json::{Value, json};

/// Every row of a list, read two at a time, and its count.
async fn read_through(client: &Client, path: &str, after: &str) -> (Vec<Value>, Value) {
    let (mut rows, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = format!("{path}?limit=2&after={after}{cursor}");
        let page = client.get(&page).send().await;
        let data = page.expect(200)["data"].as_array().unwrap().clone();
        assert!(data.len() <= 2, "{}", page.body);
        rows.extend(data);
        match page.body["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return (rows, page.body["count"].clone()),
        }
    }
}

#[tokio::test]
async fn a_board_and_the_devices_are_read_to_their_end_and_counted() {
    let system = System::start().await;
    let client = system.client();
    let menu = Menu::open(&client).await;
    let mut last = String::new();
    let mut placed = Vec::new();
    for _ in 0..5 {
        let order = menu.place(&client).await;
        let confirm = client.post(&format!("/v1/orders/{}/confirm", order.id())).send().await;
        confirm.expect(200);
        last = confirm.position();
        placed.push(order.id());
    }
    let path = format!("/v1/branches/{}/kitchen", menu.branch);
    let (rows, count) = read_through(&client, &path, &last).await;
    let shown: Vec<_> = rows.iter().map(|row| id_in(row, "/id")).collect();
    assert_eq!((shown, count), (placed, json!(5)));

    let elsewhere = client.post("/v1/branches").json(&branch("Norte")).send().await;
    let elsewhere = id_in(elsewhere.expect(201), "/branch/id");
    for (name, place) in [("C", menu.branch), ("A", menu.branch), ("B", elsewhere)] {
        for twin in 1..=2 {
            let body = json!({"name": format!("Caja {name}{twin}"), "branch_id": place});
            let enrolled = client.post("/v1/devices").json(&body).send().await;
            enrolled.expect(201);
            last = enrolled.position();
        }
    }
    let (rows, count) = read_through(&client, "/v1/devices", &last).await;
    let names: Vec<_> = rows.iter().map(|row| row["name"].as_str().unwrap()).collect();
    let expected = ["Caja A1", "Caja A2", "Caja B1", "Caja B2", "Caja C1", "Caja C2"];
    assert_eq!((names, count), (expected.to_vec(), json!(6)));
}

#[tokio::test]
async fn a_report_is_read_to_its_end() {
    let system = System::start().await;
    let client = system.client();
    let menu = Menu::open(&client).await;
    let order = client.post("/v1/orders").json(&menu.order(1, 2)).send().await;
    let total = order.expect(201)["total"]["amount"].as_i64().unwrap();
    let pay = client.post(&format!("/v1/orders/{}/payments", order.id()));
    let paid = pay.json(&e2e::menu::cash(total, total)).send().await;
    let path = format!(
        "/v1/reports/sales?from=1900-01-01&to=9999-12-31&group_by=variant&limit=1&after={}",
        paid.position()
    );
    let first = client.get(&path).send().await;
    let cursor = first.expect(200)["next_cursor"].as_str().unwrap().to_owned();
    let second = client.get(&format!("{path}&cursor={cursor}")).send().await;
    let gross = |page: &Value| page["data"][0]["gross"]["amount"].as_str().unwrap().to_owned();
    assert_eq!(gross(&first.body), (2 * e2e::menu::LARGE).to_string());
    assert_eq!(gross(second.expect(200)), e2e::menu::SMALL.to_string());
    assert_eq!(second.body["next_cursor"], Value::Null);
    let elsewhere = path.replace("variant", "product");
    let other = client.get(&format!("{elsewhere}&cursor={cursor}")).send().await;
    other.problem(400, "invalid-cursor");
}

#[tokio::test]
async fn orders_are_listed_by_several_states_and_a_cancelled_one_owes_nothing() {
    let system = System::start().await;
    let client = system.client();
    let menu = Menu::open(&client).await;
    let (pending, confirmed, cancelled) =
        (menu.place(&client).await, menu.place(&client).await, menu.place(&client).await);
    let confirm = client.post(&format!("/v1/orders/{}/confirm", confirmed.id())).send().await;
    confirm.expect(200);
    let cancel = client.post(&format!("/v1/orders/{}/cancel", cancelled.id())).if_match(1);
    let cancel = cancel.json(&json!({"reason": "mistake"})).send().await;
    cancel.expect(200);
    let list = async |query: &str| {
        let path = format!("/v1/orders?{query}&after={}", cancel.position());
        let list = client.get(&path).send().await;
        list.expect(200)["data"].as_array().unwrap().clone()
    };
    let ids = |rows: &[Value]| rows.iter().map(|row| id_in(row, "/id")).collect::<Vec<_>>();
    let both = list("status=confirmed&status=pending&status=pending").await;
    assert_eq!(ids(&both), [confirmed.id(), pending.id()]);
    let one = list("status=cancelled").await;
    assert_eq!(ids(&one), [cancelled.id()]);
    assert_eq!(one[0]["balance"], e2e::menu::cop(0));
    assert_eq!(one[0]["total"], e2e::menu::cop(e2e::menu::SMALL));
    let shown = client.get(&format!("/v1/orders/{}", cancelled.id())).send().await;
    assert_eq!(shown.expect(200)["order"], one[0]);
    let pay = client.post(&format!("/v1/orders/{}/payments", cancelled.id()));
    let refused = pay.json(&e2e::menu::cash(100, 100)).send().await;
    let problem = refused.problem(409, "invalid-transition");
    assert!(problem["detail"].as_str().unwrap().contains("0.00 COP"), "{problem}");
    client.get("/v1/orders?status=pending,ready").send().await.problem(400, "validation");
}

#[tokio::test]
async fn every_currency_with_a_minor_unit_can_be_traded_in() {
    let system = System::start().await;
    let client = system.client();
    for code in ["KWD", "JPY", "CLF", "XOF", "VES"] {
        let mut body = branch(&format!("Sede {code}"));
        body["currency"] = json!(code);
        let opened = client.post("/v1/branches").json(&body).send().await;
        assert_eq!(opened.expect(201)["branch"]["currency"], code);
    }
    for none in ["XAU", "XXX", "cop", "COPS", ""] {
        let mut body = branch("Sede sin moneda");
        body["currency"] = json!(none);
        let refused = client.post("/v1/branches").json(&body).send().await;
        let problem = refused.problem(422, "validation");
        assert_eq!(problem["errors"][0]["pointer"], "/currency", "{problem}");
    }
}

#[tokio::test]
async fn periods_and_branches_of_queries_are_judged_alike_everywhere() {
    let system = System::start().await;
    let client = system.client();
    Menu::open(&client).await;
    let lists = ["/v1/orders?", "/v1/reports/sales?"];
    for list in lists {
        for (from, to) in [
            ("1899-12-31", "2026-01-01"),
            ("2026-01-01", "10000-01-01"),
            ("-2026-01-01", "2026-01-01"),
            ("%2B12026-01-01", "2026-01-01"),
            ("2026-02-30", "2026-03-01"),
            ("2026-1-1", "2026-03-01"),
        ] {
            let answer = client.get(&format!("{list}from={from}&to={to}")).send().await;
            answer.problem(400, "validation");
        }
        let backwards = client.get(&format!("{list}from=2026-01-02&to=2026-01-01")).send().await;
        let problem = backwards.problem(400, "validation");
        assert_eq!(problem["errors"][0]["pointer"], "/query/to", "{problem}");
        assert_eq!(problem["errors"][0]["code"], "range", "{problem}");
        let good = format!("{list}from=1900-01-01&to=9999-12-31");
        client.get(&good).send().await.expect(200);
        let nowhere = client.get(&format!("{good}&branch_id={}", fresh())).send().await;
        nowhere.problem(404, "not-found");
    }
}
