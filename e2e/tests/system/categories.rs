//! Categories: taking them out of the menu and putting them back, their order, and names that an earlier
//! release gave.

use commands::Commands;
use domain::claim::{self, Claim, ClaimId, Named};
use domain::event::StoredEvent;
use domain::shared::{CommandId, CorrelationId, EventId, Name, TenantId};
use e2e::menu::product;
use e2e::silence::Silence;
use e2e::{Answer, Client, System, fresh};
use event_store::{
    Actor, Append, Decided, Expected, Metadata, NewEvent, Revision, StreamId, Verdict,
};
use fastops::processes::name_upgrade;
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

async fn add(client: &Client, name: &str) -> Answer {
    client.post("/v1/categories").json(&json!({"name": name})).send().await
}

async fn remove(client: &Client, category: Uuid) -> Answer {
    let removed = client.call(Method::DELETE, &format!("/v1/categories/{category}")).send().await;
    removed.expect(200);
    removed
}

async fn restore(client: &Client, category: Uuid) -> Answer {
    client.post(&format!("/v1/categories/{category}/restore")).send().await
}

/// The names of all categories that are in the menu, or were removed.
async fn names(client: &Client, active: bool, after: &Answer) -> Vec<Value> {
    let path = format!("/v1/categories?active={active}&after={}", after.position());
    let list = client.get(&path).send().await;
    list.expect(200)["data"].as_array().unwrap().iter().map(|row| row["name"].clone()).collect()
}

#[tokio::test]
async fn a_removed_category_gives_its_name_up_and_keeps_its_products() {
    let system = System::start().await;
    let client = system.client();
    let soups = add(&client, "Sopas").await.id();
    let ajiaco = client.post("/v1/products").json(&product("Ajiaco", soups)).send().await;
    ajiaco.expect(201);
    let removed = remove(&client, soups).await;
    assert_eq!(names(&client, false, &removed).await, ["Sopas"]);
    assert!(!names(&client, true, &removed).await.contains(&json!("Sopas")));

    // Its product stays, can be changed and moved away, and no other is put into it.
    let path = format!("/v1/products/{}?after={}", ajiaco.id(), removed.position());
    let shown = client.get(&path).send().await;
    assert_eq!(shown.expect(200)["is_active"], true);
    let path = format!("/v1/products/{}", ajiaco.id());
    let renamed = client.put(&path).if_match(1).json(&product("Ajiaco santafereño", soups));
    renamed.send().await.expect(200);
    let other = client.post("/v1/products").json(&product("Mondongo", soups)).send().await;
    other.problem(422, "unknown-reference");
    client.call(Method::DELETE, &path).send().await.expect(200);
    let product_path = format!("{path}/restore");
    client.post(&product_path).send().await.problem(422, "unknown-reference");

    let twin = add(&client, "SOPAS").await.id();
    restore(&client, soups).await.problem(409, "name-taken");
    remove(&client, twin).await;
    restore(&client, soups).await.expect(200);
    let again = restore(&client, soups).await;
    again.expect(200);
    restore(&client, twin).await.problem(409, "name-taken");
    assert!(names(&client, true, &again).await.contains(&json!("Sopas")));
    client.post(&product_path).send().await.expect(200);
}

#[tokio::test]
async fn categories_are_put_into_an_order_at_once() {
    let system = System::start().await;
    let client = system.client();
    let mut ids = Vec::new();
    for name in ["Sopas", "Jugos", "Postres"] {
        ids.push(add(&client, name).await.id());
    }
    let order =
        |ids: &[Uuid]| client.put("/v1/category-order").json(&json!({"category_ids": ids})).send();
    let reordered = order(&[ids[1], ids[2], ids[0]]).await;
    reordered.expect(200);
    assert_eq!(names(&client, true, &reordered).await, ["Jugos", "Postres", "Sopas"]);
    order(&[ids[1], ids[1]]).await.problem(422, "validation");
    let unknown = order(&[ids[1], fresh()]).await;
    unknown.problem(422, "unknown-reference");
    assert_eq!(unknown.body["errors"][0]["pointer"], "/category_ids/1");
}

/// Has a name only the claim that releases with one version of the folding took.
async fn release_second_claim(system: &System, tenant: TenantId, holder: Uuid, name: &str) {
    let claims = ClaimId::all_of_name(Named::Category, &Name::parse(name).unwrap());
    let stream = StreamId::of::<Claim>(tenant, &claims[1]);
    let log = system.log().await;
    let last = log.events.iter().rfind(|event| event.stream == stream).unwrap();
    let event: claim::Event = claim::Released { holder }.into();
    let command = CommandId::from_uuid(fresh());
    let new = NewEvent {
        stream: stream.clone(),
        revision: Revision::new(last.revision.get() + 1),
        id: EventId::from_uuid(fresh()),
        event_type: event.event_type(),
        payload: event.encode(),
        decided: Decided::default(),
        metadata: Metadata {
            actor: Actor::System("a test".to_owned()),
            branch: None,
            device: None,
            command,
            correlation: CorrelationId::from_uuid(fresh()),
            causation: None,
            traceparent: None,
        },
        business_date: None,
        occurred_at: last.occurred_at,
        recorded_at: last.recorded_at,
    };
    let expected =
        Expected { stream: stream.clone(), revision: last.revision, last_event: Some(last.id) };
    let append = Append::try_new(tenant, command, [0; 32], vec![expected], vec![new]).unwrap();
    let verdict = system.store().append(append).await.unwrap();
    assert!(matches!(verdict, Verdict::Committed(_)), "{verdict:?}");
}

/// Completes the claims of all companies as a start does; returns of how many.
async fn completed(system: &System) -> u32 {
    let installation = system.node().installation.clone();
    system.node().run(async move { name_upgrade::complete_all(&installation).await.unwrap() }).await
}

#[tokio::test]
async fn a_name_of_an_earlier_release_is_unique_in_every_spelling_after_a_start() {
    let mut system = System::start().await;
    let (mut company, mut n_companies) = (system.company.clone(), 1);
    let street = loop {
        let street = add(&system.client_of(&company), "Straße").await.id();
        system.crash();
        let once = Commands::completion_of_claims(company.tenant);
        let done = system.store().commands(company.tenant, &[once]).await.unwrap();
        if done[0].is_none() {
            break street;
        }
        // The first start was so slow that it met the company already.
        system.restart(Silence::None).await;
        n_companies += 1;
        let slug = format!("company-{n_companies}");
        company = system.company_of(&slug, &format!("{slug}@example.com")).await;
    };
    release_second_claim(&system, company.tenant, street, "Straße").await;
    system.restart(Silence::None).await;
    completed(&system).await;
    assert_eq!(completed(&system).await, 0, "once");
    let client = system.client_of(&company);
    add(&client, "STRASSE").await.problem(409, "name-taken");
    remove(&client, street).await;
    add(&client, "STRASSE").await.expect(201);
}
