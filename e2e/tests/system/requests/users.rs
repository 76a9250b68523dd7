//! Commands about users, roles and permissions.

use e2e::client::Client;
use e2e::menu::Menu;
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Command, post};

/// The objects that the commands of one round change.
struct Things {
    role: Uuid,
    unused: Uuid,
    user: Uuid,
    suspended: Uuid,
    leaver: Uuid,
    category: Uuid,
    empty: Uuid,
    device: Uuid,
    chosen: Uuid,
}

impl Things {
    async fn of(client: &Client, menu: &Menu, round: u32) -> Self {
        let add = async |path: &str, body: Value| {
            let added = client.post(path).json(&body).send().await;
            added.expect(201);
            added.id()
        };
        let named = |what: &str| json!({"name": format!("{what} {round}")});
        let role = add("/v1/rbac/roles", named("Barra")).await;
        let permission = json!({"id": format!("x_erp.sync_{round}"), "label": "Contabilidad"});
        client.post("/v1/rbac/permissions").json(&permission).send().await.expect(200);
        let invite = |who: &str| {
            let email = format!("{who}{round}@example.com");
            json!({"name": "Luz", "email": email, "roles": [role], "branches": [menu.branch]})
        };
        let suspended = add("/v1/users", invite("suspendida")).await;
        client.post(&format!("/v1/users/{suspended}/suspend")).send().await.expect(200);
        let leaver = add("/v1/users", invite("saliente")).await;
        client.post(&format!("/v1/users/{leaver}/suspend")).send().await.expect(200);
        let device = json!({"name": "Caja", "branch_id": menu.branch});
        Self {
            role,
            unused: add("/v1/rbac/roles", named("Sin uso")).await,
            user: add("/v1/users", invite("luz")).await,
            suspended,
            leaver,
            category: add("/v1/rbac/permission-categories", named("Caja")).await,
            empty: add("/v1/rbac/permission-categories", named("Vacía")).await,
            device: add("/v1/devices", device).await,
            chosen: add("/v1/rbac/roles", named("Elegida")).await,
        }
    }
}

pub(super) async fn about_people(client: &Client, menu: &Menu, round: u32) -> Vec<Command> {
    let things = Things::of(client, menu, round).await;
    let settled = |method, path: String, body: Option<Value>, fields| Command {
        method,
        body,
        has_effect: false,
        ..post(&path, Value::Null, 200, fields)
    };
    let revised = |path: String, body| Command {
        method: Method::PUT,
        if_match: Some(1),
        ..post(&path, body, 200, json!({"revision": 2}))
    };
    let named = |what: &str| json!({"name": format!("{what} {round} más")});
    let Things { role, unused, user, suspended, leaver, category, empty, device, chosen } = things;
    let about_role = |path: &str| format!("/v1/rbac/roles/{role}{path}");
    let about_user = |path: &str| format!("/v1/users/{user}{path}");
    let about_category = |id: Uuid| format!("/v1/rbac/permission-categories/{id}");
    let permission = format!("x_erp.sync_{round}");
    let id = |id: Uuid| json!({"id": id});
    let sort = json!({"category_id": category});
    let assigned = format!("/v1/rbac/users/{suspended}/roles/{role}");
    let invited = json!({
        "name": "Pepe",
        "email": format!("pepe{round}@example.com"),
        "roles": [role],
        "branches": [menu.branch],
    });
    let define = json!({"id": format!("{permission}_more"), "label": "Más"});
    let enroll = json!({"name": "Otra caja", "branch_id": menu.branch});
    vec![
        post("/v1/rbac/roles", named("Terraza"), 201, json!({"revision": 1})),
        revised(about_role(""), json!({"name": format!("Barra {round} más"), "parents": []})),
        revised(
            format!("/v1/rbac/roles/{chosen}/permissions"),
            json!({"permissions": ["order.read"]}),
        ),
        settled(
            Method::PUT,
            "/v1/rbac/permissions/order.start/label".to_owned(),
            Some(json!({"label": format!("Empezar {round}")})),
            json!({"id": "order.start"}),
        ),
        settled(
            Method::DELETE,
            "/v1/rbac/permissions/order.ready/label".to_owned(),
            None,
            json!({"id": "order.ready"}),
        ),
        settled(Method::POST, about_role("/permissions/order.read"), None, id(role)),
        settled(Method::DELETE, about_role("/permissions/order.place"), None, id(role)),
        settled(Method::DELETE, format!("/v1/rbac/roles/{unused}"), None, id(unused)),
        settled(Method::POST, "/v1/rbac/permissions".to_owned(), Some(define), json!({})),
        settled(
            Method::PUT,
            "/v1/rbac/permissions/order.place".to_owned(),
            Some(sort),
            json!({"id": "order.place"}),
        ),
        settled(
            Method::DELETE,
            format!("/v1/rbac/permissions/{permission}"),
            None,
            json!({"id": permission}),
        ),
        post("/v1/rbac/permission-categories", named("Otra"), 201, json!({"revision": 1})),
        revised(about_category(category), named("Caja")),
        settled(Method::DELETE, about_category(empty), None, id(empty)),
        settled(Method::POST, format!("/v1/rbac/users/{user}/roles/{role}"), None, id(user)),
        settled(Method::DELETE, assigned, None, id(suspended)),
        post("/v1/users", invited, 201, json!({"revision": 1})),
        settled(
            Method::PUT,
            about_user("/branches"),
            Some(json!({"all_branches": true})),
            id(user),
        ),
        settled(Method::POST, about_user("/invitation"), None, id(user)),
        settled(Method::PATCH, about_user(""), Some(json!({"name": "Luz Marina"})), id(user)),
        settled(
            Method::POST,
            about_user("/email-change"),
            Some(json!({"email": format!("otra{round}@example.com")})),
            id(user),
        ),
        settled(Method::PUT, about_user("/pin"), Some(json!({"pin": "1357"})), id(user)),
        settled(Method::POST, about_user("/suspend"), None, id(user)),
        settled(Method::POST, format!("/v1/users/{suspended}/resume"), None, id(suspended)),
        settled(Method::POST, format!("/v1/users/{leaver}/forget"), None, id(leaver)),
        post("/v1/devices", enroll, 201, json!({"revision": 1})),
        settled(Method::DELETE, format!("/v1/devices/{device}"), None, id(device)),
    ]
}
