//! Invalid request bodies, sent to the operations themselves.

use api::payload::BODY_BYTES_MAX;
use e2e::menu::{SMALL, cash, cop, product};
use e2e::raw::send;
use e2e::{Client, Menu, System};
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use crate::document::{example_of, operations};

/// The pointers and codes of a problem's errors.
fn mistakes(problem: &Value) -> Vec<(&str, &str)> {
    let errors = problem["errors"].as_array().expect("a problem lists its errors");
    errors
        .iter()
        .map(|error| (error["pointer"].as_str().unwrap(), error["code"].as_str().unwrap()))
        .collect()
}

#[tokio::test]
async fn s28_extra_fields_are_named() {
    let system = System::start().await;
    let client = system.client();
    let menu = Menu::open(&client).await;
    let before = system.log().await;
    let mut order = menu.order(1, 1);
    order["paid"] = json!(true);
    order["lines"][1]["unit_price"] = cop(1);
    let answer = client.post("/v1/orders").json(&order).send().await;
    let problem = answer.problem(422, "unknown-field");
    let expected = [("/lines/1/unit_price", "unknown-field"), ("/paid", "unknown-field")];
    let mut found = mistakes(problem);
    found.sort_unstable();
    assert_eq!(found, expected);
    let mut with_change = cash(SMALL, SMALL);
    with_change["change"] = cop(500);
    let order = format!("/v1/orders/{}/payments", e2e::fresh());
    let mut with_role = json!({"name": "Postres"});
    with_role["role"] = json!("owner");
    let mut priced = product("Postre", menu.category);
    priced["variants"][0]["cost"] = cop(1);
    let login = json!({"email": "ana@example.com", "password": "12345678", "role": "owner"});
    for (path, body, pointer) in [
        (order.as_str(), with_change, "/change"),
        ("/v1/categories", with_role, "/role"),
        ("/v1/products", priced, "/variants/0/cost"),
        ("/v1/auth/login", login, "/role"),
    ] {
        let answer = client.post(path).json(&body).send().await;
        let problem = answer.problem(422, "unknown-field");
        assert_eq!(mistakes(problem), [(pointer, "unknown-field")]);
    }
    assert_eq!(system.log().await, before);
}

#[tokio::test]
async fn s29_quantities_and_amounts_without_sense() {
    let system = System::start().await;
    let client = system.client();
    let menu = Menu::open(&client).await;
    let before = system.log().await;
    for quantity in [
        json!(0),
        json!(-1),
        json!(1_001),
        json!(1_000_000_000),
        json!(u64::MAX),
        json!(1.5),
        json!(1e300),
        json!("2"),
        json!(true),
        json!([1]),
        json!(null),
    ] {
        let mut order = menu.order(1, 0);
        order["lines"][0]["quantity"] = quantity;
        for path in ["/v1/orders", "/v1/orders/price"] {
            let answer = client.post(path).json(&order).send().await;
            let problem = answer.problem(422, "validation");
            assert_eq!(mistakes(problem)[0].0, "/lines/0/quantity", "{problem}");
        }
    }
    let order = menu.order(1, 0);
    for n_lines in [0, 201, 10_000] {
        let mut many = order.clone();
        many["lines"] = json!(vec![&order["lines"][0]; n_lines]);
        let answer = client.post("/v1/orders").json(&many).send().await;
        let problem = answer.problem(422, "validation");
        assert_eq!(mistakes(problem).len(), 1, "{problem}");
        assert_eq!(mistakes(problem)[0].0, "/lines", "{problem}");
    }
    assert_eq!(system.log().await, before);
}

#[tokio::test]
async fn s29_sums_beyond_what_clients_can_read() {
    let system = System::start().await;
    let client = system.client();
    let menu = Menu::open(&client).await;
    let priced = |amount: Value| {
        let price = json!({"amount": amount, "currency": "COP"});
        json!({
            "name": "Lingote",
            "category_id": menu.category,
            "variants": [{"name": "Único", "price": price}],
        })
    };
    for amount in [
        json!(1_000_000_000_001_i64),
        json!(9_007_199_254_740_991_i64),
        json!(i64::MAX),
        json!(u64::MAX),
        json!(0),
        json!(-1),
        json!("1"),
        json!(0.5),
    ] {
        let answer = client.post("/v1/products").json(&priced(amount)).send().await;
        let problem = answer.problem(422, "validation");
        assert_eq!(mistakes(problem)[0].0, "/variants/0/price/amount", "{problem}");
    }
    let dearest = priced(json!(1_000_000_000_000_i64));
    let added = client.post("/v1/products").json(&dearest).send().await;
    added.expect(201);
    let path = format!("/v1/products/{}?after={}", added.id(), added.position());
    let variant = client.get(&path).send().await.body["variants"][0]["id"].clone();
    let line = |n: u32| json!({"product_id": added.id(), "variant_id": variant, "quantity": n});
    let before = system.log().await;
    for lines in [json!([line(11)]), json!([line(1000)]), json!([line(9), line(2)])] {
        let mut order = menu.order(1, 0);
        order["lines"] = lines;
        for path in ["/v1/orders", "/v1/orders/price"] {
            let answer = client.post(path).json(&order).send().await;
            let problem = answer.problem(422, "validation");
            assert_eq!(mistakes(problem), [("/lines", "maximum")], "{problem}");
        }
    }
    assert_eq!(system.log().await, before);
    let mut order = menu.order(1, 0);
    order["lines"] = json!([line(9), line(1)]);
    let placed = client.post("/v1/orders").json(&order).send().await;
    assert_eq!(placed.expect(201)["total"]["amount"], 10_000_000_000_000_i64);
    let pay = format!("/v1/orders/{}/payments", placed.id());
    for amount in [0, -1, -9_007_199_254_740_991, 10_000_000_000_001] {
        for (body, place) in
            [(cash(amount, SMALL), "/amount/amount"), (cash(SMALL, amount), "/tendered/amount")]
        {
            let answer = client.post(&pay).json(&body).send().await;
            let problem = answer.problem(422, "validation");
            assert_eq!(mistakes(problem)[0].0, place, "{problem}");
        }
    }
    let mut dollars = cash(SMALL, SMALL);
    dollars["amount"]["currency"] = json!("USD");
    client.post(&pay).json(&dollars).send().await.problem(422, "validation");
}

#[tokio::test]
async fn s49_names_are_refused_or_normalised_and_never_an_accident() {
    let system = System::start().await;
    let client = system.client();
    let add =
        |name: &str| client.post("/v1/categories").json(&json!({"name": name, "place": 1})).send();
    let before = system.log().await;
    let emoji = "🍕".repeat(97);
    for bad in [
        "\u{202E}sadanapmE",
        "Empa\u{200B}nadas",
        "\u{3164}",
        "\u{2800}",
        "Empa\u{115F}nadas",
        "a\u{FE0F}b",
        "Empa\u{200D}nadas",
        "👩\u{200D}",
        " ",
        "\u{301}",
        emoji.as_str(),
    ] {
        let answer = add(bad).await;
        let problem = answer.problem(422, "validation");
        assert_eq!(mistakes(problem)[0].0, "/name", "{bad:?}: {problem}");
    }
    let huge = add(&"🍕".repeat(10_000_000 / 4)).await;
    assert!([413, 422].contains(&huge.status), "{}", huge.status);
    assert_eq!(system.log().await, before);
    for (given, kept) in [
        ("  Jamo\u{301}n   serrano ", "Jamón serrano"),
        ("👩🏽\u{200D}🍳 Del chef", "👩🏽\u{200D}🍳 Del chef"),
        ("می\u{200C}خواهم", "می\u{200C}خواهم"),
    ] {
        let added = add(given).await;
        added.expect(201);
        let path = format!("/v1/categories?after={}", added.position());
        let list = client.get(&path).send().await;
        let rows = list.expect(200)["data"].as_array().unwrap();
        assert!(rows.iter().any(|row| row["name"] == kept), "{rows:?}");
    }
    for (name, twin) in [("Straße", "STRASSE"), ("JAMÓN SERRANO", "jamón serrano")] {
        let first = add(name).await.status;
        assert!([201, 409].contains(&first), "{first}");
        add(twin).await.problem(409, "name-taken");
    }
}

#[tokio::test]
async fn s33_broken_bodies_are_answered_and_never_an_accident() {
    let system = System::start().await;
    let client = system.client();
    let menu = Menu::open(&client).await;
    let before = system.log().await;
    let good = menu.order(1, 0).to_string();
    let twice = good.replacen('{', "{\"order_type\":\"delivery\",", 1);
    let mut not_utf8 = good.clone().into_bytes();
    let at = good.find("dine_in").unwrap();
    not_utf8[at] = 0xff;
    let surrogate = good.replace("dine_in", "\\ud800");
    for body in [
        b"".to_vec(),
        b"{".to_vec(),
        b"nul".to_vec(),
        good.clone().into_bytes()[..good.len() - 1].to_vec(),
        format!("{good}{good}").into_bytes(),
        format!("\u{feff}{good}").into_bytes(),
        "[".repeat(200_000).into_bytes(),
        "{\"a\":".repeat(150_000).into_bytes(),
        format!("{}1{}", "[".repeat(200_000), "]".repeat(200_000)).into_bytes(),
        twice.into_bytes(),
        not_utf8,
        surrogate.into_bytes(),
        good.replace("dine_in", "a\0b").into_bytes(),
    ] {
        let answer = client.post("/v1/orders").body(body).send().await;
        answer.problem(400, "malformed-body");
    }
    let nul = client.post("/v1/categories").body(r#"{"name":"a\u0000b"}"#).send().await;
    assert_eq!(mistakes(nul.problem(422, "validation")), [("/name", "nul")]);
    assert_eq!(system.log().await, before);
    client.post("/v1/orders").body(good).send().await.expect(201);
}

#[tokio::test]
async fn s34_wrong_types_and_verbs_are_refused() {
    let system = System::start().await;
    let client = system.client();
    let menu = Menu::open(&client).await;
    let before = system.log().await;
    for kind in ["text/plain", "application/xml", "application/json; charset=latin1", ""] {
        let text = menu.order(1, 0).to_string();
        let call = client.post("/v1/orders").header("content-type", kind);
        call.text(text).send().await.problem(415, "unsupported-media-type");
    }
    let packed = client.post("/v1/orders").header("content-encoding", "gzip");
    packed.json(&menu.order(1, 0)).send().await.problem(415, "unsupported-media-type");
    for accept in ["application/xml", "text/html", "application/json;q=0"] {
        let call = client.get("/v1/orders").header("accept", accept);
        call.send().await.problem(406, "not-acceptable");
        let call = client.post("/v1/orders").header("accept", accept).json(&menu.order(1, 0));
        call.send().await.problem(406, "not-acceptable");
    }
    for (method, path, allow) in [
        ("TRACE", "/v1/orders", "GET, HEAD, POST"),
        ("DELETE", "/v1/orders", "GET, HEAD, POST"),
        ("PATCH", "/v1/auth/login", "POST"),
        ("BREW", "/v1/reports/sales", "GET, HEAD"),
    ] {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let answer = client.call(method, path).send().await;
        answer.problem(405, "method-not-allowed");
        assert_eq!(answer.header("allow"), Some(allow), "{path}");
    }
    assert_eq!(system.log().await, before);
}

#[tokio::test]
async fn s35_an_order_over_the_limit_is_refused_and_one_under_it_is_placed() {
    let system = System::start().await;
    let client = system.client();
    let menu = Menu::open(&client).await;
    let order = menu.order(1, 0).to_string();
    let large = format!("{order}{}", " ".repeat(BODY_BYTES_MAX));
    client.post("/v1/orders").body(large).send().await.problem(413, "payload-too-large");
    let fits = format!("{order}{}", " ".repeat(BODY_BYTES_MAX - order.len()));
    client.post("/v1/orders").body(fits).send().await.expect(201);
}

#[tokio::test]
async fn s37_a_body_over_the_limit_of_its_operation_is_refused_by_every_operation() {
    let system = System::start().await;
    let client = system.client();
    let before = system.log().await;
    let documented = operations(&system).await;
    let with_body = documented.iter().filter_map(|it| Some((it, it.body_bytes_max()?)));
    let mut n_seen = 0;
    for (operation, bytes_max) in with_body {
        assert!(bytes_max <= BODY_BYTES_MAX, "{}", operation.id);
        assert!(
            bytes_max <= 8 << 10 || !operation.path.starts_with("/v1/auth/"),
            "{}",
            operation.id
        );
        let by = if operation.is_operators() { system.operator() } else { client.clone() };
        let method: Method = operation.method.to_uppercase().parse().unwrap();
        let large = |by: &Client| {
            let call = by.call(method.clone(), &operation.example()).if_match(1);
            call.body(vec![b' '; bytes_max + 1])
        };
        large(&by).send().await.problem(413, "payload-too-large");
        if !operation.is_open() {
            // The caller is authenticated before the body is read.
            large(&system.visitor()).send().await.problem(401, "auth-required");
        }
        n_seen += 1;
    }
    assert!(n_seen > 30, "{n_seen}");
    assert_eq!(system.log().await, before);
}

#[tokio::test]
async fn s37_a_body_with_too_many_keys_is_not_read_to_its_end() {
    let system = System::start().await;
    let client = system.client();
    let keys: Vec<_> = (0..180_000).map(|n| format!("\"k{n}\":0")).collect();
    let body = format!("{{{}}}", keys.join(","));
    assert!(body.len() < BODY_BYTES_MAX);
    let answer = client.post("/v1/orders").body(body).send().await;
    answer.problem(413, "payload-too-large");
}

#[tokio::test]
async fn s37_large_bodies_of_strangers_are_not_read() {
    let system = System::start().await;
    let address = system.node().address;
    let head = "POST /v1/auth/login HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n";
    let chunk = format!("{:x}\r\n{}\r\n", 1 << 20, " ".repeat(1 << 20));
    let with_length = format!("{head}content-length: 2097152\r\n\r\n{{");
    let chunked = format!("{head}transfer-encoding: chunked\r\n\r\n{chunk}");
    let orders = head.replace("/v1/auth/login", "/v1/orders");
    let signed_out = format!("{orders}content-length: 2097152\r\n\r\n{{");
    for (request, status) in [(with_length, 413), (chunked, 413), (signed_out, 401)] {
        // None of the clients ends its body, and the server waits for none.
        let sent = (0..60).map(|_| send(address, request.as_bytes()));
        for reply in join_all(sent).await {
            assert_eq!(reply.status, Some(status), "{reply:?}");
        }
    }
}

#[tokio::test]
async fn s34_a_body_where_none_belongs_is_refused_by_every_operation() {
    let system = System::start().await;
    let client = system.client();
    let before = system.log().await;
    let documented = operations(&system).await;
    let mut n_seen = 0;
    for operation in documented.iter().filter(|it| it.body_bytes_max().is_none()) {
        let by = if operation.is_operators() { system.operator() } else { client.clone() };
        let method = operation.method.to_uppercase().parse().unwrap();
        let call = by.call(method, &operation.example()).if_match(1);
        call.json(&json!({})).send().await.problem(400, "unexpected-body");
        n_seen += 1;
    }
    assert!(n_seen > 50, "{n_seen}");
    assert_eq!(system.log().await, before);
}

#[tokio::test]
async fn s41_an_address_that_cannot_be_one_is_refused_alike_by_every_operation() {
    let system = System::start().await;
    let client = system.client();
    let before = system.log().await;
    let documented = operations(&system).await;
    let mut n_seen = 0;
    for operation in documented.iter().filter(|it| it.path.contains('{')) {
        let by = if operation.is_operators() { system.operator() } else { client.clone() };
        let method = operation.method.to_uppercase().parse().unwrap();
        let path = operation.example();
        let name = operation.path.rsplit('{').next().unwrap().split('}').next().unwrap();
        let last = example_of(name);
        let at = path.rfind(last).unwrap();
        let path = format!("{}nothing%20like%20it{}", &path[..at], &path[at + last.len()..]);
        let call = by.call(method, &path).if_match(1);
        let is_told_after_the_body =
            name == "permission_id" && operation.body_bytes_max().is_some();
        if is_told_after_the_body {
            continue;
        }
        let answer = match operation.body_bytes_max() {
            Some(_) => call.json(&json!({})).send().await,
            None => call.send().await,
        };
        let problem = answer.problem(400, "validation");
        assert_eq!(problem["errors"][0]["pointer"], format!("/path/{name}"), "{path}");
        n_seen += 1;
    }
    assert!(n_seen > 40, "{n_seen}");
    assert_eq!(system.log().await, before);
}
