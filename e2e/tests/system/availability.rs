//! What branches sell at the moment.

use chrono::TimeDelta;
use domain::identity::roles::Seed;
use e2e::client::id_in;
use e2e::menu::{branch, modifier_group};
use e2e::{Answer, Client, Menu, System};
use serde_json::{Value, json};
use uuid::Uuid;

fn path(branch: Uuid, more: &str) -> String {
    format!("/v1/branches/{branch}/availability{more}")
}

async fn change(client: &Client, branch: Uuid, step: &str, body: &Value) -> Answer {
    client.post(&path(branch, step)).json(body).send().await
}

/// What the branch does not sell: name, reason and until when.
async fn unavailable(client: &Client, branch: Uuid, after: &Answer) -> Vec<Value> {
    let path = path(branch, &format!("?after={}", after.position()));
    let listed = client.get(&path).send().await;
    let row = |row: &Value| json!([row["name"], row["reason"], row["until"]]);
    listed.expect(200)["data"].as_array().unwrap().iter().map(row).collect()
}

#[tokio::test]
async fn what_has_run_out_is_listed_until_its_time_or_until_it_is_put_back() {
    let system = System::start().await;
    let client = system.client();
    let menu = Menu::open(&client).await;
    let large = json!({"product_id": menu.product, "variant_id": menu.large});
    let noon = "2026-03-14T19:00:00+00:00";
    let snooze = json!({"subject": large, "until": "2026-03-14T14:00:00-05:00"});
    let snoozed = change(&client, menu.branch, "/snooze", &snooze).await;
    snoozed.expect(200);
    let product = json!({"product_id": menu.product});
    let snooze = json!({"subject": product});
    let snoozed = change(&client, menu.branch, "/snooze", &snooze).await;
    let both = [json!(["Arepa de choclo", "snoozed", null]), json!(["Con todo", "snoozed", noon])];
    assert_eq!(unavailable(&client, menu.branch, &snoozed).await, both);
    let back = change(&client, menu.branch, "/put-back", &product).await;
    back.expect(200);
    assert_eq!(unavailable(&client, menu.branch, &back).await, both[1..]);
    system.site.clock.forward(TimeDelta::hours(2));
    let client = system.signed_in("ana@example.com").await.client;
    assert_eq!(unavailable(&client, menu.branch, &back).await, [] as [Value; 0]);
    let past = json!({"subject": product, "until": noon});
    let past = change(&client, menu.branch, "/snooze", &past).await;
    assert_eq!(past.problem(422, "validation")["errors"][0]["pointer"], "/until");
}

#[tokio::test]
async fn a_branch_sells_everything_but_what_it_was_told_not_to() {
    let system = System::start().await;
    let client = system.client();
    let menu = Menu::open(&client).await;
    let other = client.post("/v1/branches").json(&branch("Centro")).send().await;
    let other = id_in(other.expect(201), "/branch/id");
    let group = client.post("/v1/modifier-groups").json(&modifier_group("Adiciones")).send().await;
    let path = format!("/v1/modifier-groups/{}?after={}", group.id(), group.position());
    let cheese = id_in(client.get(&path).send().await.expect(200), "/modifiers/0/id");
    let cheese = json!({"modifier_group_id": group.id(), "modifier_id": cheese});
    let product = json!({"product_id": menu.product});
    let snooze = json!({"subject": product, "until": "2030-01-01T00:00:00Z"});
    change(&client, menu.branch, "/snooze", &snooze).await.expect(200);
    change(&client, menu.branch, "/delist", &product).await.expect(200);
    let delisted = change(&client, menu.branch, "/delist", &cheese).await;
    delisted.expect(200);
    let nothing: [Value; 0] = [];
    assert_eq!(unavailable(&client, other, &delisted).await, nothing);
    let both =
        [json!(["Arepa de choclo", "not_sold", null]), json!(["Queso rallado", "not_sold", null])];
    assert_eq!(unavailable(&client, menu.branch, &delisted).await, both);
    let listed = client.get(&self::path(menu.branch, "")).send().await;
    let row = &listed.expect(200)["data"][1];
    assert_eq!(
        (&row["modifier_id"], &row["of_name"]),
        (&cheese["modifier_id"], &json!("Adiciones"))
    );
    assert_eq!((&row["product_id"], &row["variant_id"]), (&Value::Null, &Value::Null));
    // What has run out stays so when it is sold again.
    change(&client, menu.branch, "/list", &cheese).await.expect(200);
    let listed = change(&client, menu.branch, "/list", &product).await;
    let snoozed = [json!(["Arepa de choclo", "snoozed", "2030-01-01T00:00:00+00:00"])];
    assert_eq!(unavailable(&client, menu.branch, &listed).await, snoozed);
}

#[tokio::test]
async fn what_is_meant_is_one_thing_of_the_menu() {
    let system = System::start().await;
    let client = system.client();
    let menu = Menu::open(&client).await;
    let (product, variant) = (menu.product, menu.small);
    for (subject, pointer) in [
        (json!({}), "/product_id"),
        (json!({"variant_id": variant}), "/product_id"),
        (json!({"modifier_id": variant}), "/modifier_group_id"),
        (json!({"product_id": product, "modifier_id": variant}), "/modifier_id"),
    ] {
        let refused = change(&client, menu.branch, "/delist", &subject).await;
        assert_eq!(refused.problem(422, "validation")["errors"][0]["pointer"], pointer);
        let refused = change(&client, menu.branch, "/snooze", &json!({"subject": subject})).await;
        let pointer = format!("/subject{pointer}");
        assert_eq!(refused.problem(422, "validation")["errors"][0]["pointer"], pointer);
    }
}

#[tokio::test]
async fn kitchen_and_cashiers_say_what_has_run_out_in_their_branch_alone() {
    let system = System::start().await;
    let owner = system.client();
    let menu = Menu::open(&owner).await;
    let other = owner.post("/v1/branches").json(&branch("Centro")).send().await;
    let other = id_in(other.expect(201), "/branch/id");
    let product = json!({"product_id": menu.product});
    let snooze = json!({"subject": product});
    for (seed, email) in
        [(Seed::Kitchen, "cocina@example.com"), (Seed::Cashier, "caja@example.com")]
    {
        let role = seed.role(system.company.tenant).uuid();
        system.joined(&owner, email, &[role], &[menu.branch]).await;
        let client = system.signed_in(email).await.client;
        let snoozed = change(&client, menu.branch, "/snooze", &snooze).await;
        snoozed.expect(200);
        assert_eq!(unavailable(&client, menu.branch, &snoozed).await.len(), 1);
        change(&client, menu.branch, "/put-back", &product).await.expect(200);
        change(&client, menu.branch, "/delist", &product).await.problem(403, "forbidden");
        change(&client, other, "/snooze", &snooze).await.problem(403, "forbidden");
        client.get(&path(other, "")).send().await.problem(403, "forbidden");
    }
}
