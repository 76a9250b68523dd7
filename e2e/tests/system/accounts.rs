//! Accounts of people, as an administrator looks after them.

use e2e::system::PASSWORD;
use e2e::{Answer, Client, System, fresh};
use serde_json::json;
use uuid::Uuid;

const EMAIL: &str = "luz@example.com";

async fn invited(owner: &Client) -> Uuid {
    let body = json!({"name": "Luz Marina", "email": EMAIL, "roles": []});
    let invited = owner.post("/v1/users").json(&body).send().await;
    invited.expect(201);
    invited.id()
}

async fn join(system: &System, token: &str) -> Answer {
    let body = json!({"token": token, "password": PASSWORD});
    system.visitor().post("/v1/auth/join").no_key().json(&body).send().await
}

#[tokio::test]
async fn whoever_is_invited_again_joins_with_the_last_letter_alone() {
    let system = System::start().await;
    let (owner, letters) = (system.client(), &system.site.letters);
    let user = invited(&owner).await;
    let first = letters.token(EMAIL).await;
    let path = format!("/v1/users/{user}/invitation");
    let again = owner.post(&path).send().await;
    assert_eq!(again.expect(200)["id"], json!(user));
    let second = letters.nth_token(EMAIL, 2).await;
    join(&system, &first).await.problem(422, "ticket-invalid");
    join(&system, &second).await.expect(200);
    owner.post(&path).send().await.problem(409, "invalid-transition");
    let nobody = format!("/v1/users/{}/invitation", fresh());
    owner.post(&nobody).send().await.problem(404, "not-found");
}

#[tokio::test]
async fn a_retry_writes_no_second_letter_and_takes_no_later_one_back() {
    let system = System::start().await;
    let (owner, letters) = (system.client(), &system.site.letters);
    let (invite, again) = (fresh(), fresh());
    let body = json!({"name": "Luz Marina", "email": EMAIL, "roles": []});
    let invite = async || owner.post("/v1/users").key(invite).json(&body).send().await;
    let invited = invite().await;
    letters.token(EMAIL).await;
    assert!(invite().await.is_replayed());
    let path = format!("/v1/users/{}/invitation", invited.id());
    owner.post(&path).key(again).send().await.expect(200);
    let second = letters.nth_token(EMAIL, 2).await;
    assert!(owner.post(&path).key(again).send().await.is_replayed());
    assert!(invite().await.is_replayed());
    join(&system, &second).await.expect(200);
    // The ticket is used up, and a retry gives nobody another.
    assert!(invite().await.is_replayed());
    assert!(owner.post(&path).key(again).send().await.is_replayed());
    let other = json!({"name": "Pepe", "email": "pepe@example.com", "roles": []});
    owner.post("/v1/users").json(&other).send().await.expect(201);
    letters.token("pepe@example.com").await;
    assert_eq!(letters.count(EMAIL), 2);
}

#[tokio::test]
async fn whoever_is_invited_again_and_again_gets_no_letter_each_time() {
    let system = System::start().await;
    let owner = system.client();
    let path = format!("/v1/users/{}/invitation", invited(&owner).await);
    for _ in 0..5 {
        owner.post(&path).send().await.expect(200);
    }
    let refused = owner.post(&path).send().await;
    refused.problem(429, "rate-limited");
    assert!(refused.header("retry-after").is_some());
}
