//! The menu document of a branch and channel, and what changed of it.

use std::collections::BTreeMap;
use std::io::Read;

use e2e::client::id_in;
use e2e::menu::{branch, cop, modifier_group, price_list, product};
use e2e::{Answer, Client, Menu, System};
use flate2::read::GzDecoder;
use jsonschema::Validator;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

const KINDS: [(&str, &str); 4] = [
    ("category", "categories"),
    ("product", "products"),
    ("modifier_group", "modifier_groups"),
    ("price_list", "price_lists"),
];

fn path(branch: Uuid, more: &str) -> String {
    format!("/v1/menu?branch_id={branch}{more}")
}

async fn document(client: &Client, branch: Uuid, more: &str) -> Value {
    client.get(&path(branch, more)).send().await.expect(200).clone()
}

/// The ids of the entries of a kind, in the order of the document.
fn ids(document: &Value, field: &str) -> Vec<Uuid> {
    let entries = document[field].as_array().unwrap();
    entries.iter().map(|entry| id_in(entry, "/id")).collect()
}

/// The document as a client has it that has applied a delta.
fn applied(mut whole: Value, delta: &Value) -> Value {
    assert_eq!(delta["is_whole"], json!(false), "{delta}");
    if !delta["branch"].is_null() {
        whole["branch"] = delta["branch"].clone();
    }
    for (kind, field) in KINDS {
        let mut entries = by_id(&whole, field);
        entries.extend(by_id(delta, field));
        for removed in delta["removed"].as_array().unwrap() {
            if removed["kind"] == kind {
                entries.remove(removed["id"].as_str().unwrap());
            }
        }
        whole[field] = entries.into_values().collect();
    }
    whole
}

fn by_id(document: &Value, field: &str) -> BTreeMap<String, Value> {
    let entries = document[field].as_array().unwrap();
    entries.iter().map(|it| (it["id"].as_str().unwrap().to_owned(), it.clone())).collect()
}

/// The content of a whole document without its order.
fn content(document: &Value) -> Vec<Value> {
    let of_kind = |(_, field): (&str, &str)| json!(by_id(document, field));
    KINDS.into_iter().map(of_kind).chain([document["branch"].clone()]).collect()
}

/// The schema of the answer.
async fn schema(client: &Client) -> Validator {
    let document = client.get("/openapi.json").send().await;
    let components = with_null(document.expect(200)["components"].clone());
    let schema = json!({"$ref": "#/components/schemas/Menu", "components": components});
    jsonschema::validator_for(&schema).unwrap()
}

/// A schema of OpenAPI 3.0 as JSON Schema says it: what is `nullable` may be null.
fn with_null(schema: Value) -> Value {
    match schema {
        Value::Object(mut fields) => {
            let is_nullable = fields.remove("nullable") == Some(json!(true));
            let fields = fields.into_iter().map(|(name, it)| (name, with_null(it)));
            let schema = Value::Object(fields.collect());
            if is_nullable { json!({"anyOf": [schema, {"type": "null"}]}) } else { schema }
        }
        Value::Array(items) => items.into_iter().map(with_null).collect(),
        other => other,
    }
}

#[tokio::test]
async fn the_document_has_what_is_in_the_menu_in_its_order_and_keeps_to_its_schema() {
    let system = System::start().await;
    let client = system.client();
    let menu = Menu::open(&client).await;
    let group = client.post("/v1/modifier-groups").json(&modifier_group("Adiciones")).send().await;
    let mut first = product("Agua de panela", menu.category);
    first["modifier_groups"] = json!([{"group_id": group.id()}]);
    first["preparation_minutes"] = json!(5);
    first["declared_marks"] = json!({"contains": ["milk"], "free_of": ["pork"]});
    first["texts"] =
        json!([{"language": "es", "description": "Con queso", "search_words": ["aguapanela"]}]);
    let first = client.post("/v1/products").json(&first).send().await;
    let drinks = json!({"name": "Bebidas", "place": 0});
    let drinks = client.post("/v1/categories").json(&drinks).send().await.id();
    let last = client.post("/v1/products").json(&product("Lulada", drinks)).send().await;
    let removed = client.post("/v1/products").json(&product("Tinto", drinks)).send().await;
    let removed = format!("/v1/products/{}", removed.id());
    let removed = client.call(Method::DELETE, &removed).send().await;
    removed.expect(200);

    let after = format!("&after={}", removed.position());
    let shown = document(&client, menu.branch, &after).await;
    let schema = schema(&client).await;
    let errors: Vec<String> = schema.iter_errors(&shown).map(|it| it.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}");
    assert_eq!((&shown["is_whole"], &shown["channel"]), (&json!(true), &json!("counter")));
    assert_eq!(shown["branch"]["id"], json!(menu.branch));
    assert_eq!(ids(&shown, "categories"), [drinks, menu.category]);
    assert_eq!(ids(&shown, "products"), [last.id(), first.id(), menu.product]);
    assert_eq!(ids(&shown, "modifier_groups"), [group.id()]);
    let first = &shown["products"][1];
    assert_eq!(first["known_marks"], json!({"contains": ["milk"], "free_of": ["pork"]}));
    assert_eq!(first["modifier_groups"][0]["group_id"], json!(group.id()));
    assert_eq!(first["texts"][0]["search_words"], json!(["aguapanela"]));
    assert_eq!(first["variants"][0]["price"], cop(1_200_000));
}

#[tokio::test]
async fn the_same_document_is_sent_as_it_is_kept_or_plain_and_not_again() {
    let system = System::start().await;
    let client = system.client();
    let menu = Menu::open(&client).await;
    let path = path(menu.branch, &format!("&after={}", menu.position));
    let plain = client.get(&path).send().await;
    plain.expect(200);
    assert_eq!(plain.header("content-encoding"), None);
    assert_eq!(plain.header("cache-control"), Some("private, no-cache"));
    for accept in ["gzip", "gzip, br, zstd"] {
        let (answer, bytes) = client.get(&path).header("accept-encoding", accept).download().await;
        assert_eq!(answer.header("content-encoding"), Some("gzip"), "{accept}");
        assert_eq!(answer.header("vary"), Some("accept-encoding"));
        assert_eq!(answer.header("etag"), plain.header("etag"));
        let mut text = String::new();
        GzDecoder::new(&bytes[..]).read_to_string(&mut text).unwrap();
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), plain.body);
    }
    let tag = plain.header("etag").unwrap();
    let strong = tag.strip_prefix("W/").unwrap();
    for known in [tag.to_owned(), strong.to_owned(), format!("\"0\", {tag}")] {
        let (answer, bytes) = client.get(&path).header("if-none-match", &known).download().await;
        assert_eq!((answer.status, bytes.len()), (304, 0), "{known}");
    }
    let renamed = json!({"name": "Arepa rellena"});
    let renamed = client
        .call(Method::PATCH, &format!("/v1/products/{}", menu.product))
        .if_match(1)
        .json(&renamed)
        .send()
        .await;
    renamed.expect(200);
    let path = self::path(menu.branch, &format!("&after={}", renamed.position()));
    let changed = client.get(&path).header("if-none-match", tag).send().await;
    assert_eq!(changed.expect(200)["products"][0]["name"], json!("Arepa rellena"));
}

#[tokio::test]
async fn a_snooze_is_in_the_menu_of_its_branch_and_changes_nothing_else() {
    let system = System::start().await;
    let client = system.client();
    let menu = Menu::open(&client).await;
    let other = client.post("/v1/branches").json(&branch("Centro")).send().await;
    let other = id_in(other.expect(201), "/branch/id");
    let at = format!("/v1/branches/{}/availability", menu.branch);
    let until = "2026-03-14T19:00:00+00:00";
    let subject = json!({"product_id": menu.product, "variant_id": menu.large});
    let snooze = json!({"subject": subject, "until": until});
    let snoozed = client.post(&format!("{at}/snooze")).json(&snooze).send().await;
    snoozed.expect(200);
    let delisted = json!({"product_id": menu.product});
    let delisted = client.post(&format!("{at}/delist")).json(&delisted).send().await;
    let after = format!("&after={}", delisted.position());
    let shown = document(&client, menu.branch, &after).await;
    let expected = [
        json!({"kind": "product", "id": menu.product, "reason": "not_sold", "until": null}),
        json!({"kind": "variant", "id": menu.large, "reason": "snoozed", "until": until}),
    ];
    assert_eq!(shown["branch"]["unavailable"], json!(expected));
    let elsewhere = document(&client, other, &after).await;
    assert_eq!(elsewhere["branch"]["unavailable"], json!([]));
    assert_eq!(elsewhere["products"], shown["products"]);
}

#[tokio::test]
async fn price_lists_are_those_of_the_branch_and_channel_in_the_order_of_precedence() {
    let system = System::start().await;
    let client = system.client();
    let menu = Menu::open(&client).await;
    let publish = async |name: &str, conditions: Value| {
        let mut list = price_list(name, menu.product, menu.small);
        list["conditions"] = conditions;
        let list = client.post("/v1/price-lists").json(&list).send().await.id();
        let published = client.post(&format!("/v1/price-lists/{list}/publish")).send().await;
        published.expect(200);
        (list, published)
    };
    let (everywhere, _) = publish("De siempre", json!({})).await;
    let (web, _) = publish("En la web", json!({"channel": "web"})).await;
    let (here, _) = publish("Del parque", json!({"branch_id": menu.branch})).await;
    let hours = json!({"from": "17:00", "until": "19:00"});
    let (happy, last) = publish("Hora feliz", json!({"hours": hours})).await;
    let after = format!("&after={}", last.position());
    let shown = document(&client, menu.branch, &after).await;
    assert_eq!(ids(&shown, "price_lists"), [happy, here, everywhere]);
    assert_eq!(shown["price_lists"][0]["conditions"], json!({"hours": hours}));
    let web_token = document(&client, menu.branch, &format!("{after}&channel=web")).await;
    assert_eq!(ids(&web_token, "price_lists"), [happy, here, web, everywhere]);

    let withdrawn = client.post(&format!("/v1/price-lists/{here}/withdraw")).send().await;
    let token = shown["token"].as_str().unwrap();
    let more = format!("&since={token}&after={}", withdrawn.position());
    let delta = document(&client, menu.branch, &more).await;
    assert_eq!(delta["removed"], json!([{"kind": "price_list", "id": here}]));
    assert_eq!(delta["price_lists"], json!([]));
}

#[tokio::test]
async fn a_token_of_another_menu_or_none_at_all_gets_the_whole_menu() {
    let system = System::start().await;
    let client = system.client();
    let menu = Menu::open(&client).await;
    let after = format!("&after={}", menu.position);
    let shown = document(&client, menu.branch, &after).await;
    let token = shown["token"].as_str().unwrap();
    let own = document(&client, menu.branch, &format!("&since={token}")).await;
    assert_eq!((&own["is_whole"], &own["products"]), (&json!(false), &json!([])));
    assert_eq!((&own["branch"], &own["token"]), (&Value::Null, &shown["token"]));
    for more in [format!("&channel=web&since={token}"), "&since=AAAA".to_owned()] {
        let whole = document(&client, menu.branch, &more).await;
        assert_eq!(whole["is_whole"], json!(true), "{more}");
        assert_eq!(content(&whole), content(&shown), "{more}");
    }
    let unknown = client.get(&path(menu.branch, "&channel=rappi")).send().await;
    unknown.problem(404, "not-found");
}

/// Something that changes the menu, or is refused.
async fn happens(client: &Client, rng: &mut StdRng, menu: &Menu, known: &mut Known) -> Answer {
    let name = format!("N{}", rng.random_range(0..12));
    let of = |ids: &[Uuid], rng: &mut StdRng| ids[rng.random_range(0..ids.len())];
    let (product_id, list) = (of(&known.products, rng), of(&known.lists, rng));
    let category = of(&known.categories, rng);
    let path = format!("/v1/products/{product_id}");
    let at = format!("/v1/branches/{}/availability", menu.branch);
    let subject = json!({"product_id": product_id});
    match rng.random_range(0..11) {
        0 => {
            let added = client.post("/v1/products").json(&product(&name, category)).send().await;
            if added.status == 201 {
                known.products.push(added.id());
            }
            added
        }
        1 => client.call(Method::DELETE, &path).send().await,
        2 => client.post(&format!("{path}/restore")).send().await,
        3 => {
            let shown = client.get(&path).send().await;
            let seen = shown.body["revision"].as_u64().unwrap_or(1);
            let change = json!({"name": name, "category_id": category});
            client.call(Method::PATCH, &path).if_match(seen).json(&change).send().await
        }
        4 => client.post(&format!("{at}/snooze")).json(&json!({"subject": subject})).send().await,
        5 => client.post(&format!("{at}/put-back")).json(&subject).send().await,
        6 => client.post(&format!("{at}/delist")).json(&subject).send().await,
        7 => {
            let added = client.post("/v1/categories").json(&json!({"name": name})).send().await;
            if added.status == 201 {
                known.categories.push(added.id());
            }
            added
        }
        8 => client.call(Method::DELETE, &format!("/v1/categories/{category}")).send().await,
        9 => client.post(&format!("/v1/price-lists/{list}/publish")).send().await,
        _ => client.post(&format!("/v1/price-lists/{list}/withdraw")).send().await,
    }
}

struct Known {
    products: Vec<Uuid>,
    categories: Vec<Uuid>,
    lists: Vec<Uuid>,
}

#[tokio::test]
async fn a_whole_menu_and_what_changed_since_are_the_whole_menu_of_later() {
    let system = System::start().await;
    let client = system.client();
    let menu = Menu::open(&client).await;
    let list = price_list("Del parque", menu.product, menu.small);
    let list = client.post("/v1/price-lists").json(&list).send().await.id();
    let mut known =
        Known { products: vec![menu.product], categories: vec![menu.category], lists: vec![list] };
    let mut rng = StdRng::seed_from_u64(25);
    let mut position = menu.position.clone();
    let mut kept: Vec<Value> = vec![];
    for _ in 0..12 {
        let whole = document(&client, menu.branch, &format!("&after={position}")).await;
        for before in &kept {
            let token = before["token"].as_str().unwrap();
            let delta = document(&client, menu.branch, &format!("&since={token}")).await;
            assert_eq!(content(&applied(before.clone(), &delta)), content(&whole));
            assert_eq!(delta["token"], whole["token"]);
        }
        kept.push(whole);
        for _ in 0..5 {
            let answer = happens(&client, &mut rng, &menu, &mut known).await;
            if answer.status < 300 {
                position = answer.position();
            }
        }
    }
    let n_products: Vec<usize> = kept.iter().map(|it| ids(it, "products").len()).collect();
    assert!(n_products.iter().any(|n| *n != n_products[0]), "the menu changed: {n_products:?}");
}
