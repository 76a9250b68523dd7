//! Requests about modifier groups, stations and what a branch sells at the moment.

use e2e::Client;
use e2e::menu::modifier_group;
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::super::ids::Ids;
use super::{Expect, Visit};

pub(super) fn visits(client: &Client, client_ids: &Ids, ids: &Ids) -> Vec<Visit> {
    let mut visits = group_visits(client, client_ids, ids);
    visits.extend(station_visits(client, client_ids, ids));
    visits.extend(availability_visits(client, client_ids, ids));
    visits
}

fn group_visits(client: &Client, client_ids: &Ids, ids: &Ids) -> Vec<Visit> {
    let mut visits = Vec::new();
    let mut visit = |operation, call, expect| visits.push(Visit { operation, call, expect });
    let groups = "/v1/modifier-groups";
    let (theirs, own) = (ids.choice, client_ids.choice);
    let path = |group: Uuid| format!("{groups}/{group}");
    let put = |group: Uuid, body: &Value| client.put(&path(group)).if_match(1).json(body);
    let with = |field: &str, value: Value| {
        let mut body = modifier_group("Otros");
        body["modifiers"][0][field] = value;
        body
    };

    visit(
        "addModifierGroup",
        client.post(groups).json(&modifier_group("Adiciones")),
        Expect::Created,
    );
    visit("listModifierGroups", client.get(groups), Expect::Nothing);
    let searched = client.get(&format!("{groups}?search=adiciones"));
    visit("listModifierGroups", searched, Expect::Nothing);
    visit("getModifierGroup", client.get(&path(theirs.group)), Expect::NotFound);
    visit("reviseModifierGroup", put(theirs.group, &modifier_group("Otros")), Expect::NotFound);
    visit(
        "removeModifierGroup",
        client.call(Method::DELETE, &path(theirs.group)),
        Expect::NotFound,
    );
    let restore = client.post(&format!("{}/restore", path(theirs.group)));
    visit("restoreModifierGroup", restore, Expect::NotFound);
    let ingredient = json!([{"item_id": ids.item, "quantity": "1"}]);
    for (field, value, pointer) in [
        ("id", json!(theirs.modifier), "/modifiers/0/id"),
        ("nested_group_id", json!(theirs.group), "/modifiers/0/nested_group_id"),
        ("ingredients", ingredient, "/modifiers/0/ingredients/0/item_id"),
    ] {
        let body = with(field, value);
        let added = client.post(groups).json(&body);
        visit("addModifierGroup", added, Expect::UnknownReference(pointer));
        let revised = put(own.group, &body);
        visit("reviseModifierGroup", revised, Expect::UnknownReference(pointer));
    }
    visits
}

fn station_visits(client: &Client, client_ids: &Ids, ids: &Ids) -> Vec<Visit> {
    let mut visits = Vec::new();
    let mut visit = |operation, call, expect| visits.push(Visit { operation, call, expect });
    let path = |branch: Uuid, more: &str| format!("/v1/branches/{branch}/stations{more}");
    let named = json!({"name": "Parrilla"});
    let add = |branch: Uuid| client.post(&path(branch, "")).json(&named);
    visit("addStation", add(client_ids.branch), Expect::Created);
    visit("addStation", add(ids.branch), Expect::NotFound);
    visit("listStations", client.get(&path(ids.branch, "")), Expect::NotFound);
    visit("listStations", client.get(&path(client_ids.branch, "")), Expect::Nothing);
    for (branch, station) in [
        (ids.branch, ids.station),
        (client_ids.branch, ids.station),
        (ids.branch, client_ids.station),
    ] {
        let station = path(branch, &format!("/{station}"));
        visit("getStation", client.get(&station), Expect::NotFound);
        let renamed = client.put(&station).if_match(1).json(&named);
        visit("renameStation", renamed, Expect::NotFound);
        visit("closeStation", client.post(&format!("{station}/close")), Expect::NotFound);
    }
    visits
}

fn availability_visits(client: &Client, client_ids: &Ids, ids: &Ids) -> Vec<Visit> {
    let mut visits = Vec::new();
    let mut visit = |operation, call, expect| visits.push(Visit { operation, call, expect });
    let path = |branch: Uuid, more: &str| format!("/v1/branches/{branch}/availability{more}");
    visit("listUnavailable", client.get(&path(ids.branch, "")), Expect::NotFound);
    visit("listUnavailable", client.get(&path(client_ids.branch, "")), Expect::Nothing);
    let (theirs, own) = (ids.choice, client_ids.choice);
    let foreign = [
        (json!({"product_id": ids.product}), "product_id"),
        (json!({"product_id": ids.product, "variant_id": ids.variant}), "product_id"),
        (json!({"product_id": client_ids.product, "variant_id": ids.variant}), "variant_id"),
        (
            json!({"modifier_group_id": theirs.group, "modifier_id": theirs.modifier}),
            "modifier_group_id",
        ),
        (json!({"modifier_group_id": own.group, "modifier_id": theirs.modifier}), "modifier_id"),
    ];
    for (subject, field) in foreign {
        let post = |branch, step: &str, body: &Value| client.post(&path(branch, step)).json(body);
        let own_subject = json!({"product_id": client_ids.product});
        for (operation, step) in
            [("putBack", "/put-back"), ("delist", "/delist"), ("relist", "/list")]
        {
            let pointer = pointer_of(field, false);
            let foreign = post(client_ids.branch, step, &subject);
            visit(operation, foreign, Expect::UnknownReference(pointer));
            visit(operation, post(ids.branch, step, &own_subject), Expect::NotFound);
        }
        let snoozed = post(client_ids.branch, "/snooze", &json!({"subject": subject}));
        visit("snooze", snoozed, Expect::UnknownReference(pointer_of(field, true)));
        let elsewhere = post(ids.branch, "/snooze", &json!({"subject": own_subject}));
        visit("snooze", elsewhere, Expect::NotFound);
    }
    visits
}

/// Where a body names something of the menu, by itself or as the subject of a snooze.
fn pointer_of(field: &str, is_subject: bool) -> &'static str {
    match (field, is_subject) {
        ("product_id", false) => "/product_id",
        ("variant_id", false) => "/variant_id",
        ("modifier_group_id", false) => "/modifier_group_id",
        ("modifier_id", false) => "/modifier_id",
        ("product_id", true) => "/subject/product_id",
        ("variant_id", true) => "/subject/variant_id",
        ("modifier_group_id", true) => "/subject/modifier_group_id",
        ("modifier_id", true) => "/subject/modifier_id",
        (other, _) => panic!("{other} names nothing of the menu"),
    }
}
