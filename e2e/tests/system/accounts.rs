//! User accounts as administrators manage them.

use domain::identity::roles::Seed;
use e2e::staff::{PIN, enrolled};
use e2e::system::PASSWORD;
use e2e::{Answer, Client, System, fresh};
use serde_json::json;
use uuid::Uuid;

const EMAIL: &str = "luz@example.com";

async fn invited(owner: &Client) -> Uuid {
    let body = json!({"name": "Luz Marina", "email": EMAIL, "roles": [], "branches": []});
    let invited = owner.post("/v1/users").json(&body).send().await;
    invited.expect(201);
    invited.id()
}

async fn set_pin(by: &Client, user: Uuid, pin: &str) -> Answer {
    by.put(&format!("/v1/users/{user}/pin")).json(&json!({"pin": pin})).send().await
}

async fn join(system: &System, token: &str) -> Answer {
    let body = json!({"token": token, "password": PASSWORD});
    system.visitor().post("/v1/auth/join").no_key().json(&body).send().await
}

#[tokio::test]
async fn only_the_last_invitation_is_valid() {
    let system = System::start().await;
    let (owner, emails) = (system.client(), &system.site.emails);
    let user = invited(&owner).await;
    let first = emails.token(EMAIL).await;
    let path = format!("/v1/users/{user}/invitation");
    let again = owner.post(&path).send().await;
    assert_eq!(again.expect(200)["id"], json!(user));
    let second = emails.nth_token(EMAIL, 2).await;
    join(&system, &first).await.problem(422, "ticket-invalid");
    join(&system, &second).await.expect(200);
    owner.post(&path).send().await.problem(409, "invalid-transition");
    let unknown = format!("/v1/users/{}/invitation", fresh());
    owner.post(&unknown).send().await.problem(404, "not-found");
}

#[tokio::test]
async fn a_retried_invitation_sends_no_email_and_voids_no_later_one() {
    let system = System::start().await;
    let (owner, emails) = (system.client(), &system.site.emails);
    let (invite, again) = (fresh(), fresh());
    let body = json!({"name": "Luz Marina", "email": EMAIL, "roles": [], "branches": []});
    let invite = async || owner.post("/v1/users").key(invite).json(&body).send().await;
    let invited = invite().await;
    emails.token(EMAIL).await;
    assert!(invite().await.is_replayed());
    let path = format!("/v1/users/{}/invitation", invited.id());
    owner.post(&path).key(again).send().await.expect(200);
    let second = emails.nth_token(EMAIL, 2).await;
    assert!(owner.post(&path).key(again).send().await.is_replayed());
    assert!(invite().await.is_replayed());
    join(&system, &second).await.expect(200);
    // The retry is replayed and voids no later invitation.
    assert!(invite().await.is_replayed());
    assert!(owner.post(&path).key(again).send().await.is_replayed());
    let other = json!({"name": "Pepe", "email": "pepe@example.com", "roles": [], "branches": []});
    owner.post("/v1/users").json(&other).send().await.expect(201);
    emails.token("pepe@example.com").await;
    assert_eq!(emails.count(EMAIL), 2);
}

#[tokio::test]
async fn repeated_invitations_are_limited() {
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

#[tokio::test]
async fn a_user_who_never_joins_signs_in_on_a_till_with_a_given_pin() {
    let system = System::start().await;
    let owner = system.client();
    let (token, branch) = enrolled(&owner, "Centro").await;
    let cashier = Seed::Cashier.role(system.company.tenant).uuid();
    let body = json!({
        "name": "Luz Marina", "email": EMAIL, "roles": [cashier], "branches": [branch],
    });
    let invited = owner.post("/v1/users").json(&body).send().await;
    let luz = invited.id();
    system.pin(&token, luz).await.problem(401, "login-failed");
    set_pin(&owner, luz, "86420975").await.expect(200);
    let replace = json!({"device_token": token, "user_id": luz, "current": "86420975", "pin": PIN});
    let replace =
        system.visitor().post("/v1/auth/pin/replace").no_key().json(&replace).send().await;
    let on_till = system.session(&replace).client;
    on_till.get("/v1/rbac/me").send().await.expect(200);
    on_till.post("/v1/auth/logout").no_key().send().await.expect(200);
    on_till.get("/v1/rbac/me").send().await.problem(401, "token-revoked");

    // A suspended user cannot sign in on tills either.
    let on_till = system.session(&system.pin(&token, luz).await);
    owner.post(&format!("/v1/users/{luz}/suspend")).send().await.expect(200);
    on_till.client.get("/v1/rbac/me").send().await.problem(401, "token-revoked");
    system.refresh(&on_till.refresh_token).await.problem(401, "token-revoked");
    system.pin(&token, luz).await.problem(401, "login-failed");
}

#[tokio::test]
async fn a_pin_that_is_given_ends_the_sessions_on_tills_and_no_others() {
    let system = System::start().await;
    let owner = system.client();
    let (token, branch) = enrolled(&owner, "Centro").await;
    let cashier = Seed::Cashier.role(system.company.tenant).uuid();
    let luz = system.joined(&owner, EMAIL, &[cashier], &[branch]).await;
    let at_home = system.signed_in(EMAIL).await;
    let on_till = system.session(&system.pin(&token, luz).await);
    let key = fresh();
    let path = format!("/v1/users/{luz}/pin");
    let set = async |pin: &str| owner.put(&path).key(key).json(&json!({"pin": pin})).send().await;
    let pin = "86420975";
    set(pin).await.expect(200);

    on_till.client.get("/v1/rbac/me").send().await.problem(401, "token-revoked");
    let renewed = system.refresh(&on_till.refresh_token).await;
    renewed.problem(401, "token-invalid");
    at_home.client.get("/v1/rbac/me").send().await.expect(200);
    system.refresh(&at_home.refresh_token).await.expect(200);
    system.pin(&token, luz).await.problem(401, "login-failed");
    let body = json!({"device_token": token, "user_id": luz, "pin": pin});
    let given = system.visitor().post("/v1/auth/pin").no_key().json(&body).send().await;
    given.problem(403, "pin-change-required");

    assert!(set(pin).await.is_replayed());
    set("86420976").await.problem(422, "idempotency-mismatch");
    let log = format!("{:?}", system.log().await);
    assert!(!log.contains(pin), "the PIN is in the log");
}

#[tokio::test]
async fn s22_no_user_sets_the_pin_of_a_user_with_more_permissions() {
    let system = System::start().await;
    let owner = system.client();
    let (_, branch) = enrolled(&owner, "Centro").await;
    let role = |seed: Seed| seed.role(system.company.tenant).uuid();
    system.joined(&owner, "gerente@example.com", &[role(Seed::Manager)], &[branch]).await;
    let manager = system.signed_in("gerente@example.com").await.client;
    let cashier = (EMAIL, [role(Seed::Cashier)], [branch]);
    let luz = system.joined(&owner, cashier.0, &cashier.1, &cashier.2).await;
    let before = system.log().await;
    for pin in ["1234", "0000", "abcd", "123"] {
        set_pin(&manager, luz, pin).await.problem(422, "validation");
    }
    let boss = system.company.owner.uuid();
    set_pin(&manager, boss, "1357").await.problem(403, "privilege-escalation");
    set_pin(&manager, fresh(), "1357").await.problem(404, "not-found");
    let cashier = system.signed_in(EMAIL).await.client;
    set_pin(&cashier, luz, "1357").await.problem(403, "forbidden");
    assert_eq!(system.log().await, before, "a command was accepted");
    set_pin(&manager, luz, "1357").await.expect(200);
}
