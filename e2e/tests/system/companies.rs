//! A company reads and corrects its details, reads its subscription, and is closed by the operator.

use e2e::client::id_in;
use e2e::menu::branch;
use e2e::system::PASSWORD;
use e2e::{Answer, Call, Menu, System, fresh};
use reqwest::Method;
use serde_json::{Value, json};

use crate::document::operations;

const OWN: &str = "/v1/company";
const SUBSCRIPTION: &str = "/v1/company/subscription";

fn details() -> Value {
    json!({
        "name": "Arepas del Parque",
        "legal_name": "Arepas del Parque S.A.S.",
        "tax_id": "900.123.456-7",
        "address": {"street": "Calle 53 # 9-12", "city": "Bogotá", "region": "Cundinamarca"},
    })
}

fn without(mut body: Value, field: &str) -> Value {
    body.as_object_mut().unwrap().remove(field).unwrap();
    body
}

/// The event types in the company's stream.
async fn happened(system: &System) -> Vec<String> {
    let log = system.log().await;
    let events = log.of_tenant(system.company.tenant).into_iter();
    let types = events.map(|event| event.event_type.clone());
    types.filter(|it| it.starts_with("tenant.")).collect()
}

fn operated(system: &System, step: &str) -> Call {
    system.operator().post(&format!("/v1/operator/companies/{}/{step}", system.company.tenant))
}

#[tokio::test]
async fn t2_a_company_corrects_itself_at_its_current_revision() {
    let system = System::start().await;
    let client = system.client();
    let shown = client.get(OWN).send().await;
    assert_eq!(shown.revision(), 1);
    assert_eq!(shown.expect(200)["id"], json!(system.company.tenant.uuid()));
    assert_eq!(shown.body["slug"], json!(system.company.slug));
    for field in ["legal_name", "tax_id"] {
        assert_eq!(shown.body.get(field), Some(&Value::Null));
    }
    assert_eq!(shown.body.get("address"), None);
    let put = |seen, body: &Value| client.put(OWN).if_match(seen).json(body).send();
    client.put(OWN).json(&details()).send().await.problem(428, "precondition-required");
    let corrected = put(1, &details()).await;
    corrected.expect(200);
    assert_eq!(corrected.revision(), 4);
    let shown = client.get(OWN).send().await;
    assert_eq!(shown.revision(), 4);
    for (field, value) in details().as_object().unwrap() {
        assert_eq!(&shown.expect(200)[field], value);
    }
    put(1, &details()).await.problem(412, "version-conflict");
    assert_eq!(put(4, &details()).await.revision(), 4, "a repeated correction changes nothing");
    put(4, &without(details(), "tax_id")).await.expect(200);
    let expected = ["registered", "renamed", "legal_details_corrected", "relocated"];
    let expected = expected.into_iter().chain(["legal_details_corrected"]);
    let expected: Vec<_> = expected.map(|it| format!("tenant.{it}")).collect();
    assert_eq!(happened(&system).await, expected);
    let bad = json!({"name": " ", "legal_name": " ", "tax_id": "900 1"});
    let pointers = |answer: &Answer| -> Vec<_> {
        let errors = answer.problem(422, "validation")["errors"].as_array().unwrap().clone();
        errors.iter().map(|error| error["pointer"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(pointers(&put(5, &bad).await), ["/tax_id"], "the schema is checked first");
    let bad = json!({"name": " ", "legal_name": " ", "tax_id": null});
    assert_eq!(pointers(&put(5, &bad).await), ["/name", "/legal_name"]);
    put(5, &json!({"name": "A", "slug": "otra"})).await.problem(422, "unknown-field");
}

#[tokio::test]
async fn t2_the_operator_and_emails_use_the_name_of_the_company() {
    let system = System::start().await;
    let client = system.client();
    client.put(OWN).if_match(1).json(&details()).send().await.expect(200);
    let path = format!("/v1/operator/companies/{}", system.company.tenant);
    let seen = system.operator().get(&path).send().await;
    assert_eq!(seen.expect(200)["name"], "Arepas del Parque");
    let invited = json!({"name": "Luz", "email": "luz@example.com", "roles": [], "branches": []});
    client.post("/v1/users").json(&invited).send().await.expect(201);
    system.site.emails.token("luz@example.com").await;
    let emails = system.site.emails.texts("luz@example.com");
    assert!(emails[0].contains("Arepas del Parque"), "{emails:?}");
}

#[tokio::test]
async fn t1_a_company_sees_its_subscription_however_it_stands() {
    let system = System::start().await;
    let client = system.client();
    let shown = async || client.get(SUBSCRIPTION).send().await.expect(200).clone();
    let nothing = json!({"state": "active", "trial_ends_at": null, "past_due_since": null});
    let used = |branches: u32, users: u32| json!({"branches": branches, "users": users});
    assert_eq!(shown().await, json!({"subscription": nothing, "used": used(0, 1)}));
    client.post("/v1/branches").json(&branch("Parque")).send().await.expect(201);
    let path = format!("/v1/operator/companies/{}/subscription", system.company.tenant);
    let plan = json!({"name": "Una sede", "branches": 1, "users": 5, "modules": ["orders"]});
    let (past, future) = ("2020-01-01T00:00:00.000Z", "2100-01-01T00:00:00.000Z");
    for (state, trial, due) in [
        ("trial", json!(future), Value::Null),
        ("trial", json!(past), Value::Null),
        ("past_due", Value::Null, json!(past)),
        ("suspended", Value::Null, Value::Null),
    ] {
        let stands = json!({
            "plan": plan, "state": state, "trial_ends_at": trial, "past_due_since": due,
        });
        system.operator().put(&path).json(&stands).send().await.expect(200);
        let seen = shown().await;
        assert_eq!(seen["used"], used(1, 1));
        let seen = &seen["subscription"];
        assert_eq!((&seen["plan"], &seen["state"]), (&plan, &json!(state)));
        let moment = |value: &Value| value.as_str().map(|text| text[..10].to_owned());
        assert_eq!(moment(&seen["trial_ends_at"]), moment(&trial));
        assert_eq!(moment(&seen["past_due_since"]), moment(&due));
    }
    client
        .post("/v1/branches")
        .json(&branch("Suba"))
        .send()
        .await
        .problem(402, "subscription-required");
    client.put(OWN).if_match(1).json(&details()).send().await.expect(200);
}

/// A manager may read the company and not correct it.
#[tokio::test]
async fn t2_managers_see_the_company_and_administrators_correct_it() {
    let system = System::start().await;
    let owner = system.client();
    let roles = owner.get("/v1/rbac/roles").send().await;
    let roles = roles.expect(200)["data"].as_array().unwrap().clone();
    let role = |name: &str| id_in(roles.iter().find(|role| role["name"] == name).unwrap(), "/id");
    for (name, email, sees) in
        [("Gerente", "luz@example.com", true), ("Cajero", "pepe@example.com", false)]
    {
        system.joined(&owner, email, &[role(name)], &[]).await;
        let client = system.signed_in(email).await.client;
        for path in [OWN, SUBSCRIPTION] {
            let shown = client.get(path).send().await;
            if sees {
                shown.expect(200)
            } else {
                shown.problem(403, "forbidden")
            };
        }
        let put = client.put(OWN).if_match(1).json(&details()).send().await;
        assert_eq!(put.status, 403);
    }
}

#[tokio::test]
async fn t1_a_closed_company_admits_no_user_and_keeps_everything_until_it_reopens() {
    let system = System::start().await;
    let (client, email) = (system.client(), system.company.email.clone());
    let menu = Menu::open(&client).await;
    let order = menu.place(&client).await;
    let renewable = system.signed_in(&email).await;
    let till = json!({"name": "Caja", "branch_id": menu.branch});
    let till = client.post("/v1/devices").json(&till).send().await;
    let cook = system.joined_everywhere(&client, "pepe@example.com", &[]).await;
    let till = till.expect(201)["device_token"].as_str().unwrap().to_owned();
    let invited = json!({"name": "Luz", "email": "luz@example.com", "roles": [], "branches": []});
    client.post("/v1/users").json(&invited).send().await.expect(201);
    let invitation = system.site.emails.token("luz@example.com").await;
    let neighbour = system.client_of(&system.second_company().await);

    operated(&system, "close").send().await.expect(200);
    let before = system.log().await;
    for operation in operations(&system).await {
        if operation.is_open() || operation.is_operators() {
            continue;
        }
        let method: Method = operation.method.to_uppercase().parse().unwrap();
        let path = operation.path.replace(['{', '}'], "");
        let till = system.visitor().with_token(&till);
        let by = if operation.is_devices() { &till } else { &client };
        let answer = by.call(method, &path).send().await;
        answer.problem(403, "company-closed");
    }
    let login = json!({"email": email, "password": PASSWORD, "tenant": system.company.slug});
    system.login(&login).await.problem(403, "company-closed");
    let wrong =
        json!({"email": email, "password": "una clave que no es", "tenant": system.company.slug});
    system.login(&wrong).await.problem(401, "login-failed");
    system.refresh(&renewable.refresh_token).await.problem(403, "company-closed");
    let join = json!({"token": invitation, "password": PASSWORD});
    let join = || system.visitor().post("/v1/auth/join").no_key().json(&join).send();
    join().await.problem(403, "company-closed");
    system.pin(&till, cook).await.problem(403, "company-closed");
    assert_eq!(system.log().await, before, "nothing happened");
    neighbour.get("/v1/branches").send().await.expect(200);
    let path = format!("/v1/operator/companies/{}", system.company.tenant);
    let shown = system.operator().get(&path).send().await;
    assert_eq!(shown.expect(200)["is_closed"], true);

    operated(&system, "reopen").send().await.expect(200);
    let shown = client.get(&format!("/v1/orders/{}", order.id())).send().await;
    shown.expect(200);
    menu.place(&client).await.expect(201);
    system.session(&system.refresh(&renewable.refresh_token).await);
    join().await.expect(200);
    system.login(&login).await.expect(200);
}

#[tokio::test]
async fn t1_closing_and_reopening_happen_once() {
    let system = System::start().await;
    for _ in 0..2 {
        operated(&system, "reopen").send().await.expect(200);
    }
    for _ in 0..2 {
        operated(&system, "close").send().await.expect(200);
    }
    let key = fresh();
    let first = operated(&system, "reopen").key(key).send().await;
    operated(&system, "close").send().await.expect(200);
    let retried = operated(&system, "reopen").key(key).send().await;
    assert!(retried.is_replayed());
    assert_eq!(retried.expect(200), first.expect(200));
    let expected = ["registered", "closed", "reopened", "closed"].map(|it| format!("tenant.{it}"));
    assert_eq!(happened(&system).await, expected);
    let unknown = format!("/v1/operator/companies/{}", fresh());
    for step in ["close", "reopen"] {
        let step = system.operator().post(&format!("{unknown}/{step}"));
        step.send().await.problem(404, "not-found");
    }
}
