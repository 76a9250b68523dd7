//! Headers of answers that browsers and proxies act on: CORS, `Location`, `ETag`.

use e2e::node::Node;
use e2e::silence::Silence;
use e2e::{Menu, System};
use reqwest::Method;
use serde_json::json;

use crate::document::operations;
use crate::requests::of_every_kind;

#[tokio::test]
async fn s55_pages_of_other_origins_get_answers_only_if_they_are_on_the_list() {
    let system = System::start().await;
    let mut site = system.site.clone();
    site.origins = "https://caja.example.com".parse().unwrap();
    let open = Node::start(&site, Silence::None).await;
    for (address, origin, is_let_in) in [
        (open.address, "https://caja.example.com", true),
        (open.address, "https://evil.example.com", false),
        (system.node().address, "https://caja.example.com", false),
    ] {
        let client = system.client().at(address);
        let read = client.get("/v1/company").header("origin", origin).send().await;
        read.expect(200);
        let allowed = read.header("access-control-allow-origin");
        assert_eq!(allowed, is_let_in.then_some(origin));
        assert_eq!(read.header("access-control-allow-credentials"), None);
        let asks = client.call(Method::OPTIONS, "/v1/orders").no_key().header("origin", origin);
        let asks = asks.header("access-control-request-method", "POST").send().await;
        assert_eq!(asks.status, if is_let_in { 204 } else { 405 });
    }
    for page in ["/docs", "/problems/busy", "/openapi.json", "/asyncapi.json"] {
        let page = system.visitor().get(page).send().await;
        let policy = page.header("content-security-policy").unwrap();
        assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
    }
}

#[tokio::test]
async fn what_was_made_is_where_the_answer_says() {
    let system = System::start().await;
    let client = system.client();
    let menu = Menu::open(&client).await;
    let mut n_made = 0;
    for command in of_every_kind(&client, &menu, 0).await {
        let answer = command.call(&client).send().await;
        command.assert_accepted(&answer);
        if answer.status != 201 {
            assert_eq!(answer.header("location"), None);
            continue;
        }
        n_made += 1;
        let location = answer.header("location").unwrap();
        let found = client.get(&format!("{location}?after={}", answer.position())).send().await;
        let is_device = location.starts_with("/v1/devices/");
        assert_eq!(found.status, if is_device { 405 } else { 200 }, "{location}");
    }
    assert!(n_made > 8, "{n_made}");
    let body = json!({
        "name": "Pan y Café", "slug": "pan-y-cafe",
        "administrator": {"name": "Eva", "email": "eva@example.com"},
    });
    let made = system.operator().post("/v1/operator/companies").json(&body).send().await;
    made.expect(201);
    let location = made.header("location").unwrap();
    system.operator().get(location).send().await.expect(200);
}

#[tokio::test]
async fn s40_a_tag_is_good_for_reading_and_for_changing_also_when_a_proxy_made_it_weak() {
    let system = System::start().await;
    let client = system.client();
    let documented = operations(&system).await;
    let spared = documented.iter().filter(|it| it.header("If-None-Match").is_some());
    let spared: Vec<_> = spared.map(|it| it.id.as_str()).collect();
    assert!(spared.contains(&"getCategory") && spared.contains(&"getOrder"), "{spared:?}");
    let added = client.post("/v1/categories").json(&json!({"name": "Jugos"})).send().await;
    let path = format!("/v1/categories/{}", added.id());
    let at = |position: String| format!("{path}?after={position}");
    let shown = client.get(&at(added.position())).send().await;
    let weak = format!("W/{}", shown.header("etag").unwrap());
    let again = client.get(&path).header("if-none-match", &weak).send().await;
    assert_eq!((again.status, &again.body), (304, &json!("")));
    let other = json!({"name": "Sopas"});
    let change = client.put(&path).header("if-match", &weak).json(&other).send().await;
    change.expect(200);
    let stale = client.put(&path).header("if-match", &weak).json(&other).send().await;
    stale.problem(412, "version-conflict");
    let changed = client.get(&at(change.position())).header("if-none-match", &weak).send().await;
    assert_eq!(changed.expect(200)["name"], "Sopas");
}

#[tokio::test]
async fn s40_a_tag_changes_with_all_that_is_shown() {
    let system = System::start().await;
    let client = system.client();
    let add = json!({"name": "Caja"});
    let added = client.post("/v1/rbac/permission-categories").json(&add).send().await;
    let path = format!("/v1/rbac/permission-categories/{}", added.id());
    let empty = client.get(&format!("{path}?after={}", added.position())).send().await;
    let sort = json!({"category_id": added.id()});
    let sorted = client.put("/v1/rbac/permissions/order.place").json(&sort).send().await;
    let tag = empty.header("etag").unwrap();
    let read = client.get(&format!("{path}?after={}", sorted.position()));
    let full = read.header("if-none-match", tag).send().await;
    assert_eq!(full.expect(200)["permissions"], json!(["order.place"]));
    let tag = full.header("etag").unwrap();
    let rename = client.put(&path).header("if-match", tag).json(&json!({"name": "Cajas"}));
    rename.send().await.expect(200);
}
