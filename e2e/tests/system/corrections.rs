//! Names and addresses of people that are corrected.

use std::time::Duration;

use chrono::TimeDelta;
use domain::identity::roles::Seed;
use e2e::staff::enrolled;
use e2e::system::{PASSWORD, TIMEOUT};
use e2e::{Answer, Client, System, fresh};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

const OLD: &str = "luz@example.com";
const NEW: &str = "marina@example.com";

async fn rename(by: &Client, user: Uuid, key: Uuid, name: &str) -> Answer {
    let path = format!("/v1/users/{user}");
    by.call(Method::PATCH, &path).key(key).json(&json!({"name": name})).send().await
}

async fn request(by: &Client, user: Uuid, key: Uuid, email: &str) -> Answer {
    let path = format!("/v1/users/{user}/email-change");
    by.post(&path).key(key).json(&json!({"email": email})).send().await
}

async fn request_own(by: &Client, password: &str, email: &str) -> Answer {
    let body = json!({"password": password, "email": email});
    by.post("/v1/auth/email-change").no_key().json(&body).send().await
}

async fn confirm(system: &System, token: &str) -> Answer {
    let body = json!({"token": token});
    system.visitor().post("/v1/auth/confirm-email").no_key().json(&body).send().await
}

async fn login(system: &System, email: &str, password: &str) -> u16 {
    system.login(&json!({"email": email, "password": password})).await.status
}

/// The name and address that are shown of somebody, once the read model has them at all: these two do
/// not come from there.
async fn shown(by: &Client, user: Uuid) -> (Value, Value) {
    let path = format!("/v1/users/{user}");
    let there = async {
        loop {
            let shown = by.get(&path).send().await;
            if shown.status != 404 {
                break shown;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let shown = tokio::time::timeout(TIMEOUT, there).await.expect("they are shown");
    let body = shown.expect(200);
    (body["name"].clone(), body["email"].clone())
}

/// The rows of what is kept of people beside the log, each with the transaction that wrote it.
async fn kept(system: &System) -> Vec<String> {
    let pool = system.site.database.owner_pool();
    sqlx::query_scalar(
        "SELECT p.xmin::text || p::text FROM people p
         UNION ALL SELECT c.xmin::text || c::text FROM credentials c
         UNION ALL SELECT t.xmin::text || t::text FROM tickets t
         ORDER BY 1",
    )
    .fetch_all(&pool)
    .await
    .unwrap()
}

#[tokio::test]
async fn an_administrator_corrects_a_name_once_however_often_it_is_repeated() {
    let system = System::start().await;
    let owner = system.client();
    let luz = system.joined(&owner, OLD, &[], &[]).await;
    let key = fresh();
    let renamed = rename(&owner, luz, key, "Luz Mariana").await;
    assert_eq!(renamed.expect(200)["id"], json!(luz));
    assert_eq!(shown(&owner, luz).await, (json!("Luz Mariana"), json!(OLD)));

    let before = kept(&system).await;
    assert!(rename(&owner, luz, key, "Luz Mariana").await.is_replayed());
    rename(&owner, luz, key, "Otra").await.problem(422, "idempotency-mismatch");
    assert_eq!(kept(&system).await, before, "a replay has written");
    let second = rename(&owner, luz, fresh(), "Luz M. Ruiz").await;
    second.expect(200);
    // A repetition of the first does not take the second back.
    assert!(rename(&owner, luz, key, "Luz Mariana").await.is_replayed());
    assert_eq!(shown(&owner, luz).await.0, json!("Luz M. Ruiz"));

    let log = format!("{:?}", system.log().await);
    assert!(!log.contains("Mariana") && !log.contains("Ruiz"), "a name is in the log");
    let history = format!("/v1/rbac/users/{luz}/history?after={}", second.position());
    let history = owner.get(&history).send().await;
    let entry = &history.expect(200)["data"][0];
    let expected = (json!("renamed"), json!(system.company.owner));
    assert_eq!((entry["change"].clone(), entry["changed_by"].clone()), expected);
}

/// Changes the tables beside the log, as if the process had ended at another moment.
async fn crashed(system: &System, statement: &'static str) {
    sqlx::raw_sql(statement).execute(&system.site.database.owner_pool()).await.unwrap();
}

#[tokio::test]
async fn f02_what_a_crash_has_left_undone_of_a_correction_is_done_by_the_retry() {
    let system = System::start().await;
    let (owner, emails) = (system.client(), &system.site.emails);
    let luz = system.joined(&owner, OLD, &[], &[]).await;
    let (name, address) = (fresh(), fresh());
    rename(&owner, luz, name, "Luz Mariana").await.expect(200);
    request(&owner, luz, address, NEW).await.expect(200);
    let first = emails.token(NEW).await;
    crashed(
        &system,
        "UPDATE people SET name_number = 0, next_email_number = 0, sealed_next_email = NULL",
    )
    .await;
    confirm(&system, &first).await.problem(422, "ticket-invalid");
    assert!(rename(&owner, luz, name, "Luz Mariana").await.is_replayed());
    assert!(request(&owner, luz, address, NEW).await.is_replayed());
    assert_eq!(emails.nth_token(NEW, 2).await, first, "it may have been sent before");

    // Then the log has the address, and the process ends before the tables have it.
    crashed(
        &system,
        "CREATE TABLE people_then AS SELECT * FROM people;
         CREATE TABLE tickets_then AS SELECT * FROM tickets WHERE kind = 'email_change';
         CREATE TABLE credentials_then AS SELECT * FROM credentials",
    )
    .await;
    confirm(&system, &first).await.expect(200);
    assert!(emails.nth(OLD, 2).await.contains("otra dirección"));
    crashed(
        &system,
        "UPDATE people p
         SET sealed_email = t.sealed_email, sealed_next_email = t.sealed_next_email
         FROM people_then t
         WHERE t.person_id = p.person_id;
         UPDATE credentials c SET email_key = t.email_key
         FROM credentials_then t
         WHERE t.user_id = c.user_id;
         INSERT INTO tickets SELECT * FROM tickets_then;
         DROP TABLE people_then, tickets_then, credentials_then",
    )
    .await;
    // Another user gets the address, which is free by the log; no account is lost.
    let eva = json!({"name": "Eva", "email": OLD, "roles": [], "branches": []});
    let eva = owner.post("/v1/users").json(&eva).send().await;
    eva.expect(201);
    assert_eq!(login(&system, OLD, PASSWORD).await, 401);
    confirm(&system, &first).await.expect(200);
    assert_eq!(login(&system, NEW, PASSWORD).await, 200);
    assert_eq!(shown(&owner, luz).await, (json!("Luz Mariana"), json!(NEW)));
    assert_eq!(shown(&owner, eva.id()).await, (json!("Eva"), json!(OLD)));
    assert_eq!(system.log().await.count("user.email_changed"), 1);
}

#[tokio::test]
async fn a_user_corrects_their_own_name_and_not_on_a_till() {
    let system = System::start().await;
    let owner = system.client();
    let (till, branch) = enrolled(&owner, "Centro").await;
    let cashier = Seed::Cashier.role(system.company.tenant).uuid();
    let luz = system.joined(&owner, OLD, &[cashier], &[branch]).await;
    let own = async |by: &Client, name: &str| {
        by.put("/v1/auth/name").no_key().json(&json!({"name": name})).send().await
    };
    let at_home = system.signed_in(OLD).await.client;
    own(&at_home, "Luz Mariana").await.expect(200);
    own(&at_home, "\u{200b}").await.problem(422, "validation");
    let on_till = system.session(&system.pin(&till, luz).await).client;
    own(&on_till, "Broma").await.problem(403, "password-required");
    assert_eq!(shown(&owner, luz).await.0, json!("Luz Mariana"));
    rename(&at_home, luz, fresh(), "Otra").await.problem(403, "forbidden");
}

#[tokio::test]
async fn s62_another_address_counts_when_its_link_is_followed_and_the_one_before_hears_of_it() {
    let system = System::start().await;
    let (owner, emails) = (system.client(), &system.site.emails);
    let luz = system.joined(&owner, OLD, &[], &[]).await;
    let at_home = system.signed_in(OLD).await;
    let key = fresh();
    request(&owner, luz, key, "Marina@Example.com").await.expect(200);
    let token = emails.token("Marina@Example.com").await;
    let before = kept(&system).await;
    assert!(request(&owner, luz, key, "Marina@Example.com").await.is_replayed());
    request(&owner, luz, key, "otra@example.com").await.problem(422, "idempotency-mismatch");
    assert_eq!(kept(&system).await, before, "a replay has written");

    // Until the link is followed nothing has changed.
    assert_eq!(shown(&owner, luz).await.1, json!(OLD));
    assert_eq!(login(&system, NEW, PASSWORD).await, 401);
    assert_eq!(login(&system, OLD, PASSWORD).await, 200);
    at_home.client.get("/v1/rbac/me").send().await.expect(200);
    let forgot = json!({"email": OLD});
    let forgot = system.visitor().post("/v1/auth/forgot-password").no_key().json(&forgot);
    forgot.send().await.expect(202);
    let reset = emails.nth_token(OLD, 2).await;

    confirm(&system, &token).await.expect(200);
    assert_eq!(login(&system, OLD, PASSWORD).await, 401);
    assert_eq!(login(&system, NEW, PASSWORD).await, 200);
    at_home.client.get("/v1/rbac/me").send().await.problem(401, "token-revoked");
    system.refresh(&at_home.refresh_token).await.problem(401, "token-invalid");
    let body = json!({"token": reset, "password": "otra clave bien larga"});
    let reset = system.visitor().post("/v1/auth/reset-password").no_key().json(&body);
    reset.send().await.problem(422, "ticket-invalid");
    confirm(&system, &token).await.problem(422, "ticket-invalid");
    let notice = emails.nth(OLD, 3).await;
    assert!(notice.contains("otra dirección de correo"), "{notice}");
    assert!(!notice.to_lowercase().contains(NEW) && !notice.contains('#'), "{notice}");

    assert_eq!(shown(&owner, luz).await.1, json!("Marina@Example.com"));
    let log = system.log().await;
    assert_eq!(log.count("user.email_changed"), 1);
    let log = format!("{log:?}").to_lowercase();
    assert!(!log.contains(NEW) && !log.contains(OLD), "an address is in the log");
    // Another user can have the previous address.
    let eva = json!({"name": "Eva", "email": OLD, "roles": [], "branches": []});
    let eva = owner.post("/v1/users").json(&eva).send().await;
    eva.expect(201);
    let again = json!({"name": "Eva", "email": NEW, "roles": [], "branches": []});
    owner.post("/v1/users").json(&again).send().await.problem(409, "email-taken");
    let history = format!("/v1/rbac/users/{luz}/history?after={}", eva.position());
    let history = owner.get(&history).send().await;
    let changes: Vec<&str> = history.expect(200)["data"].as_array().unwrap()[..2]
        .iter()
        .map(|entry| entry["change"].as_str().unwrap())
        .collect();
    assert_eq!(changes, ["email_changed", "email_change_requested"]);
}

#[tokio::test]
async fn s62_a_later_request_takes_the_place_of_an_earlier_one() {
    let system = System::start().await;
    let (owner, emails) = (system.client(), &system.site.emails);
    let luz = system.joined(&owner, OLD, &[], &[]).await;
    request(&owner, luz, fresh(), "primera@example.com").await.expect(200);
    let first = emails.token("primera@example.com").await;
    let at_home = system.signed_in(OLD).await.client;
    request_own(&at_home, "la clave de otra persona", NEW).await.problem(401, "login-failed");
    request_own(&at_home, PASSWORD, NEW).await.expect(202);
    let second = emails.token(NEW).await;
    confirm(&system, &first).await.problem(422, "ticket-invalid");
    confirm(&system, &second).await.expect(200);
    assert_eq!(login(&system, NEW, PASSWORD).await, 200);
    assert_eq!(login(&system, "primera@example.com", PASSWORD).await, 401);
}

#[tokio::test]
async fn s62_an_address_that_another_user_has_or_gets_is_refused() {
    let system = System::start().await;
    let (owner, emails) = (system.client(), &system.site.emails);
    let luz = system.joined(&owner, OLD, &[], &[]).await;
    let at_home = system.signed_in(OLD).await.client;
    let eva = json!({"name": "Eva", "email": "eva@example.com", "roles": [], "branches": []});
    owner.post("/v1/users").json(&eva).send().await.expect(201);
    let before = (kept(&system).await, system.log().await);
    for taken in ["eva@example.com", "EVA@example.com"] {
        let refused = request(&owner, luz, fresh(), taken).await;
        assert_eq!(refused.problem(409, "email-taken")["errors"][0]["pointer"], json!("/email"));
        request_own(&at_home, PASSWORD, taken).await.problem(409, "email-taken");
    }
    assert_eq!((kept(&system).await, system.log().await), before, "something was left");

    request(&owner, luz, fresh(), NEW).await.expect(200);
    let token = emails.token(NEW).await;
    let pepe = json!({"name": "Pepe", "email": NEW, "roles": [], "branches": []});
    owner.post("/v1/users").json(&pepe).send().await.expect(201);
    confirm(&system, &token).await.problem(409, "email-taken");
    assert_eq!(login(&system, OLD, PASSWORD).await, 200);
    assert_eq!(emails.count(OLD), 1, "nothing has changed, so no notice is sent");
}

#[tokio::test]
async fn s62_a_link_to_an_address_is_void_when_it_is_old_and_after_a_suspension() {
    let system = System::start().await;
    let (owner, emails) = (system.client(), &system.site.emails);
    let luz = system.joined(&owner, OLD, &[], &[]).await;
    request(&owner, luz, fresh(), NEW).await.expect(200);
    let token = emails.token(NEW).await;
    for step in ["suspend", "resume"] {
        owner.post(&format!("/v1/users/{luz}/{step}")).send().await.expect(200);
        confirm(&system, &token).await.problem(422, "ticket-invalid");
    }
    request(&owner, luz, fresh(), NEW).await.expect(200);
    let token = emails.nth_token(NEW, 2).await;
    system.site.clock.forward(TimeDelta::hours(25));
    confirm(&system, &token).await.problem(422, "ticket-invalid");
    let owner = system.signed_in("ana@example.com").await.client;
    request(&owner, luz, fresh(), NEW).await.expect(200);
    let token = emails.nth_token(NEW, 3).await;
    for step in ["suspend", "forget"] {
        owner.post(&format!("/v1/users/{luz}/{step}")).send().await.expect(200);
    }
    confirm(&system, &token).await.problem(422, "ticket-invalid");
    rename(&owner, luz, fresh(), "Luz").await.problem(404, "not-found");
    assert!(!kept(&system).await.iter().any(|row| row.contains(&luz.to_string())));
}

#[tokio::test]
async fn an_invitation_to_a_wrong_address_follows_to_the_right_one() {
    let system = System::start().await;
    let (owner, emails) = (system.client(), &system.site.emails);
    let body = json!({"name": "Luz", "email": OLD, "roles": [], "branches": []});
    let luz = owner.post("/v1/users").json(&body).send().await.id();
    let wrong = emails.token(OLD).await;
    request(&owner, luz, fresh(), NEW).await.expect(200);
    confirm(&system, &emails.token(NEW).await).await.expect(200);
    let right = emails.nth_token(NEW, 2).await;
    let join = async |token: &str| {
        let body = json!({"token": token, "password": PASSWORD});
        system.visitor().post("/v1/auth/join").no_key().json(&body).send().await
    };
    join(&wrong).await.problem(422, "ticket-invalid");
    join(&right).await.expect(200);
    assert_eq!(login(&system, NEW, PASSWORD).await, 200);
}

#[tokio::test]
async fn s22_an_actor_corrects_no_user_who_may_do_more_or_acts_elsewhere() {
    let system = System::start().await;
    let owner = system.client();
    let (_, branch) = enrolled(&owner, "Centro").await;
    let (_, other) = enrolled(&owner, "Norte").await;
    let role = |seed: Seed| seed.role(system.company.tenant).uuid();
    system.joined(&owner, "gerente@example.com", &[role(Seed::Manager)], &[branch]).await;
    let manager = system.signed_in("gerente@example.com").await.client;
    let cashier = [role(Seed::Cashier)];
    let near = system.joined(&owner, OLD, &cashier, &[branch]).await;
    let far = system.joined(&owner, "lejos@example.com", &cashier, &[other]).await;
    let both = system.joined(&owner, "ambas@example.com", &cashier, &[branch, other]).await;
    let boss = system.company.owner.uuid();
    let before = (kept(&system).await, system.log().await);
    for user in [far, both, boss] {
        let refused = rename(&manager, user, fresh(), "Otra").await;
        refused.problem(403, "privilege-escalation");
        let refused = request(&manager, user, fresh(), NEW).await;
        refused.problem(403, "privilege-escalation");
    }
    rename(&manager, fresh(), fresh(), "Otra").await.problem(404, "not-found");
    request(&manager, fresh(), fresh(), NEW).await.problem(404, "not-found");
    // One's own address takes one's password.
    request(&owner, boss, fresh(), NEW).await.problem(403, "password-required");
    assert_eq!((kept(&system).await, system.log().await), before, "something was left");
    assert_eq!(system.site.emails.count(NEW), 0);
    rename(&manager, near, fresh(), "Luz Mariana").await.expect(200);
    request(&manager, near, fresh(), NEW).await.expect(200);
    confirm(&system, &system.site.emails.token(NEW).await).await.expect(200);
}
