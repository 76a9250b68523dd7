//! Reading roles and permissions: in pages, in the language of the request, and with who granted
//! what to whom.

use domain::identity::Permission;
use domain::identity::roles::Seed;
use e2e::{Client, System, fresh};
use reqwest::Method;
use serde_json::{Value, json};
use sqlx::{Connection, PgConnection};

/// All rows of a list, read in pages of `limit`.
async fn all(client: &Client, path: &str, limit: usize) -> Vec<Value> {
    let (mut rows, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = client.get(&format!("{path}?limit={limit}{cursor}")).send().await;
        let data = page.expect(200)["data"].as_array().unwrap().clone();
        assert!(data.len() <= limit, "{} rows", data.len());
        rows.extend(data);
        match page.body["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return rows,
        }
    }
}

fn texts<'a>(rows: &'a [Value], field: &str) -> Vec<&'a str> {
    rows.iter().map(|row| row[field].as_str().unwrap()).collect()
}

#[tokio::test]
async fn roles_and_permissions_are_listed_page_by_page() {
    let system = System::start().await;
    let owner = system.client();
    let roles = all(&owner, "/v1/rbac/roles", 2).await;
    let seeded = ["Administrador", "Cajero", "Cocina", "Domicilios", "Gerente", "Mesero"];
    assert_eq!(texts(&roles, "name"), seeded);
    let permissions = all(&owner, "/v1/rbac/permissions", 7).await;
    let mut names: Vec<_> = Permission::ALL.iter().map(|permission| permission.name()).collect();
    names.sort_unstable();
    assert_eq!(texts(&permissions, "id"), names);
    let first = owner.get("/v1/rbac/roles?limit=1").send().await;
    let cursor = first.expect(200)["next_cursor"].as_str().unwrap();
    let elsewhere =
        owner.get(&format!("/v1/rbac/permissions?limit=1&cursor={cursor}")).send().await;
    elsewhere.problem(400, "invalid-cursor");
}

#[tokio::test]
async fn permissions_have_labels_in_the_language_of_the_request_or_of_the_company() {
    let system = System::start().await;
    let owner = system.client();
    let path = "/v1/rbac/permissions/order.place";
    let label = async |language: &str, after: &str| {
        let shown = owner.get(&format!("{path}{after}")).header("accept-language", language);
        shown.send().await.expect(200)["label"].as_str().unwrap().to_owned()
    };
    assert_eq!(label("en-US", "").await, "Place orders");
    for language in ["es", "de", ""] {
        assert_eq!(label(language, "").await, "Tomar pedidos");
    }
    let english = owner.get("/v1/rbac/permissions").header("accept-language", "en").send().await;
    let rows = english.expect(200)["data"].as_array().unwrap();
    let close = rows.iter().position(|row| row["id"] == "branch.close").unwrap();
    let two = &rows[close..][..2];
    assert_eq!(texts(two, "id"), ["branch.close", "branch.open"]);
    assert_eq!(texts(two, "label"), ["Close branches", "Open branches"]);
    let reaching = two.iter().map(|it| &it["reaches_every_branch"]);
    assert!(reaching.eq([&json!(false), &json!(true)]));

    let named =
        owner.put(&format!("{path}/label")).json(&json!({"label": "Comandar"})).send().await;
    named.expect(200);
    let after = format!("?after={}", named.position());
    assert_eq!(label("en", &after).await, "Comandar");
    let usual = owner.call(Method::DELETE, &format!("{path}/label")).send().await;
    usual.expect(200);
    assert_eq!(label("en", &format!("?after={}", usual.position())).await, "Place orders");
    let blank = owner.put(&format!("{path}/label")).json(&json!({"label": " "})).send().await;
    assert_eq!(blank.problem(422, "validation")["errors"][0]["pointer"], "/label");
    owner.get("/v1/rbac/permissions/order.fly").send().await.problem(404, "not-found");

    // A permission of the company has the same label in every language.
    let permission = json!({"id": "x_erp.sync", "label": "Contabilidad"});
    owner.post("/v1/rbac/permissions").json(&permission).send().await.expect(200);
    let drop = owner.call(Method::DELETE, "/v1/rbac/permissions/x_erp.sync/label").send().await;
    drop.problem(409, "invalid-transition");
}

#[tokio::test]
async fn all_permissions_of_a_role_are_chosen_in_one_append_or_none() {
    let system = System::start().await;
    let owner = system.client();
    let body = json!({"name": "Barra", "permissions": ["order.read", "order.start"]});
    let role = owner.post("/v1/rbac/roles").json(&body).send().await.id();
    let path = format!("/v1/rbac/roles/{role}/permissions");
    let choose = |client: &Client, seen: u64, permissions: &[&str]| {
        client.put(&path).if_match(seen).json(&json!({"permissions": permissions}))
    };
    let key = fresh();
    let wanted = ["order.start", "order.place", "order.ready"];
    let chosen = choose(&owner, 1, &wanted).key(key).send().await;
    assert_eq!(chosen.expect(200)["revision"], 4);
    let log = system.log().await;
    let types: Vec<_> = log.of_command(key).iter().map(|it| it.event_type.clone()).collect();
    let (granted, revoked) = ("roles.permission_granted", "roles.permission_revoked");
    assert_eq!(types, [granted, granted, revoked]);
    let shown =
        owner.get(&format!("/v1/rbac/roles/{role}?after={}", chosen.position())).send().await;
    let shown = shown.expect(200)["permissions"].as_array().unwrap();
    assert_eq!(texts(shown, "permission"), ["order.place", "order.ready", "order.start"]);

    choose(&owner, 1, &[]).send().await.problem(412, "version-conflict");
    let unknown = choose(&owner, 4, &["order.read", "order.fly"]).send().await;
    let unknown = &unknown.problem(422, "unknown-reference")["errors"][0];
    assert_eq!(unknown["pointer"], "/permissions/1");
    let nothing = owner.put(&path).if_match(4).json(&json!({})).send().await;
    assert_eq!(nothing.problem(422, "validation")["errors"][0]["pointer"], "/permissions");
    let manager = Seed::Manager.role(system.company.tenant).uuid();
    system.joined_everywhere(&owner, "gerente@example.com", &[manager]).await;
    let manager = system.signed_in("gerente@example.com").await.client;
    let more = choose(&manager, 4, &["order.start", "system.operate"]).send().await;
    more.problem(403, "privilege-escalation");
    let admin = Seed::Administrator.role(system.company.tenant).uuid();
    let fixed = owner.put(&format!("/v1/rbac/roles/{admin}/permissions")).if_match(1);
    let fixed = fixed.json(&json!({"permissions": []})).send().await;
    fixed.problem(409, "invalid-transition");
}

#[tokio::test]
async fn grants_show_who_gave_them() {
    let system = System::start().await;
    let owner = system.client();
    let boss = json!(system.company.owner);
    let body = json!({"name": "Barra", "permissions": ["order.read"]});
    let role = owner.post("/v1/rbac/roles").json(&body).send().await.id();
    let luz = system.joined(&owner, "luz@example.com", &[role], &[]).await;
    let permission = format!("/v1/rbac/roles/{role}/permissions/order.read");
    owner.call(Method::DELETE, &permission).send().await.expect(200);
    let assigned = format!("/v1/rbac/users/{luz}/roles/{role}");
    owner.call(Method::DELETE, &assigned).send().await.expect(200);
    let removed = owner.call(Method::DELETE, &format!("/v1/rbac/roles/{role}")).send().await;
    removed.expect(200);
    let history = |of: &str, limit: u32| {
        format!("/v1/rbac/{of}/history?limit={limit}&after={}", removed.position())
    };
    let of_role = format!("roles/{role}");
    let page = owner.get(&history(&of_role, 3)).send().await;
    let rows = page.expect(200)["data"].as_array().unwrap();
    let latest = ["role_removed", "role_unassigned", "permission_revoked"];
    assert_eq!(texts(rows, "change"), latest);
    assert_eq!((&rows[2]["permission"], &rows[1]["user_id"]), (&json!("order.read"), &json!(luz)));
    assert!(rows.iter().all(|row| row["changed_by"] == boss && row["role_id"] == json!(role)));
    let cursor = page.body["next_cursor"].as_str().unwrap();
    let rest = owner.get(&format!("{}&cursor={cursor}", history(&of_role, 3))).send().await;
    let rows = rest.expect(200)["data"].as_array().unwrap();
    assert_eq!(texts(rows, "change"), ["role_assigned", "permission_granted"]);
    assert_eq!(rest.body["next_cursor"], Value::Null);

    let of_user = owner.get(&history(&format!("users/{luz}"), 50)).send().await;
    let rows = of_user.expect(200)["data"].as_array().unwrap();
    assert_eq!(texts(rows, "change"), ["role_unassigned", "branches_allowed", "role_assigned"]);
    assert_eq!((&rows[1]["all_branches"], &rows[1]["branches"]), (&json!(false), &json!([])));

    // The roles of a new company have no author.
    let cashier = format!("roles/{}", Seed::Cashier.role(system.company.tenant));
    let seeded = owner.get(&history(&cashier, 1)).send().await;
    assert_eq!(seeded.expect(200)["data"][0]["changed_by"], Value::Null);
    let unknown = owner.get(&history(&format!("users/{}", fresh()), 1)).send().await;
    unknown.problem(404, "not-found");
}

/// A read with `after` never shows an older state.
#[tokio::test]
async fn a_read_beyond_the_position_of_a_read_model_is_refused() {
    let system = System::start().await;
    let owner = system.client();
    let options = system.site.database.owner_pool().connect_options();
    let mut db = PgConnection::connect_with(&options).await.unwrap();
    // No consumer proceeds while this lock is held.
    let mut stopped = db.begin().await.unwrap();
    let lock = "LOCK TABLE checkpoints IN SHARE ROW EXCLUSIVE MODE";
    sqlx::query(lock).execute(&mut *stopped).await.unwrap();
    let body = json!({"name": "Barra"});
    let added = owner.post("/v1/rbac/roles").json(&body).send().await;
    added.expect(201);
    let path = format!("/v1/rbac/roles/{}?after={}", added.id(), added.position());
    let behind = owner.get(&path).send().await;
    behind.problem(503, "read-model-behind");
    assert!(behind.header("retry-after").is_some());
    stopped.rollback().await.unwrap();
    owner.get(&path).send().await.expect(200);
}

#[tokio::test]
async fn what_is_in_use_is_not_removed() {
    let system = System::start().await;
    let owner = system.client();
    let cashier = Seed::Cashier.role(system.company.tenant);
    let role = owner.call(Method::DELETE, &format!("/v1/rbac/roles/{cashier}")).send().await;
    role.problem(409, "in-use");
    let categories = owner.get("/v1/rbac/permission-categories").send().await;
    let category = categories.expect(200)["data"][0]["id"].as_str().unwrap().to_owned();
    let path = format!("/v1/rbac/permission-categories/{category}");
    owner.call(Method::DELETE, &path).send().await.problem(409, "in-use");
}
