//! Missing, invalid and stale headers and parameters, on every operation that reads them.

use e2e::menu::{branch, modifier_group, price_list, product, stock_item, tax_profile};
use e2e::raw::Reply;
use e2e::{Call, Client, Menu, System, fresh};
use reqwest::Method;
use serde_json::json;
use uuid::Uuid;

use crate::document::{Operation, operations};
use crate::requests::of_every_kind;
use crate::standalone::STANDALONE;

#[tokio::test]
async fn s38_every_command_wants_a_good_key() {
    let system = System::start().await;
    let client = system.client();
    let menu = Menu::open(&client).await;
    let commands = of_every_kind(&client, &menu, 0).await;
    let documented = operations(&system).await;
    let with_key =
        documented.iter().filter(|operation| operation.header("Idempotency-Key").is_some());
    let of_operators = |operation: &&Operation| {
        operation.is_operators() || operation.path.starts_with("/v1/system/parked-events/")
    };
    let (of_operators, of_people): (Vec<_>, Vec<_>) = with_key.partition(of_operators);
    assert_eq!(of_people.len(), commands.len(), "requests.rs has one of every kind");
    assert_eq!(of_operators.len(), 7, "parked.rs, operator.rs and companies.rs test them");
    for operation in of_operators {
        let by = if operation.is_operators() { system.operator() } else { client.clone() };
        let path = operation.path.replace("{company_id}", &system.company.tenant.to_string());
        let call = by.call(operation.method.to_uppercase().parse().unwrap(), &path);
        let call = match operation.body_bytes_max() {
            Some(_) => call.json(&json!({})),
            None => call,
        };
        call.no_key().send().await.problem(400, "idempotency-key-required");
    }
    let before = system.log().await;
    for command in &commands {
        let send = |key: Option<&str>| {
            let call = command.call(&client).no_key();
            match key {
                Some(key) => call.header("idempotency-key", key),
                None => call,
            }
        };
        send(None).send().await.problem(400, "idempotency-key-required");
        let uuid = fresh().to_string();
        let long = "x".repeat(256);
        let braced = format!("{{{uuid}}}");
        let nil = "00000000-0000-0000-0000-000000000000";
        for key in ["", "7", &uuid[1..], &long, &braced, nil, "' OR 1=1 --", "\u{1}x", "a\tb"] {
            let Ok(answer) = send(Some(key)).try_send().await else {
                // A conforming client refuses to send this key; see the next test.
                assert!(key.contains('\u{1}'), "{key:?}");
                continue;
            };
            answer.problem(400, "idempotency-key-invalid");
        }
        let twice = send(Some(&uuid)).header("idempotency-key", &fresh().to_string());
        twice.send().await.problem(400, "idempotency-key-invalid");
    }
    assert_eq!(system.log().await, before, "a command was accepted");
}

#[tokio::test]
async fn s38_control_characters_in_a_key_end_the_connection() {
    let system = System::start().await;
    let bytes = b"POST /v1/orders HTTP/1.1\r\nhost: a\r\nidempotency-key: \x01\x7f\r\n\r\n";
    let Reply { status, text } = system.send(bytes).await;
    assert_eq!(status, Some(400), "{text}");
}

fn changes(
    client: &Client,
    menu: &Menu,
    (order, item): (Uuid, Uuid),
    (role, sorted): (Uuid, Uuid),
    (list, profile): (Uuid, Uuid),
    (group, station): (Uuid, Uuid),
    standalones: &[Uuid],
) -> Vec<(&'static str, Call)> {
    let portion = json!({
        "variant_id": menu.small,
        "ingredients": [{"item_id": item, "quantity": "1"}],
    });
    let of_standalones = STANDALONE.iter().zip(standalones).map(|(kind, id)| {
        let [_, _, _, revise] = kind.operations;
        let call = client.put(&format!("{}/{id}", kind.path)).json(&(kind.revised)("Otra"));
        (revise, call)
    });
    let changes = [
        (
            "cancelOrder",
            client.post(&format!("/v1/orders/{order}/cancel")).json(&json!({"reason": "mistake"})),
        ),
        (
            "reviseBranch",
            client.put(&format!("/v1/branches/{}", menu.branch)).json(&json!({"name": "Otra"})),
        ),
        (
            "changeBusinessDay",
            client.put(&format!("/v1/branches/{}/business-day", menu.branch)).json(&json!({
                "from": "2199-01-01",
                "time_zone": "America/Bogota",
                "cut_off": "05:00",
            })),
        ),
        (
            "reviseCategory",
            client.put(&format!("/v1/categories/{}", menu.category)).json(&json!({"name": "Otra"})),
        ),
        ("reviseOwnCompany", client.put("/v1/company").json(&json!({"name": "Otra"}))),
        (
            "reviseProduct",
            client
                .put(&format!("/v1/products/{}", menu.product))
                .json(&product("Otro", menu.category)),
        ),
        (
            "changeProduct",
            client
                .call(Method::PATCH, &format!("/v1/products/{}", menu.product))
                .json(&json!({"place": 3})),
        ),
        (
            "publishRecipe",
            client
                .put(&format!("/v1/products/{}/recipe", menu.product))
                .json(&json!({"portions": [portion]})),
        ),
        (
            "reviseRole",
            client
                .put(&format!("/v1/rbac/roles/{role}"))
                .json(&json!({"name": "Otro", "parents": []})),
        ),
        (
            "choosePermissions",
            client
                .put(&format!("/v1/rbac/roles/{role}/permissions"))
                .json(&json!({"permissions": ["order.read"]})),
        ),
        (
            "renamePermissionCategory",
            client
                .put(&format!("/v1/rbac/permission-categories/{sorted}"))
                .json(&json!({"name": "Otra"})),
        ),
        (
            "reviseModifierGroup",
            client.put(&format!("/v1/modifier-groups/{group}")).json(&modifier_group("Otras")),
        ),
        (
            "renameStation",
            client
                .put(&format!("/v1/branches/{}/stations/{station}", menu.branch))
                .json(&json!({"name": "Otra"})),
        ),
        (
            "revisePriceList",
            client.put(&format!("/v1/price-lists/{list}")).json(&price_list(
                "Otra",
                menu.product,
                menu.small,
            )),
        ),
        (
            "publishTaxProfile",
            client.put(&format!("/v1/tax-profiles/{profile}")).json(&tax_profile("Otros")),
        ),
        (
            "setTaxRegime",
            client
                .put(&format!("/v1/branches/{}/tax-regime", menu.branch))
                .json(&json!({"from": "2026-01-01", "regime": "inc"})),
        ),
    ];
    changes.into_iter().chain(of_standalones).collect()
}

#[tokio::test]
async fn s40_a_change_without_if_match_is_refused_and_a_stale_one_too() {
    let system = System::start().await;
    let client = system.client();
    let menu = Menu::open(&client).await;
    let order = menu.place(&client).await.id();
    client.post(&format!("/v1/orders/{order}/confirm")).send().await.expect(200);
    let item = client.post("/v1/stock-items").json(&stock_item("Sal")).send().await.id();
    let named = json!({"name": "Barra"});
    let role = client.post("/v1/rbac/roles").json(&named).send().await.id();
    let sorted = client.post("/v1/rbac/permission-categories").json(&named).send().await.id();
    let list = price_list("Lista", menu.product, menu.small);
    let list = client.post("/v1/price-lists").json(&list).send().await.id();
    let profile = client.post("/v1/tax-profiles").json(&tax_profile("Propios"));
    let prices = (list, profile.send().await.id());
    let group = client.post("/v1/modifier-groups").json(&modifier_group("Salsas"));
    let group = group.send().await.id();
    let station = client.post(&format!("/v1/branches/{}/stations", menu.branch)).json(&named);
    let places = (group, station.send().await.id());
    let mut standalones = Vec::new();
    for kind in STANDALONE {
        standalones.push(kind.add(&client, "Por cambiar").await);
    }
    let changes =
        || changes(&client, &menu, (order, item), (role, sorted), prices, places, &standalones);
    let documented = operations(&system).await;
    let insist = |operation: &&Operation| {
        operation.header("If-Match").is_some_and(|header| header["required"] == true)
    };
    let insisting: Vec<&str> =
        documented.iter().filter(insist).map(|operation| operation.id.as_str()).collect();
    let mut tested: Vec<&str> = changes().into_iter().map(|(id, _)| id).collect();
    tested.sort_unstable();
    assert_eq!(insisting, tested);
    for (_, call) in changes() {
        call.send().await.problem(428, "precondition-required");
    }
    for bad in ["17", "*", "W/1", "\"1\", \"2\"", "\"-1\""] {
        for (_, call) in changes() {
            call.header("if-match", bad).send().await.problem(400, "validation");
        }
    }
    for (id, call) in changes() {
        let answer = call.if_match(7).send().await;
        let problem = answer.problem(412, "version-conflict");
        let current = match id {
            "cancelOrder" => "\"2\"",
            "publishRecipe" => "\"0\"",
            _ => "\"1\"",
        };
        assert!(problem["detail"].as_str().unwrap().contains(current), "{problem}");
    }
}

#[tokio::test]
async fn s40_where_if_match_may_be_missing_a_stale_one_is_refused_all_the_same() {
    let system = System::start().await;
    let client = system.client();
    let menu = Menu::open(&client).await;
    let order = menu.place(&client).await.id();
    let stale = |step: &str| client.post(&format!("/v1/orders/{order}/{step}")).if_match(9);
    for step in ["confirm", "start", "ready", "deliver"] {
        stale(step).send().await.problem(412, "version-conflict");
    }
    let pay = stale("payments").json(&e2e::menu::cash(100, 100));
    pay.send().await.problem(412, "version-conflict");
}

#[tokio::test]
async fn s41_a_parameter_that_breaks_its_rules_is_named() {
    let system = System::start().await;
    let client = system.client();
    let menu = Menu::open(&client).await;
    let named_to = async |client: &Client, path: &str, query: &str, parameter: &str| {
        let answer = client.get(&format!("{path}?{query}")).send().await;
        let problem = answer.problem(400, "validation");
        assert_eq!(problem["errors"][0]["pointer"], format!("/query/{parameter}"), "{problem}");
    };
    let documented = operations(&system).await;
    let is_list = |it: &&Operation| it.query("limit").is_some() && !it.is_devices();
    let lists: Vec<&Operation> = documented.iter().filter(is_list).collect();
    assert!(lists.len() >= 20, "the lists of the document are looked at: {lists:?}");
    let operator = system.operator();
    for list in lists {
        let by = if list.is_operators() { &operator } else { &client };
        let needed = if list.id == "reportSales" { "from=2026-03-14&to=2026-03-14&" } else { "" };
        let named = async |path: &str, query: &str, parameter: &str| {
            named_to(by, path, &format!("{needed}{query}"), parameter).await;
        };
        let path = list.path.replace("{branch_id}", &menu.branch.to_string());
        let path = path.replace("{item_id}", &fresh().to_string());
        let path = path.replace("{tax_profile_id}", &fresh().to_string());
        let path = path.replace("{role_id}", &fresh().to_string());
        let path = path.replace("{user_id}", &fresh().to_string());
        assert!(!path.contains('{'), "the list is in nothing that is known here: {path}");
        for limit in ["-1", "0", "201", "1e9", "1000000000", "x", "", "%2B1", "1%27"] {
            named(&path, &format!("limit={limit}"), "limit").await;
        }
        named(&path, "after=42", "after").await;
        let searched = "search=%27%20OR%201=1%20--";
        for unknown in ["sort=price", searched, "limit=1&%27;--=1"] {
            if unknown == searched && list.query("search").is_some() {
                continue;
            }
            let name = unknown.split('&').next_back().unwrap().split('=').next().unwrap();
            named(&path, unknown, &name.replace("%27", "'")).await;
        }
    }
    for (query, parameter) in [
        ("status=cooked", "status"),
        ("order_type=DINE_IN", "order_type"),
        ("from=2026-02-30", "from"),
        ("to=yesterday", "to"),
        ("branch_id=7", "branch_id"),
        ("branch_id=%27%20OR%20%271%27=%271", "branch_id"),
    ] {
        named_to(&client, "/v1/orders", query, parameter).await;
    }
    for (query, parameter) in [
        ("to=2026-03-14", "from"),
        ("from=2026-03-14", "to"),
        ("from=2026-03-15&to=2026-03-14", "to"),
        ("from=2026-03-14&to=2026-03-14&group_by=waiter", "group_by"),
    ] {
        named_to(&client, "/v1/reports/sales", query, parameter).await;
    }
    let path = format!("/v1/orders/{}%00", fresh());
    client.get(&path).send().await.problem(400, "validation");
    client.get("/v1/orders/7").send().await.problem(400, "validation");
    let limited = client.get(&format!("/v1/products?limit=1&after={}", menu.position));
    assert_eq!(limited.send().await.expect(200)["data"].as_array().unwrap().len(), 1);
}

/// A name may contain what a parameter may not: it is stored and returned unchanged.
#[tokio::test]
async fn s41_sql_in_a_name_is_a_name() {
    let system = System::start().await;
    let client = system.client();
    let name = "Robert'); DROP TABLE orders;--";
    let opened = client.post("/v1/branches").json(&branch(name)).send().await;
    opened.expect(201);
    let path = format!("/v1/branches?after={}", opened.position());
    assert_eq!(client.get(&path).send().await.expect(200)["data"][0]["name"], name);
}
