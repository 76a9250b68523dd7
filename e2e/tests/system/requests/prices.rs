//! Commands about price lists, channels and taxes.

use e2e::client::{Client, id_in};
use e2e::menu::{Menu, branch, price_list, tax_profile};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Command, post};

pub(super) async fn about_prices(client: &Client, menu: &Menu, round: u32) -> Vec<Command> {
    let mut commands = about_lists(client, menu, round).await;
    commands.extend(about_channels(client, round).await);
    commands.extend(about_taxes(client, round).await);
    commands
}

fn settled(method: Method, path: String, body: Option<Value>, fields: Value) -> Command {
    let command = post(&path, Value::Null, 200, fields);
    Command { method, body, has_effect: false, ..command }
}

fn revised(path: &str, body: Value, fields: Value) -> Command {
    Command { method: Method::PUT, if_match: Some(1), ..post(path, body, 200, fields) }
}

/// Every list that is published holds from a date of its own, so that none ties.
async fn about_lists(client: &Client, menu: &Menu, round: u32) -> Vec<Command> {
    let list = |what: &str, month: u32| {
        let mut list = price_list(&format!("{what} {round}"), menu.product, menu.small);
        list["valid_from"] = json!(format!("{}-{month:02}-01", 2030 + round));
        list
    };
    let draft = async |what: &str, month| {
        let drafted = client.post("/v1/price-lists").json(&list(what, month)).send().await;
        drafted.expect(201);
        drafted.id()
    };
    let path = |list: Uuid, step: &str| format!("/v1/price-lists/{list}{step}");
    let revise = draft("Por cambiar", 1).await;
    let publish = draft("Por publicar", 2).await;
    let withdraw = draft("Por retirar", 3).await;
    client.post(&path(withdraw, "/publish")).send().await.expect(200);
    let id = |list: Uuid| json!({"id": list});
    vec![
        post("/v1/price-lists", list("Lista", 4), 201, json!({"revision": 1})),
        revised(&path(revise, ""), list("Cambiada", 1), json!({"id": revise, "revision": 2})),
        settled(Method::POST, path(publish, "/publish"), None, id(publish)),
        settled(Method::POST, path(withdraw, "/withdraw"), None, id(withdraw)),
    ]
}

async fn about_channels(client: &Client, round: u32) -> Vec<Command> {
    let channel = |what: &str| json!({"kind": "aggregator", "name": format!("{what} {round}")});
    let path = |what: &str| format!("/v1/channels/{what}_{round}");
    client.put(&path("retired")).json(&channel("Por retirar")).send().await.expect(200);
    let retire = format!("{}/retire", path("retired"));
    let code = |what: &str| json!({"code": format!("{what}_{round}")});
    vec![
        settled(Method::PUT, path("own"), Some(channel("Propio")), code("own")),
        settled(Method::POST, retire, None, code("retired")),
    ]
}

async fn about_taxes(client: &Client, round: u32) -> Vec<Command> {
    let named = |what: &str| tax_profile(&format!("{what} {round}"));
    let add = client.post("/v1/tax-profiles").json(&named("Impuestos por cambiar"));
    let profile = add.send().await.id();
    let opened = client.post("/v1/branches").json(&branch(&format!("Con impuestos {round}")));
    let taxed = id_in(opened.send().await.expect(201), "/branch/id");
    let regime = json!({"from": "2026-01-01", "tax_profile_id": profile, "regime": "city"});
    let publish = json!({"id": profile, "revision": 2});
    vec![
        post("/v1/tax-profiles", named("Impuestos"), 201, json!({"revision": 1})),
        revised(&format!("/v1/tax-profiles/{profile}"), named("Cambiados"), publish),
        revised(
            &format!("/v1/branches/{taxed}/tax-regime"),
            regime,
            json!({"id": taxed, "revision": 2}),
        ),
    ]
}
