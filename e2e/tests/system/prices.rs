//! Price lists and the channels that they can be limited to.

use e2e::menu::{cop, price_list};
use e2e::{Answer, Client, Menu, System, fresh};
use serde_json::{Value, json};
use uuid::Uuid;

/// A list of the hours from `from` to `until` of every day.
fn daily(menu: &Menu, name: &str, from: &str, until: &str) -> Value {
    let mut list = price_list(name, menu.product, menu.small);
    list["conditions"] = json!({"hours": {"from": from, "until": until}});
    list
}

async fn draft(client: &Client, list: &Value) -> Uuid {
    let drafted = client.post("/v1/price-lists").json(list).send().await;
    drafted.expect(201);
    drafted.id()
}

async fn step(client: &Client, list: Uuid, step: &str) -> Answer {
    client.post(&format!("/v1/price-lists/{list}/{step}")).send().await
}

async fn shown(client: &Client, path: &str, after: &Answer) -> Value {
    let shown = client.get(&format!("{path}?after={}", after.position())).send().await;
    shown.expect(200).clone()
}

#[tokio::test]
async fn a_list_is_drafted_changed_published_and_withdrawn() {
    let system = System::start().await;
    let client = system.client();
    let menu = Menu::open(&client).await;
    let mut wanted = daily(&menu, "Hora feliz", "17:00", "19:00");
    wanted["conditions"]["branch_id"] = json!(menu.branch);
    wanted["conditions"]["channel"] = json!("counter");
    wanted["conditions"]["weekdays"] = json!(["friday", "monday"]);
    let drafted = client.post("/v1/price-lists").json(&wanted).send().await;
    drafted.expect(201);
    let path = format!("/v1/price-lists/{}", drafted.id());
    assert_eq!(drafted.header("location"), Some(path.as_str()));
    let list = shown(&client, &path, &drafted).await;
    wanted["conditions"]["weekdays"] = json!(["monday", "friday"]);
    for field in ["name", "conditions", "valid_from", "variants"] {
        assert_eq!(list[field], wanted[field], "{field}");
    }
    assert_eq!((&list["modifiers"], &list["is_published"]), (&json!([]), &json!(false)));

    let published = step(&client, drafted.id(), "publish").await;
    published.expect(200);
    assert_eq!(shown(&client, &path, &published).await["is_published"], json!(true));
    wanted["variants"][0]["price"] = cop(0);
    wanted["conditions"] = json!({});
    let put = |seen| client.put(&path).if_match(seen).json(&wanted).send();
    put(1).await.problem(412, "version-conflict");
    let revised = put(2).await;
    revised.expect(200);
    assert_eq!(revised.revision(), 4);
    let list = shown(&client, &path, &revised).await;
    assert_eq!((&list["conditions"], &list["variants"][0]["price"]), (&json!({}), &cop(0)));

    let withdrawn = step(&client, drafted.id(), "withdraw").await;
    withdrawn.expect(200);
    let lists = shown(&client, "/v1/price-lists", &withdrawn).await;
    let head = &lists["data"][0];
    assert_eq!((&head["price_count"], &head["is_published"]), (&json!(1), &json!(false)));
    assert_eq!(head.get("variants"), None);
}

#[tokio::test]
async fn a_tie_names_the_other_list_in_both_languages() {
    let system = System::start().await;
    let client = system.client();
    let menu = Menu::open(&client).await;
    let early = draft(&client, &daily(&menu, "Tarde", "15:00", "18:00")).await;
    let late = draft(&client, &daily(&menu, "Hora feliz", "17:00", "19:00")).await;
    step(&client, early, "publish").await.expect(200);
    let publish = || client.post(&format!("/v1/price-lists/{late}/publish"));
    for (language, words) in [("es", "La lista «Tarde»"), ("en", "The list \"Tarde\"")] {
        let refused = publish().header("accept-language", language).send().await;
        let detail = refused.problem(409, "price-list-tie")["detail"].as_str().unwrap().to_owned();
        assert!(detail.starts_with(words) && detail.contains(&early.to_string()), "{detail}");
    }
    let hours = daily(&menu, "Hora feliz", "18:00", "19:00");
    let path = format!("/v1/price-lists/{late}");
    client.put(&path).if_match(1).json(&hours).send().await.expect(200);
    step(&client, late, "publish").await.expect(200);
    let wider = daily(&menu, "Hora feliz", "17:59", "19:00");
    let revised = client.put(&path).if_match(3).json(&wider).send().await;
    revised.problem(409, "price-list-tie");
}

#[tokio::test]
async fn of_two_lists_that_tie_and_are_published_at_once_one_is() {
    let system = System::start().await;
    let client = system.client();
    let menu = Menu::open(&client).await;
    for round in 0..5 {
        let from = format!("{:02}:00", 8 + round);
        let mut lists = Vec::new();
        for name in ["Una", "Otra"] {
            let list =
                daily(&menu, &format!("{name} {round}"), &from, &format!("{:02}:00", 9 + round));
            lists.push(draft(&client, &list).await);
        }
        let (one, other) =
            tokio::join!(step(&client, lists[0], "publish"), step(&client, lists[1], "publish"));
        let (published, refused) = if one.status == 200 { (one, other) } else { (other, one) };
        published.expect(200);
        refused.problem(409, "price-list-tie");
        let page = shown(&client, "/v1/price-lists", &published).await;
        let rows = page["data"].as_array().unwrap().iter();
        let n_published = rows.filter(|row| row["is_published"] == json!(true)).count();
        assert_eq!(n_published, round + 1);
    }
}

#[tokio::test]
async fn what_a_list_cannot_be_is_named_where_it_stands() {
    let system = System::start().await;
    let client = system.client();
    let menu = Menu::open(&client).await;
    let list = || price_list("Domicilios", menu.product, menu.small);
    let dollars = json!({"amount": 100, "currency": "USD"});
    let large = || {
        let (product, variant) = (menu.product, menu.large);
        json!({"product_id": product, "variant_id": variant, "price": cop(100)})
    };
    let with = |pointer: &str, value: Value| {
        let mut list = list();
        list["modifiers"] = json!([]);
        list["conditions"] = json!({});
        list["variants"].as_array_mut().unwrap().push(large());
        *list.pointer_mut(pointer).unwrap() = value;
        list
    };
    let in_dollars = |mut list: Value| {
        list["variants"][0]["price"] = dollars.clone();
        list["variants"][1]["price"] = dollars.clone();
        list
    };
    let here = json!({"branch_id": menu.branch});
    let hours = |from: &str, until: &str| json!({"hours": {"from": from, "until": until}});
    let repeated = json!({
        "product_id": menu.product,
        "variant_id": menu.small,
        "price": cop(100),
    });
    let foreign = json!({
        "product_id": menu.product,
        "variant_id": menu.large,
        "price": dollars,
    });
    for (body, status, code, pointer) in [
        (with("/variants", json!([])), 422, "validation", "/variants"),
        (with("/variants/1", repeated), 422, "validation", "/variants/1"),
        (with("/variants/1", foreign), 422, "validation", "/variants/1/price/currency"),
        (in_dollars(with("/conditions", here)), 422, "validation", "/variants/0/price/currency"),
        (
            with("/conditions", hours("17:00", "17:00")),
            422,
            "validation",
            "/conditions/hours/until",
        ),
        (
            with("/conditions", hours("17:00", "24:00")),
            422,
            "validation",
            "/conditions/hours/until",
        ),
        (with("/conditions", json!({"weekdays": []})), 422, "validation", "/conditions/weekdays"),
        (
            with("/conditions", json!({"channel": "rappi"})),
            422,
            "unknown-reference",
            "/conditions/channel",
        ),
        (
            with("/variants/1/variant_id", json!(fresh())),
            422,
            "unknown-reference",
            "/variants/1/variant_id",
        ),
    ] {
        let answer = client.post("/v1/price-lists").json(&body).send().await;
        let problem = answer.problem(status, code);
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem}");
    }
    draft(&client, &list()).await;
    let again = client.post("/v1/price-lists").json(&list()).send().await;
    again.problem(409, "name-taken");
}

async fn channels(client: &Client, after: &Answer) -> Vec<(String, String, bool)> {
    let page = shown(client, "/v1/channels", after).await;
    let text = |row: &Value, field: &str| row[field].as_str().unwrap().to_owned();
    let rows = page["data"].as_array().unwrap().iter();
    rows.map(|row| (text(row, "code"), text(row, "name"), row["is_retired"] == json!(true)))
        .collect()
}

#[tokio::test]
async fn a_company_names_its_channels_and_adds_its_own() {
    let system = System::start().await;
    let client = system.client();
    let put = |code: &str, kind: &str, name: &str| {
        let body = json!({"kind": kind, "name": name});
        client.put(&format!("/v1/channels/{code}")).json(&body).send()
    };
    let page = client.get("/v1/channels").send().await;
    let rows = page.expect(200)["data"].as_array().unwrap();
    let codes: Vec<_> = rows.iter().map(|row| row["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["counter", "table", "phone", "web", "aggregator"]);
    assert!(rows.iter().all(|row| row["is_built_in"] == json!(true)));

    put("counter", "counter", "Caja").await.expect(200);
    put("rappi", "aggregator", "Rappi").await.expect(200);
    put("didi", "aggregator", " RAPPI ").await.problem(409, "name-taken");
    put("rappi", "web", "Rappi").await.problem(422, "validation");
    put("Rappi", "web", "Otro").await.problem(400, "validation");
    let builtin = client.post("/v1/channels/web/retire").send().await;
    builtin.problem(409, "invalid-transition");
    client.post("/v1/channels/didi/retire").send().await.problem(404, "not-found");
    let retired = client.post("/v1/channels/rappi/retire").send().await;
    retired.expect(200);
    let shown = channels(&client, &retired).await;
    assert_eq!(shown[0], ("counter".to_owned(), "Caja".to_owned(), false));
    assert_eq!(shown[5], ("rappi".to_owned(), "Rappi".to_owned(), true));
    let restored = put("rappi", "aggregator", "Rappi Turbo").await;
    restored.expect(200);
    let shown = channels(&client, &restored).await;
    assert_eq!(shown[5], ("rappi".to_owned(), "Rappi Turbo".to_owned(), false));

    let after = format!("limit=4&after={}", restored.position());
    let first = client.get(&format!("/v1/channels?{after}")).send().await;
    let cursor = first.expect(200)["next_cursor"].as_str().unwrap();
    let second = client.get(&format!("/v1/channels?{after}&cursor={cursor}")).send().await;
    let rest: Vec<_> =
        second.expect(200)["data"].as_array().unwrap().iter().map(|row| &row["code"]).collect();
    assert_eq!(rest, [&json!("aggregator"), &json!("rappi")]);
    assert_eq!(second.body["next_cursor"], Value::Null);
}
