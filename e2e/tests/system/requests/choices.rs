//! Commands about modifier groups, stations and what a branch sells at the moment.

use e2e::client::Client;
use e2e::menu::{Menu, modifier_group, product};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Command, post};

pub(super) async fn about_groups(client: &Client, round: u32) -> Vec<Command> {
    let groups = "/v1/modifier-groups";
    let named = |what: &str| modifier_group(&format!("{what} {round}"));
    let add = async |what: &str| {
        let added = client.post(groups).json(&named(what)).send().await;
        added.expect(201);
        added.id()
    };
    let (changed, removed, restored) =
        (add("Por cambiar").await, add("Por quitar").await, add("Quitado").await);
    let path = |id: Uuid| format!("{groups}/{id}");
    client.call(Method::DELETE, &path(restored)).send().await.expect(200);
    let mut asks = named("Que preguntan");
    asks["modifiers"][0]["nested_group_id"] = json!(add("Preguntadas").await);
    let revise = post(&path(changed), named("Cambiado"), 200, json!({"id": changed}));
    let remove = settled(&path(removed), Value::Null, removed);
    let restore = settled(&format!("{}/restore", path(restored)), Value::Null, restored);
    vec![
        post(groups, asks, 201, json!({"revision": 1})),
        Command { method: Method::PUT, if_match: Some(1), ..revise },
        Command { method: Method::DELETE, body: None, ..remove },
        Command { body: None, ..restore },
    ]
}

pub(super) async fn about_stations(client: &Client, menu: &Menu, round: u32) -> Vec<Command> {
    let stations = format!("/v1/branches/{}/stations", menu.branch);
    let named = |what: &str| json!({"name": format!("{what} {round}")});
    let add = async |what: &str| {
        let added = client.post(&stations).json(&named(what)).send().await;
        added.expect(201);
        added.id()
    };
    let (renamed, closed) = (add("Por nombrar").await, add("Por cerrar").await);
    let rename = format!("{stations}/{renamed}");
    let rename = post(&rename, named("Nombrada"), 200, json!({"id": renamed, "revision": 2}));
    let close = settled(&format!("{stations}/{closed}/close"), Value::Null, closed);
    vec![
        post(&stations, named("Parrilla"), 201, json!({"revision": 1})),
        Command { method: Method::PUT, if_match: Some(1), ..rename },
        Command { body: None, ..close },
    ]
}

pub(super) async fn about_availability(client: &Client, menu: &Menu, round: u32) -> Vec<Command> {
    let path = |step: &str| format!("/v1/branches/{}/availability/{step}", menu.branch);
    let add = async |what: &str| {
        let added = product(&format!("{what} {round}"), menu.category);
        let added = client.post("/v1/products").json(&added).send().await;
        added.expect(201);
        json!({"product_id": added.id()})
    };
    let (snoozed, back) = (add("Se agota").await, add("Agotado").await);
    let (delisted, relisted) = (add("Por no vender").await, add("Por vender").await);
    let snooze = client.post(&path("snooze")).json(&json!({"subject": back}));
    snooze.send().await.expect(200);
    client.post(&path("delist")).json(&relisted).send().await.expect(200);
    vec![
        settled(&path("snooze"), json!({"subject": snoozed}), menu.branch),
        settled(&path("put-back"), back, menu.branch),
        settled(&path("delist"), delisted, menu.branch),
        settled(&path("list"), relisted, menu.branch),
    ]
}

/// A command that is answered without a revision.
fn settled(path: &str, body: Value, id: Uuid) -> Command {
    Command { has_effect: false, ..post(path, body, 200, json!({"id": id})) }
}
