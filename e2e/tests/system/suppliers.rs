//! Suppliers over HTTP: payment terms, retiring and reinstating.

use domain::identity::roles::Seed;
use e2e::{Answer, Client, System};
use serde_json::{Value, json};
use uuid::Uuid;

fn supplier(name: &str, days: i64) -> Value {
    json!({"name": name, "payment_terms_days": days})
}

async fn add(client: &Client, name: &str, days: i64) -> Answer {
    client.post("/v1/suppliers").json(&supplier(name, days)).send().await
}

async fn step(client: &Client, id: Uuid, step: &str) -> Answer {
    client.post(&format!("/v1/suppliers/{id}/{step}")).send().await
}

async fn revise(client: &Client, id: Uuid, seen: u64, body: &Value) -> Answer {
    client.put(&format!("/v1/suppliers/{id}")).if_match(seen).json(body).send().await
}

/// The supplier as it is read after the answer.
async fn shown(client: &Client, id: Uuid, after: &Answer) -> Value {
    let path = format!("/v1/suppliers/{id}?after={}", after.position());
    client.get(&path).send().await.expect(200).clone()
}

#[tokio::test]
async fn payment_terms_are_at_most_a_year() {
    let system = System::start().await;
    let client = system.client();
    for days in [-1, 366, 65_536] {
        let refused = add(&client, "Molinos", days).await;
        let problem = refused.problem(422, "validation");
        assert_eq!(problem["errors"][0]["pointer"], "/payment_terms_days", "{problem}");
    }
    let added = add(&client, "Molinos", 365).await;
    added.expect(201);
    let revised = revise(&client, added.id(), 1, &supplier("Molinos", 0)).await;
    revised.expect(200);
    let expected = json!({
        "id": added.id(),
        "name": "Molinos",
        "payment_terms_days": 0,
        "status": "active",
        "revision": 2,
    });
    assert_eq!(shown(&client, added.id(), &revised).await, expected);
    let refused = revise(&client, added.id(), 2, &supplier("Molinos", 366)).await;
    refused.problem(422, "validation");
}

#[tokio::test]
async fn a_retired_supplier_keeps_its_name_and_is_changed_only_after_it_is_reinstated() {
    let system = System::start().await;
    let client = system.client();
    let id = add(&client, "Molinos", 30).await.id();
    let retired = step(&client, id, "retire").await;
    retired.expect(200);
    assert_eq!(shown(&client, id, &retired).await["status"], "retired");
    let changed = revise(&client, id, 2, &supplier("Molinos del Sur", 30)).await;
    changed.problem(409, "invalid-transition");
    add(&client, "molinos", 30).await.problem(409, "name-taken");

    step(&client, id, "retire").await.expect(200);
    let reinstated = step(&client, id, "reinstate").await;
    reinstated.expect(200);
    assert_eq!(shown(&client, id, &reinstated).await["status"], "active");
    let renamed = revise(&client, id, 3, &supplier("Molinos del Sur", 30)).await;
    renamed.expect(200);
    add(&client, "Molinos", 30).await.expect(201);
}

#[tokio::test]
async fn managers_keep_suppliers_and_cooks_do_not_see_them() {
    let system = System::start().await;
    let owner = system.client();
    let [manager, kitchen] =
        [Seed::Manager, Seed::Kitchen].map(|seed| seed.role(system.company.tenant).uuid());
    system.joined_everywhere(&owner, "manager@example.com", &[manager]).await;
    system.joined_everywhere(&owner, "kitchen@example.com", &[kitchen]).await;
    let manager = system.signed_in("manager@example.com").await.client;
    let id = add(&manager, "Molinos", 30).await.id();
    step(&manager, id, "retire").await.expect(200);
    manager.get("/v1/suppliers").send().await.expect(200);
    let cook = system.signed_in("kitchen@example.com").await.client;
    cook.get("/v1/suppliers").send().await.problem(403, "forbidden");
    add(&cook, "Otro", 30).await.problem(403, "forbidden");
}
