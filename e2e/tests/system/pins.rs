//! PINs for shared tills: what they allow, and for how long.

use chrono::TimeDelta;
use domain::identity::roles::Seed;
use e2e::rig::Rig;
use e2e::staff::{PIN, enrolled};
use e2e::{Answer, Client, System, fresh};
use serde_json::{Value, json};
use uuid::Uuid;

const EMAIL: &str = "luz@example.com";

/// A PIN that an administrator sets.
const GIVEN: &str = "97538642";

fn role(system: &System, seed: Seed) -> Uuid {
    seed.role(system.company.tenant).uuid()
}

async fn set_pin(by: &Client, user: Uuid) {
    let path = format!("/v1/users/{user}/pin");
    by.put(&path).json(&json!({"pin": GIVEN})).send().await.expect(200);
}

async fn sign_in(system: &System, till: &str, user: Uuid, pin: &str) -> Answer {
    let body = json!({"device_token": till, "user_id": user, "pin": pin});
    system.visitor().post("/v1/auth/pin").no_key().json(&body).send().await
}

async fn replace(system: &System, till: &str, user: Uuid, current: &str, pin: &str) -> Answer {
    let body = json!({"device_token": till, "user_id": user, "current": current, "pin": pin});
    system.visitor().post("/v1/auth/pin/replace").no_key().json(&body).send().await
}

#[tokio::test]
async fn s57_a_given_pin_is_replaced_first_and_is_void_when_its_owner_may_do_more() {
    let system = System::start().await;
    let owner = system.client();
    let (till, branch) = enrolled(&owner, "Centro").await;
    let cashier = role(&system, Seed::Cashier);
    let luz = system.joined(&owner, EMAIL, &[cashier], &[branch]).await;
    let on_till = system.session(&system.pin(&till, luz).await).client;
    set_pin(&owner, luz).await;
    on_till.get("/v1/rbac/me").send().await.problem(401, "token-revoked");
    sign_in(&system, &till, luz, GIVEN).await.problem(403, "pin-change-required");
    replace(&system, &till, luz, PIN, "8642").await.problem(401, "login-failed");
    for refused in [GIVEN, "1234"] {
        let answer = replace(&system, &till, luz, GIVEN, refused).await;
        assert_eq!(answer.problem(422, "validation")["errors"][0]["pointer"], "/pin");
    }
    let replaced = system.session(&replace(&system, &till, luz, GIVEN, "8642").await).client;
    replaced.get("/v1/rbac/me").send().await.expect(200);
    sign_in(&system, &till, luz, GIVEN).await.problem(401, "login-failed");

    // The setter of the PIN may have replaced it too: it allows nothing that its owner was granted
    // since.
    let assign = format!("/v1/rbac/users/{luz}/roles/{}", role(&system, Seed::Administrator));
    owner.post(&assign).send().await.expect(200);
    replaced.get("/v1/rbac/me").send().await.problem(401, "token-revoked");
    sign_in(&system, &till, luz, "8642").await.problem(403, "pin-blocked");
    replace(&system, &till, luz, "8642", PIN).await.problem(403, "pin-blocked");

    // A PIN that is set with the password is known to its owner only.
    let at_home = system.signed_in(EMAIL).await.client;
    let own = json!({"password": e2e::system::PASSWORD, "pin": "8642"});
    at_home.put("/v1/auth/pin").no_key().json(&own).send().await.expect(200);
    sign_in(&system, &till, luz, "8642").await.expect(200);
    let log = format!("{:?}", system.log().await);
    assert!(!log.contains(GIVEN), "the PIN is in the log");
}

#[tokio::test]
async fn s57_ones_own_pin_ends_the_sessions_on_tills() {
    let system = System::start().await;
    let owner = system.client();
    let (till, branch) = enrolled(&owner, "Centro").await;
    let luz = system.joined(&owner, EMAIL, &[role(&system, Seed::Cashier)], &[branch]).await;
    let on_till = system.session(&system.pin(&till, luz).await);
    let at_home = system.signed_in(EMAIL).await.client;
    let own = json!({"password": e2e::system::PASSWORD, "pin": "8642"});
    at_home.put("/v1/auth/pin").no_key().json(&own).send().await.expect(200);
    on_till.client.get("/v1/rbac/me").send().await.problem(401, "token-revoked");
    system.refresh(&on_till.refresh_token).await.problem(401, "token-invalid");
    at_home.get("/v1/rbac/me").send().await.expect(200);
    system.pin(&till, luz).await.problem(401, "login-failed");
}

#[tokio::test]
async fn s57_a_sign_in_with_a_pin_never_holds_what_is_of_high_risk() {
    let system = System::start().await;
    let owner = system.client();
    let (till, branch) = enrolled(&owner, "Centro").await;
    let admin = role(&system, Seed::Administrator);
    let boss = system.joined(&owner, EMAIL, &[admin], &[branch]).await;
    let everywhere = owner.put(&format!("/v1/users/{boss}/branches"));
    everywhere.json(&json!({"all_branches": true})).send().await.expect(200);
    let on_till = system.session(&system.pin(&till, boss).await).client;
    let own = on_till.get("/v1/rbac/me").send().await;
    assert_eq!(own.expect(200)["is_administrator"], false);
    let held = own.body["permissions"].as_array().unwrap();
    assert!(held.contains(&json!("order.place")) && !held.contains(&json!("user.manage")));
    let before = system.log().await;
    let path = |more: &str| format!("/v1/users/{}/{more}", system.company.owner.uuid());
    let invited = json!({"name": "N", "email": "nadie@example.com", "roles": []});
    for call in [
        on_till.post(&path("suspend")),
        on_till.put(&path("pin")).json(&json!({"pin": GIVEN})),
        on_till.post(&path("forget")),
        on_till.post("/v1/users").json(&invited),
        on_till.post("/v1/rbac/roles").json(&json!({"name": "Barra"})),
        on_till.post("/v1/devices").json(&json!({"name": "Caja", "branch_id": branch})),
    ] {
        call.send().await.problem(403, "password-required");
    }
    assert_eq!(system.log().await, before, "a command was accepted");
    let at_home = system.signed_in(EMAIL).await.client;
    at_home.post("/v1/rbac/roles").json(&json!({"name": "Barra"})).send().await.expect(201);
    let role = [role(&system, Seed::Cashier)];
    let cashier = system.joined(&owner, "caja@example.com", &role, &[branch]).await;
    let on_till = system.session(&system.pin(&till, cashier).await).client;
    on_till.post(&path("suspend")).send().await.problem(403, "forbidden");
}

#[tokio::test]
async fn s58_after_twenty_wrong_ones_in_a_row_a_pin_is_blocked_until_there_is_another() {
    let system = System::start().await;
    let owner = system.client();
    let (till, branch) = enrolled(&owner, "Centro").await;
    let luz = system.joined(&owner, EMAIL, &[role(&system, Seed::Cashier)], &[branch]).await;
    let on_till = system.session(&system.pin(&till, luz).await).client;
    let try_pin = async |pin: &str| {
        system.site.clock.forward(TimeDelta::minutes(16));
        sign_in(&system, &till, luz, pin).await
    };
    for _ in 0..19 {
        try_pin("5713").await.problem(401, "login-failed");
    }
    try_pin(PIN).await.expect(200);
    for _ in 0..20 {
        try_pin("5713").await.problem(401, "login-failed");
    }
    assert_eq!(system.log().await.count("user.pin_blocked"), 1);
    for pin in [PIN, "5713"] {
        try_pin(pin).await.problem(403, "pin-blocked");
        system.site.clock.forward(TimeDelta::minutes(16));
        replace(&system, &till, luz, pin, "8642").await.problem(403, "pin-blocked");
    }
    assert_eq!(system.log().await.count("user.pin_blocked"), 1);
    // Guessing does not end running sessions. The token has expired; the session has not.
    on_till.get("/v1/rbac/me").send().await.problem(401, "token-expired");
    set_pin(&system.signed_in(&system.company.email).await.client, luz).await;
    system.site.clock.forward(TimeDelta::minutes(16));
    system.session(&replace(&system, &till, luz, GIVEN, PIN).await);
}

/// A device's token lists the users of its branch only.
#[tokio::test]
async fn s59_a_till_lists_only_users_who_may_sign_in_on_it() {
    let system = System::start().await;
    let owner = system.client();
    let (till, branch) = enrolled(&owner, "Centro").await;
    let (_, elsewhere) = enrolled(&owner, "Norte").await;
    let cashier = role(&system, Seed::Cashier);
    let here = system.joined(&owner, "aqui@example.com", &[cashier], &[branch]).await;
    system.joined(&owner, "norte@example.com", &[cashier], &[elsewhere]).await;
    let suspended = system.joined(&owner, "ya-no@example.com", &[cashier], &[branch]).await;
    owner.post(&format!("/v1/users/{suspended}/suspend")).send().await.expect(200);
    let without = json!({
        "name": "Sin PIN", "email": "sin@example.com", "roles": [cashier], "branches": [branch],
    });
    let without = owner.post("/v1/users").json(&without).send().await.id();
    let path = "/v1/auth/till/people";
    let shown = async |token: &str| system.visitor().with_token(token).get(path).send().await;
    let people = |ids: &[Uuid]| -> Value {
        ids.iter().map(|id| json!({"id": id, "name": "Luz Marina"})).collect()
    };
    assert_eq!(shown(&till).await.expect(200)["data"], people(&[here]));
    set_pin(&owner, without).await;
    let listed = shown(&till).await;
    assert_eq!(listed.expect(200)["data"].as_array().unwrap().len(), 2, "{}", listed.body);

    let other_company = system.second_company().await;
    let (theirs, _) = enrolled(&system.client_of(&other_company), "Centro").await;
    assert_eq!(shown(&theirs).await.expect(200)["data"], json!([]));
    owner.get(path).send().await.problem(401, "auth-required");
    system.visitor().get(path).send().await.problem(401, "auth-required");
    system.visitor().with_token(&till).get("/v1/orders").send().await.problem(401, "auth-required");

    let body = json!({"name": "Otra", "branch_id": branch});
    let other = owner.post("/v1/devices").json(&body).send().await;
    let token = other.expect(201)["device_token"].as_str().unwrap().to_owned();
    shown(&token).await.expect(200);
    let remove = format!("/v1/devices/{}", other.id());
    owner.call(reqwest::Method::DELETE, &remove).key(fresh()).send().await.expect(200);
    shown(&token).await.problem(401, "token-invalid");
    system.pin(&token, here).await.problem(401, "login-failed");
}

/// Enrols another till in a branch.
async fn another_till(by: &Client, branch: Uuid) -> String {
    let body = json!({"name": "Otra", "branch_id": branch});
    let enrolled = by.post("/v1/devices").json(&body).send().await;
    enrolled.expect(201)["device_token"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn s58_a_refused_pin_is_logged_with_its_reason() {
    let rig = Rig::start().await;
    let owner = rig.till().client();
    let (till, branch) = enrolled(&owner, "Otro barrio").await;
    let body = json!({"name": "Luz", "email": EMAIL, "roles": [], "branches": [branch]});
    let luz = owner.post("/v1/users").json(&body).send().await.id();
    set_pin(&owner, luz).await;
    let try_pin = async |till: &str, pin: &str| {
        let body = json!({"device_token": till, "user_id": luz, "pin": pin});
        owner.post("/v1/auth/pin").no_key().json(&body).send().await
    };
    let log_with_reason = async |reason: &str| {
        let line = format!("\"way\":\"pin\",\"reason\":\"{reason}\"");
        rig.process().log_with(&line).await
    };
    try_pin(&till, GIVEN).await.problem(403, "pin-change-required");
    log_with_reason("to_be_replaced").await;
    let everywhere = owner.put(&format!("/v1/users/{luz}/branches"));
    everywhere.json(&json!({"all_branches": true})).send().await.expect(200);
    try_pin(&till, GIVEN).await.problem(403, "pin-blocked");
    let log = log_with_reason("superseded").await;
    assert!(!log.contains("\"blocked\""), "{log}");
    // There is no delay before the sixth wrong PIN on one till.
    for _ in 0..4 {
        let till = another_till(&owner, branch).await;
        for _ in 0..5 {
            try_pin(&till, "5713").await.problem(401, "login-failed");
        }
    }
    try_pin(&till, "5713").await.problem(403, "pin-blocked");
    for reason in ["wrong", "blocked"] {
        log_with_reason(reason).await;
    }
    assert!(!rig.process().log().contains(GIVEN), "the PIN is in the log");
}
