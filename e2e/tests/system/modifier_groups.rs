//! Modifier groups: what can be chosen with products.

use e2e::menu::{cop, modifier_group, stock_item};
use e2e::{Answer, Client, System, fresh};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

const GROUPS: &str = "/v1/modifier-groups";

fn path(group: Uuid) -> String {
    format!("{GROUPS}/{group}")
}

async fn add(client: &Client, body: &Value) -> Answer {
    client.post(GROUPS).json(body).send().await
}

async fn added(client: &Client, body: &Value) -> Uuid {
    let added = add(client, body).await;
    added.expect(201);
    added.id()
}

/// The group as it is shown after a command.
async fn shown(client: &Client, group: Uuid, after: &Answer) -> Answer {
    let shown = client.get(&format!("{}?after={}", path(group), after.position())).send().await;
    shown.expect(200);
    shown
}

/// What each mistake of a refused body is about.
#[track_caller]
fn pointer(answer: &Answer, status: u16, code: &str) -> String {
    answer.problem(status, code)["errors"][0]["pointer"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_group_is_shown_with_everything_that_was_said_of_it() {
    let system = System::start().await;
    let client = system.client();
    let item = client.post("/v1/stock-items").json(&stock_item("Queso")).send().await.id();
    let sauces = added(&client, &modifier_group("Salsas")).await;
    let body = json!({
        "name": "Acompañantes",
        "required": true,
        "min": 1,
        "max": 3,
        "modifiers": [
            {
                "name": "Papas",
                "price": cop(400_000),
                "max_quantity": 2,
                "default_quantity": 1,
                "nested_group_id": sauces,
                "ingredients": [{"item_id": item, "quantity": "0.15"}],
            },
            {"name": "Arroz", "price": cop(0)},
        ],
    });
    let key = fresh();
    let answer = client.post(GROUPS).key(key).json(&body).send().await;
    answer.expect(201);
    let again = client.post(GROUPS).key(key).json(&body).send().await;
    assert!(again.is_replayed() && again.body == answer.body, "{again:?}");
    let group = answer.id();
    let shown = shown(&client, group, &answer).await;
    assert_eq!((shown.revision(), &shown.body["revision"]), (1, &json!(1)));
    for field in ["name", "required", "min", "max"] {
        assert_eq!(shown.body[field], body[field], "{field}");
    }
    assert_eq!(shown.body["is_active"], true);
    let mut expected = body["modifiers"].clone();
    for (index, modifier) in expected.as_array_mut().unwrap().iter_mut().enumerate() {
        modifier["id"] = shown.body["modifiers"][index]["id"].clone();
    }
    let rice = json!({"max_quantity": 1, "default_quantity": 0, "nested_group_id": null, "ingredients": []});
    expected[1].as_object_mut().unwrap().extend(rice.as_object().unwrap().clone());
    assert_eq!(shown.body["modifiers"], expected);
    let nested = client.get(&format!("{}?after={}", path(sauces), answer.position())).send().await;
    assert_eq!(nested.expect(200)["nested_by"], json!([group]));
}

#[tokio::test]
async fn a_modifier_keeps_its_id_through_a_change_and_is_replaced_without_it() {
    let system = System::start().await;
    let client = system.client();
    let answer = add(&client, &modifier_group("Adiciones")).await;
    let group = answer.id();
    let before = shown(&client, group, &answer).await;
    let kept = &before.body["modifiers"][0]["id"];
    let mut body = modifier_group("Extras");
    body["modifiers"][0]["id"] = kept.clone();
    body["modifiers"][0]["price"] = cop(300_000);
    let changed = client.put(&path(group)).if_match(1).json(&body).send().await;
    assert_eq!(changed.expect(200)["revision"], 3, "renamed, and offered differently");
    let after = shown(&client, group, &changed).await;
    assert_eq!((&after.body["modifiers"][0]["id"], &after.body["name"]), (kept, &json!("Extras")));
    assert_eq!(after.body["modifiers"][0]["price"], cop(300_000));
    assert_ne!(after.body["modifiers"][1]["id"], before.body["modifiers"][1]["id"]);
    let late = client.put(&path(group)).if_match(1).json(&body).send().await;
    late.problem(412, "version-conflict");
    body["modifiers"][1]["id"] = before.body["modifiers"][1]["id"].clone();
    let lost = client.put(&path(group)).if_match(3).json(&body).send().await;
    assert_eq!(pointer(&lost, 422, "unknown-reference"), "/modifiers/1/id");
}

#[tokio::test]
async fn a_group_that_cannot_be_chosen_from_is_refused_where_it_is_wrong() {
    let system = System::start().await;
    let client = system.client();
    let refused = async |change: fn(&mut Value)| {
        let mut body = modifier_group("Adiciones");
        change(&mut body);
        pointer(&add(&client, &body).await, 422, "validation")
    };
    assert_eq!(refused(|it| it["min"] = json!(2)).await, "/min");
    assert_eq!(refused(|it| it["required"] = json!(true)).await, "/min");
    assert_eq!(refused(|it| it["max"] = json!(101)).await, "/max");
    assert_eq!(refused(|it| it["modifiers"] = json!([])).await, "/modifiers");
    let twice = |it: &mut Value| it["modifiers"][1]["name"] = json!("QUESO  rallado");
    assert_eq!(refused(twice).await, "/modifiers/1");
    let often = |it: &mut Value| it["modifiers"][1]["default_quantity"] = json!(2);
    assert_eq!(refused(often).await, "/modifiers/1/default_quantity");
    let dollars = |it: &mut Value| it["modifiers"][1]["price"]["currency"] = json!("USD");
    assert_eq!(refused(dollars).await, "/modifiers/1/price/currency");
    let below = |it: &mut Value| it["modifiers"][1]["price"]["amount"] = json!(-1);
    assert_eq!(refused(below).await, "/modifiers/1/price/amount");
}

#[tokio::test]
async fn groups_are_nested_one_level_whichever_is_changed() {
    let system = System::start().await;
    let client = system.client();
    let asking = |name: &str, asked: Uuid| {
        let mut body = modifier_group(name);
        body["modifiers"][0]["nested_group_id"] = json!(asked);
        body
    };
    let sauces = added(&client, &modifier_group("Salsas")).await;
    let sides = added(&client, &asking("Acompañantes", sauces)).await;
    let place = "/modifiers/0/nested_group_id";
    let above = add(&client, &asking("Combos", sides)).await;
    assert_eq!(pointer(&above, 422, "validation"), place);
    let spices = added(&client, &modifier_group("Picantes")).await;
    let put = async |group: Uuid, revision, body: &Value| {
        client.put(&path(group)).if_match(revision).json(body).send().await
    };
    // That it is asked is a revision of the asked group.
    let below = put(sauces, 2, &asking("Salsas", spices)).await;
    assert_eq!(pointer(&below, 422, "validation"), place);
    let itself = put(spices, 1, &asking("Picantes", spices)).await;
    assert_eq!(pointer(&itself, 422, "validation"), place);
    put(sides, 1, &modifier_group("Acompañantes")).await.expect(200);
    put(sauces, 3, &asking("Salsas", spices)).await.expect(200);
}

#[tokio::test]
async fn a_removed_group_frees_its_name_and_comes_back_as_it_was() {
    let system = System::start().await;
    let client = system.client();
    let group = added(&client, &modifier_group("Adiciones")).await;
    add(&client, &modifier_group(" ADICIONES ")).await.problem(409, "name-taken");
    let remove = || client.call(Method::DELETE, &path(group)).send();
    let removed = remove().await;
    removed.expect(200);
    assert_eq!(shown(&client, group, &removed).await.body["is_active"], false);
    let list = async |query: &str| {
        let path = format!("{GROUPS}?after={}{query}", removed.position());
        let listed = client.get(&path).send().await;
        let rows = listed.expect(200)["data"].as_array().unwrap().clone();
        rows.iter().map(|row| row["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(list("").await, Vec::<String>::new());
    assert_eq!(list("&active=false").await, ["Adiciones"]);
    remove().await.expect(200);
    let revised = client.put(&path(group)).if_match(2).json(&modifier_group("Adiciones"));
    revised.send().await.problem(404, "not-found");
    let other = added(&client, &modifier_group("Adiciones")).await;
    let restore = || client.post(&format!("{}/restore", path(group))).send();
    restore().await.problem(409, "name-taken");
    let renamed = client.put(&path(other)).if_match(1).json(&modifier_group("Otras"));
    renamed.send().await.expect(200);
    let restored = restore().await;
    restored.expect(200);
    let shown = shown(&client, group, &restored).await;
    assert_eq!((&shown.body["is_active"], shown.revision()), (&json!(true), 3));
    add(&client, &modifier_group("adiciones")).await.problem(409, "name-taken");
}

#[tokio::test]
async fn a_removed_group_stays_with_those_that_ask_it() {
    let system = System::start().await;
    let client = system.client();
    let sauces = added(&client, &modifier_group("Salsas")).await;
    let mut body = modifier_group("Acompañantes");
    body["modifiers"][0]["nested_group_id"] = json!(sauces);
    let sides = added(&client, &body).await;
    client.call(Method::DELETE, &path(sauces)).send().await.expect(200);
    body["max"] = json!(2);
    client.put(&path(sides)).if_match(1).json(&body).send().await.expect(200);
    body["name"] = json!("Otros acompañantes");
    let further = add(&client, &body).await;
    let place = "/modifiers/0/nested_group_id";
    assert_eq!(pointer(&further, 422, "unknown-reference"), place);
}

#[tokio::test]
async fn groups_are_found_by_a_part_of_their_name() {
    let system = System::start().await;
    let client = system.client();
    for name in ["Salsas de la casa", "Adiciones", "Más salsas"] {
        added(&client, &modifier_group(name)).await;
    }
    let last = add(&client, &modifier_group("Término")).await;
    let after = last.position();
    let search = async |query: &str| {
        let listed = client.get(&format!("{GROUPS}?after={after}{query}")).send().await;
        let rows = listed.expect(200)["data"].as_array().unwrap().clone();
        let names = rows.iter().map(|row| row["name"].as_str().unwrap().to_owned());
        (names.collect::<Vec<_>>(), listed.body["next_cursor"].as_str().map(str::to_owned))
    };
    assert_eq!(search("&search=SALSA").await.0, ["Más salsas", "Salsas de la casa"]);
    assert_eq!(search("&search=t%C3%A9rm").await.0, ["Término"]);
    assert_eq!(search("&search=%25").await.0, Vec::<String>::new());
    let (first, next) = search("&search=salsas&limit=1").await;
    assert_eq!(first, ["Más salsas"]);
    let next = next.unwrap();
    let (second, next) = search(&format!("&search=salsas&limit=1&cursor={next}")).await;
    assert_eq!((second, next), (vec!["Salsas de la casa".to_owned()], None));
    let wrong = client.get(&format!("{GROUPS}?search=%20")).send().await;
    assert_eq!(pointer(&wrong, 400, "validation"), "/query/search");
}
