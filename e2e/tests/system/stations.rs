//! Stations of branches.

use domain::identity::roles::Seed;
use e2e::client::id_in;
use e2e::menu::branch;
use e2e::{Answer, Client, System};
use serde_json::{Value, json};
use uuid::Uuid;

fn path(branch: Uuid, more: &str) -> String {
    format!("/v1/branches/{branch}/stations{more}")
}

async fn open(client: &Client, name: &str) -> Uuid {
    let opened = client.post("/v1/branches").json(&branch(name)).send().await;
    id_in(opened.expect(201), "/branch/id")
}

async fn add(client: &Client, branch: Uuid, name: &str) -> Answer {
    client.post(&path(branch, "")).json(&json!({"name": name})).send().await
}

async fn listed(client: &Client, branch: Uuid, after: &Answer) -> Vec<(String, bool)> {
    let path = path(branch, &format!("?after={}", after.position()));
    let listed = client.get(&path).send().await;
    let row = |row: &Value| (row["name"].as_str().unwrap().to_owned(), row["is_open"] == true);
    listed.expect(200)["data"].as_array().unwrap().iter().map(row).collect()
}

#[tokio::test]
async fn a_station_is_added_renamed_and_closed_for_good() {
    let system = System::start().await;
    let client = system.client();
    let branch = open(&client, "Parque").await;
    let added = add(&client, branch, "Parrilla").await;
    added.expect(201);
    let station = added.id();
    let one = path(branch, &format!("/{station}"));
    let put = |revision, name: &str| {
        client.put(&one).if_match(revision).json(&json!({"name": name})).send()
    };
    put(1, "Plancha").await.expect(200);
    put(1, "Fogón").await.problem(412, "version-conflict");
    put(2, " ").await.problem(422, "validation");
    let bar = add(&client, branch, "Bar").await;
    put(2, "BAR").await.problem(409, "name-taken");
    let expected = [("Bar".to_owned(), true), ("Plancha".to_owned(), true)];
    assert_eq!(listed(&client, branch, &bar).await, expected);
    let close = || client.post(&format!("{one}/close")).send();
    let closed = close().await;
    closed.expect(200);
    close().await.expect(200);
    put(3, "Parrilla").await.problem(409, "invalid-transition");
    let shown = client.get(&format!("{one}?after={}", closed.position())).send().await;
    let body = json!({
        "id": station, "branch_id": branch, "name": "Plancha", "is_open": false, "revision": 3,
    });
    assert_eq!(shown.expect(200), &body);
    add(&client, branch, "Plancha").await.expect(201);
}

#[tokio::test]
async fn the_name_of_a_station_is_unique_in_its_branch_alone() {
    let system = System::start().await;
    let client = system.client();
    let (first, second) = (open(&client, "Parque").await, open(&client, "Centro").await);
    add(&client, first, "Parrilla").await.expect(201);
    add(&client, first, "PARRILLA").await.problem(409, "name-taken");
    let other = add(&client, second, "Parrilla").await;
    other.expect(201);
    let elsewhere = path(first, &format!("/{}", other.id()));
    client.get(&elsewhere).send().await.problem(404, "not-found");
    client.post(&format!("{elsewhere}/close")).send().await.problem(404, "not-found");
    client.post(&format!("/v1/branches/{first}/close")).send().await.expect(200);
    add(&client, first, "Bar").await.problem(409, "branch-closed");
}

#[tokio::test]
async fn a_manager_of_one_branch_keeps_the_stations_of_that_branch() {
    let system = System::start().await;
    let owner = system.client();
    let (own, other) = (open(&owner, "Parque").await, open(&owner, "Centro").await);
    let theirs = add(&owner, other, "Bar").await.id();
    let manager = Seed::Manager.role(system.company.tenant).uuid();
    system.joined(&owner, "gerente@example.com", &[manager], &[own]).await;
    let client = system.signed_in("gerente@example.com").await.client;
    let added = add(&client, own, "Parrilla").await;
    added.expect(201);
    assert_eq!(listed(&client, own, &added).await, [("Parrilla".to_owned(), true)]);
    let one = path(other, &format!("/{theirs}"));
    for refused in [
        client.post(&path(other, "")).json(&json!({"name": "Horno"})),
        client.put(&one).if_match(1).json(&json!({"name": "Horno"})),
        client.post(&format!("{one}/close")),
        client.get(&one),
        client.get(&path(other, "")),
    ] {
        refused.send().await.problem(403, "forbidden");
    }
}
