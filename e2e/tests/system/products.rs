//! Products: all that is said of them, combos, codes, allergens, and taking them out of the menu.

use e2e::client::id_in;
use e2e::menu::{cop, product, stock_item};
use e2e::{Answer, Client, Menu, System};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

/// A product as the read model shows it after a command.
async fn shown(client: &Client, product: Uuid, after: &Answer) -> Value {
    let path = format!("/v1/products/{product}?after={}", after.position());
    client.get(&path).send().await.expect(200).clone()
}

async fn add(client: &Client, body: &Value) -> Answer {
    let added = client.post("/v1/products").json(body).send().await;
    added.expect(201);
    added
}

async fn remove(client: &Client, product: Uuid) -> Answer {
    let removed = client.call(Method::DELETE, &format!("/v1/products/{product}")).send().await;
    removed.expect(200);
    removed
}

async fn restore(client: &Client, product: Uuid) -> Answer {
    client.post(&format!("/v1/products/{product}/restore")).send().await
}

/// The names of listed products.
fn names(list: &Answer) -> Vec<&str> {
    let rows = list.expect(200)["data"].as_array().unwrap();
    rows.iter().map(|row| row["name"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn what_is_said_of_a_product_is_shown_changed_and_replaced() {
    let system = System::start().await;
    let client = system.client();
    let menu = Menu::open(&client).await;
    let text = json!({"language": "es", "description": "Con hogao.", "search_words": ["maíz"]});
    let body = json!({
        "name": "Arepa boyacense",
        "category_id": menu.category,
        "place": 4,
        "variants": [
            {"name": "Sencilla", "price": cop(600_000), "sku": "ARE-01"},
            {"name": "Doble", "price": cop(900_000), "recipe_multiplier": "2", "barcode": "7702004003508"},
        ],
        "tax_class": "goods_19",
        "preparation_minutes": 12,
        "texts": [text],
        "declared_marks": {"contains": ["milk"], "free_of": ["pork"]},
    });
    let added = add(&client, &body).await;
    let first = shown(&client, added.id(), &added).await;
    assert_eq!(first["kind"], "item");
    for field in ["name", "category_id", "place", "tax_class", "preparation_minutes", "texts"] {
        assert_eq!(first[field], body[field], "{field}");
    }
    assert_eq!(first["declared_marks"], body["declared_marks"]);
    assert_eq!(
        (&first["variants"][0]["sku"], first["variants"][1]["sku"].is_null()),
        (&json!("ARE-01"), true)
    );
    assert_eq!(first["variants"][1]["recipe_multiplier"], "2");
    assert_eq!(first["variants"][1]["barcode"], "7702004003508");

    let path = format!("/v1/products/{}", added.id());
    let change =
        json!({"preparation_minutes": 15, "declared_marks": {"contains": [], "free_of": []}});
    let change = client
        .call(Method::PATCH, &path)
        .if_match(first["revision"].as_u64().unwrap())
        .json(&change);
    let changed = change.send().await;
    changed.expect(200);
    let second = shown(&client, added.id(), &changed).await;
    assert_eq!((&second["preparation_minutes"], &second["name"]), (&json!(15), &first["name"]));
    assert_eq!((&second["texts"], &second["variants"]), (&first["texts"], &first["variants"]));
    assert_eq!(second["declared_marks"], json!({"contains": [], "free_of": []}));

    let plain = product("Arepa boyacense", menu.category);
    let replaced = client.put(&path).if_match(changed.revision()).json(&plain).send().await;
    replaced.expect(200);
    let third = shown(&client, added.id(), &replaced).await;
    assert_eq!((&third["place"], &third["texts"]), (&json!(0), &json!([])));
    assert!(third["tax_class"].is_null() && third["preparation_minutes"].is_null());
}

#[tokio::test]
async fn a_removed_product_takes_no_orders_and_what_it_held_is_free() {
    let system = System::start().await;
    let client = system.client();
    let menu = Menu::open(&client).await;
    let mut jugo = product("Jugo de lulo", menu.category);
    jugo["variants"][0]["sku"] = json!("JUG-01");
    let first = add(&client, &jugo).await;
    let body = shown(&client, first.id(), &first).await;
    let variant = id_in(&body, "/variants/0/id");
    let removed = remove(&client, first.id()).await;
    remove(&client, first.id()).await;

    let line = json!({"product_id": first.id(), "variant_id": variant, "quantity": 1});
    let order = json!({"branch_id": menu.branch, "order_type": "takeaway", "lines": [line]});
    let order = client.post("/v1/orders").json(&order).send().await;
    order.problem(422, "unknown-reference");
    let body = shown(&client, first.id(), &removed).await;
    assert_eq!(body["is_active"], false);
    let path = |active| format!("/v1/products?active={active}&after={}", removed.position());
    let listed = client.get(&path(true)).send().await;
    assert!(!names(&listed).contains(&"Jugo de lulo"), "{listed:?}");
    assert_eq!(names(&client.get(&path(false)).send().await), ["Jugo de lulo"]);
    let path = format!("/v1/products/{}", first.id());
    client.put(&path).if_match(3).json(&jugo).send().await.problem(404, "not-found");

    // The name is the same whatever its case and the form of its accents.
    let mut twin = jugo.clone();
    twin["name"] = json!("JUGO  DE LULO");
    let twin = add(&client, &twin).await;
    restore(&client, first.id()).await.problem(409, "name-taken");
    let renamed = client.call(Method::PATCH, &format!("/v1/products/{}", twin.id()));
    renamed.if_match(1).json(&json!({"name": "Lulada"})).send().await.expect(200);
    let taken = restore(&client, first.id()).await;
    taken.problem(409, "code-taken");
    assert_eq!(taken.body["errors"][0]["pointer"], "/variants/0/sku", "{taken:?}");
    remove(&client, twin.id()).await;
    let restored = restore(&client, first.id()).await;
    restored.expect(200);
    assert_eq!(shown(&client, first.id(), &restored).await["is_active"], true);
    restore(&client, twin.id()).await.problem(409, "code-taken");
}

#[tokio::test]
async fn of_many_who_give_one_code_at_once_one_gets_it() {
    let system = System::start().await;
    let client = system.client();
    let menu = Menu::open(&client).await;
    let tries = (0..8).map(|n| {
        let mut body = product(&format!("Gaseosa {n}"), menu.category);
        // The forms in which scanners send one GTIN.
        body["variants"][0]["barcode"] = json!(["036000291452", "0036000291452"][n % 2]);
        client.post("/v1/products").json(&body).send()
    });
    let answers = futures_util::future::join_all(tries).await;
    let (added, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|it| it.status == 201);
    assert_eq!(added.len(), 1);
    for answer in refused {
        answer.problem(409, "code-taken");
    }
}

#[tokio::test]
async fn a_combo_is_made_of_items_and_stays_a_combo() {
    let system = System::start().await;
    let client = system.client();
    let menu = Menu::open(&client).await;
    let combo = |name: &str, product_id: Uuid, variant_id: Uuid, upcharge: Value| {
        let option =
            json!({"product_id": product_id, "variant_id": variant_id, "upcharge": upcharge});
        let slot = json!({"name": "Plato", "pieces": 1, "options": [option]});
        let mut body = product(name, menu.category);
        body["combo"] = json!({"slots": [slot]});
        body
    };
    let body = combo("Almuerzo", menu.product, menu.small, cop(50_000));
    let added = add(&client, &body).await;
    let lunch = shown(&client, added.id(), &added).await;
    assert_eq!((&lunch["kind"], &lunch["combo"]), (&json!("combo"), &body["combo"]));
    let variant = id_in(&lunch, "/variants/0/id");
    let nested = combo("Doble almuerzo", added.id(), variant, cop(0));
    client.post("/v1/products").json(&nested).send().await.problem(422, "unknown-reference");
    let dollars = json!({"amount": 100, "currency": "USD"});
    let foreign = combo("Lunch", menu.product, menu.small, dollars);
    client.post("/v1/products").json(&foreign).send().await.problem(422, "validation");
    let becoming = client.put(&format!("/v1/products/{}", menu.product)).if_match(1);
    let becoming = becoming.json(&combo("Bandeja", menu.product, menu.small, cop(0))).send().await;
    becoming.problem(422, "validation");
    let path = format!("/v1/products?kind=combo&after={}", added.position());
    assert_eq!(names(&client.get(&path).send().await), ["Almuerzo"]);
    // What it is made of stays when nothing is said of it.
    let renamed = product("Almuerzo del día", menu.category);
    let path = format!("/v1/products/{}", added.id());
    let renamed =
        client.put(&path).if_match(lunch["revision"].as_u64().unwrap()).json(&renamed).send().await;
    renamed.expect(200);
    assert_eq!(shown(&client, added.id(), &renamed).await["combo"], body["combo"]);
}

#[tokio::test]
async fn what_an_ingredient_contains_is_shown_of_the_products_made_of_it() {
    let system = System::start().await;
    let client = system.client();
    let menu = Menu::open(&client).await;
    let item = client.post("/v1/stock-items").json(&stock_item("Queso")).send().await.id();
    let body = json!({
        "name": "Arepa con queso",
        "category_id": menu.category,
        "variants": [{"name": "Única", "price": cop(800_000)}],
        "declared_marks": {"contains": [], "free_of": ["peanuts", "milk"]},
    });
    let added = add(&client, &body).await;
    let arepa = shown(&client, added.id(), &added).await;
    let known = |body: &Value, which: &str, mark: &str| {
        body["known_marks"][which].as_array().unwrap().contains(&json!(mark))
    };
    assert!(known(&arepa, "free_of", "milk") && known(&arepa, "unknown", "gluten"));
    let ingredient = json!({"item_id": item, "quantity": "40"});
    let portion = json!({"variant_id": arepa["variants"][0]["id"], "ingredients": [ingredient]});
    let recipe = client.put(&format!("/v1/products/{}/recipe", added.id())).if_match(0);
    recipe.json(&json!({"portions": [portion]})).send().await.expect(200);
    let path = format!("/v1/products/{}", added.id());
    let tag = client.get(&path).send().await.header("etag").unwrap().to_owned();
    let mut declared = stock_item("Queso");
    declared.as_object_mut().unwrap().remove("unit");
    declared["declared_marks"] = json!({"contains": ["milk"], "free_of": ["gluten"]});
    let declared = client.put(&format!("/v1/stock-items/{item}")).if_match(1).json(&declared);
    let declared = declared.send().await;
    declared.expect(200);
    let arepa = shown(&client, added.id(), &declared).await;
    assert!(known(&arepa, "contains", "milk"), "an ingredient has it: {arepa}");
    assert!(known(&arepa, "free_of", "gluten") && known(&arepa, "free_of", "peanuts"));
    assert!(known(&arepa, "unknown", "eggs"));
    let again = client.get(&path).header("if-none-match", &tag).send().await;
    assert_eq!(again.status, 200, "the tag changes with what ingredients say");
}

#[tokio::test]
async fn products_of_a_category_are_put_into_an_order_at_once() {
    let system = System::start().await;
    let client = system.client();
    let menu = Menu::open(&client).await;
    let soups = client.post("/v1/categories").json(&json!({"name": "Sopas"})).send().await.id();
    let mut ids = Vec::new();
    for name in ["Ajiaco", "Cuchuco", "Mondongo"] {
        ids.push(add(&client, &product(name, soups)).await.id());
    }
    let path = format!("/v1/categories/{soups}/product-order");
    let order = |ids: &[Uuid]| client.put(&path).json(&json!({"product_ids": ids})).send();
    let reordered = order(&[ids[2], ids[0], ids[1]]).await;
    reordered.expect(200);
    let list = format!("/v1/products?category_id={soups}&after={}", reordered.position());
    assert_eq!(names(&client.get(&list).send().await), ["Mondongo", "Ajiaco", "Cuchuco"]);
    order(&[ids[0], ids[0]]).await.problem(422, "validation");
    order(&[ids[0], menu.product]).await.problem(422, "unknown-reference");
    let found = client.get(&format!("/v1/products?text=AJI&after={}", reordered.position()));
    assert_eq!(names(&found.send().await), ["Ajiaco"]);
}
