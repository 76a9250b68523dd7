//! The service as a whole: what it documents, what it answers, what it refuses and how.

mod document;

use chrono::TimeDelta;
use poem::http::{Method, StatusCode};
use poem::test::{TestClient, TestRequestBuilder};
use serde_json::{Value, json};

use super::*;
use crate::testing::{ORDER, json as body, service, service_with, token};

fn client() -> TestClient<App> {
    TestClient::new(service())
}

fn signed_in(request: TestRequestBuilder<'_, App>) -> TestRequestBuilder<'_, App> {
    request.header("authorization", token(TimeDelta::zero()))
}

/// Sends, and expects a whole and rightly labelled problem.
async fn problem(
    request: TestRequestBuilder<'_, App>,
    status: u16,
    code: &str,
) -> (Value, Response) {
    let mut response = request.send().await.0;
    let sent = response.take_body();
    let value = body(Response::builder().body(sent)).await;
    assert_eq!((response.status().as_u16(), &value["code"]), (status, &json!(code)), "{value}");
    assert_eq!(response.content_type(), Some("application/problem+json"));
    assert_eq!(value["type"], format!("/problems/{code}"));
    assert_eq!(value["status"], status);
    assert_eq!(value["instance"], response.header("x-request-id").unwrap());
    let text = value.to_string();
    for inside in ["secret", "uuid::", "integer_", "param0", ".rs"] {
        assert!(!text.contains(inside), "{text}");
    }
    (value, response)
}

fn order() -> Value {
    json!({"lines": [{"product_id": ORDER, "quantity": 2}]})
}

#[tokio::test]
async fn an_order_is_placed_by_somebody_who_may() {
    let client = client();
    let response = signed_in(client.post("/v1/orders"))
        .header("idempotency-key", ORDER)
        .body_json(&order())
        .send()
        .await
        .0;
    assert_eq!(response.status(), StatusCode::CREATED);
    assert_eq!(response.header("etag"), Some("\"1\""));
    assert_eq!(response.content_type(), Some("application/json"));
    assert_eq!(response.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(response.header("cache-control"), Some("no-store"));
    let placed = body(response).await;
    assert_eq!((&placed["pieces"], &placed["command_id"]), (&json!(2), &json!(ORDER)));
    assert_eq!(placed["tenant_id"], "00000000-0000-0000-0000-000000000001");
}

#[tokio::test]
async fn s01_without_a_token_nobody_is_served_and_told_how_to_be() {
    let client = client();
    for header in [None, Some("Bearer"), Some("Bearer garbage"), Some("Basic eDp5"), Some("")] {
        let mut request = client.get("/v1/me");
        if let Some(header) = header {
            request = request.header("authorization", header);
        }
        let (_, response) = problem(request, 401, "auth-required").await;
        assert_eq!(response.header("www-authenticate"), Some("Bearer realm=\"fastops\""));
    }
    let before_the_body = client.post("/v1/orders").body("{").content_type("text/plain");
    problem(before_the_body, 401, "auth-required").await;
}

#[tokio::test]
async fn s04_an_old_token_is_called_expired() {
    let client = client();
    let request = client.get("/v1/me").header("authorization", token(TimeDelta::minutes(16)));
    let (_, response) = problem(request, 401, "token-expired").await;
    assert!(response.header("www-authenticate").unwrap().contains("error=\"invalid_token\""));
    let early = client.get("/v1/me").header("authorization", token(TimeDelta::minutes(-2)));
    problem(early, 401, "token-invalid").await;
}

#[tokio::test]
async fn s27_what_one_may_not_do_is_forbidden_by_name() {
    let client = client();
    let (value, _) = problem(signed_in(client.get("/v1/sales")), 403, "forbidden").await;
    assert_eq!(value["detail"], "Falta el permiso report.sales.");
    client
        .get("/v1/me")
        .header("authorization", token(TimeDelta::zero()))
        .send()
        .await
        .assert_status_is_ok();
}

#[tokio::test]
async fn s17_no_header_chooses_another_company() {
    let client = client();
    let request = signed_in(client.post("/v1/orders"))
        .header("x-company-id", "00000000-0000-0000-0000-000000000009")
        .header("idempotency-key", ORDER)
        .body_json(&order());
    let placed = body(request.send().await.0).await;
    assert_eq!(placed["tenant_id"], "00000000-0000-0000-0000-000000000001");
    let mut with_company = order();
    with_company["company_id"] = json!("00000000-0000-0000-0000-000000000009");
    let request = signed_in(client.post("/v1/orders"))
        .header("idempotency-key", ORDER)
        .body_json(&with_company);
    let (value, _) = problem(request, 422, "unknown-field").await;
    assert_eq!(value["errors"][0]["pointer"], "/company_id");
}

#[tokio::test]
async fn s27_another_verb_is_answered_with_those_that_exist() {
    let client = client();
    for (path, allow) in [
        ("/v1/orders", "GET, HEAD, POST"),
        ("/v1/orders/7", "GET, HEAD, PATCH"),
        ("/v1/orders/board", "GET, HEAD"),
        ("/v1/echo", "POST"),
        ("/livez", "GET, HEAD"),
        ("/problems/busy", "GET, HEAD"),
    ] {
        let (_, response) = problem(client.delete(path), 405, "method-not-allowed").await;
        assert_eq!(response.header("allow"), Some(allow), "{path}");
    }
    problem(client.delete("/v1/nothing"), 404, "not-found").await;
}

#[tokio::test]
async fn s34_trace_wrong_types_and_unacceptable_answers_are_refused() {
    let client = client();
    let (_, response) =
        problem(client.request(Method::TRACE, "/v1/orders"), 405, "method-not-allowed").await;
    assert_eq!(response.header("allow"), Some("GET, HEAD, POST"));
    let xml = signed_in(client.get("/v1/orders")).header("accept", "application/xml");
    problem(xml, 406, "not-acceptable").await;
    let text = client.post("/v1/echo").content_type("text/plain").body("{}");
    problem(text, 415, "unsupported-media-type").await;
    problem(client.post("/v1/echo"), 415, "unsupported-media-type").await;
    let twice = client.post("/v1/echo").content_type("application/json").body("{}");
    let mut twice = twice;
    for kind in ["text/plain", "application/json"] {
        twice = twice.header("content-type", kind);
    }
    problem(twice, 415, "unsupported-media-type").await;
}

#[tokio::test]
async fn s33_a_broken_body_is_malformed() {
    let client = client();
    for text in ["{", "", "\u{feff}{}", "{\"quantity\":1,\"quantity\":2}", "\"\\ud800\""] {
        let request = client.post("/v1/echo").content_type("application/json").body(text);
        problem(request, 400, "malformed-body").await;
    }
}

#[tokio::test]
async fn s38_a_command_without_a_good_key_is_refused() {
    let client = client();
    let place = || signed_in(client.post("/v1/orders")).body_json(&order());
    problem(place(), 400, "idempotency-key-required").await;
    for key in ["x".repeat(256), "7".to_owned(), format!("{ORDER}\t")] {
        problem(place().header("idempotency-key", key), 400, "idempotency-key-invalid").await;
    }
}

#[tokio::test]
async fn s40_a_change_names_the_version_it_means() {
    let client = client();
    let change = || signed_in(client.patch(format!("/v1/orders/{ORDER}")));
    problem(change(), 428, "precondition-required").await;
    problem(change().header("if-match", "\"16\""), 412, "version-conflict").await;
    problem(change().header("if-match", "17"), 400, "validation").await;
    change().header("if-match", etag_17()).send().await.assert_status_is_ok();
}

fn etag_17() -> String {
    crate::preconditions::etag(17)
}

#[tokio::test]
async fn s41_a_parameter_that_breaks_its_rules_is_named_with_them() {
    let client = client();
    let says = async |query: &str| {
        let request = signed_in(client.get(format!("/v1/orders?{query}")));
        let (value, _) = problem(request.header("accept-language", "en"), 400, "validation").await;
        let error = &value["errors"][0];
        format!("{}: {}", error["pointer"].as_str().unwrap(), error["detail"].as_str().unwrap())
    };
    for limit in ["-1", "0", "1e9", "1000000000", "201", "x", ""] {
        let said = says(&format!("limit={limit}")).await;
        assert_eq!(said, "/query/limit: must be an integer between 1 and 200");
    }
    assert_eq!(says("sort=price").await, "/query/sort: must be one of: newest, oldest");
    let after = says("after=42").await;
    assert_eq!(after, "/query/after: must be a text of the form ^[A-Za-z0-9_-]{32}$");
    assert_eq!(says("search=a%00b").await, "/query: must not contain the NUL character");
    assert_eq!(says("limit=1&serach=a").await, "/query/serach: there is no such parameter");
    let request = signed_in(client.get("/v1/orders/7"));
    let (value, _) = problem(request, 400, "validation").await;
    assert_eq!(value["errors"][0]["pointer"], "/path/order_id");
    assert_eq!(value["errors"][0]["detail"], "debe ser un UUID con guiones");
    let sql = signed_in(client.get("/v1/orders?search=%27%20OR%201=1%20--")).send().await;
    sql.assert_status_is_ok();
}

#[tokio::test]
async fn s41_a_parameter_that_is_given_twice_is_named() {
    let client = client();
    for query in ["limit=1&limit=2", "search=a&limit=1&search=a"] {
        let request = signed_in(client.get(format!("/v1/orders?{query}")));
        let (value, _) = problem(request, 400, "validation").await;
        let name = &query[..query.find('=').unwrap()];
        assert_eq!(value["errors"][0]["pointer"], format!("/query/{name}"));
        assert_eq!(value["errors"][0]["code"], "repeated-parameter");
    }
}

#[tokio::test]
async fn s34_a_body_where_none_belongs_is_refused() {
    let client = client();
    let change = format!("/v1/orders/{ORDER}");
    for (name, value) in [("content-length", "2"), ("transfer-encoding", "chunked")] {
        for request in [
            signed_in(client.get("/v1/orders")),
            signed_in(client.patch(&change)).header("if-match", etag_17()),
            client.get("/docs"),
            client.get("/nothing"),
        ] {
            problem(request.header(name, value).body("{}"), 400, "unexpected-body").await;
        }
    }
    let change = signed_in(client.patch(change)).header("if-match", etag_17());
    change.header("content-length", "0").send().await.assert_status_is_ok();
}

#[tokio::test]
async fn s43_a_panic_is_an_answer_and_the_service_goes_on() {
    let client = client();
    for how in ["panic", "defect"] {
        let request = client.get(format!("/v1/fail/{how}")).header("x-request-id", "till-7.42");
        let (value, _) = problem(request, 500, "internal").await;
        assert_eq!(value["instance"], "till-7.42");
    }
    let (_, response) = problem(client.get("/v1/fail/unavailable"), 503, "unavailable").await;
    assert_eq!(response.header("retry-after"), Some("2"));
    problem(client.get("/v1/fail/teapot"), 422, "validation").await;
    client.get("/v1/fail/not").send().await.assert_text("not").await;
}

#[tokio::test]
async fn every_request_has_an_id_and_a_strange_one_is_replaced() {
    let client = client();
    let made = "00000000-0000-0000-0000-00000000feed";
    let long = "a".repeat(129);
    for (sent, answered) in [
        ("order-7_a.b~c", "order-7_a.b~c"),
        ("", made),
        ("a b", made),
        ("<script>", made),
        ("ñ", made),
        (&long, made),
    ] {
        for path in ["/livez", "/nothing", "/v1/orders"] {
            let response = client.get(path).header("x-request-id", sent).send().await;
            response.assert_header("x-request-id", answered);
        }
    }
    client.get("/livez").send().await.assert_header("x-request-id", made);
}

#[tokio::test]
async fn a_page_at_the_root_hides_nothing_and_is_not_hidden() {
    let client = client();
    client.get("/").send().await.assert_text("a page").await;
    problem(client.post("/"), 405, "method-not-allowed").await;
    signed_in(client.get("/v1/me")).send().await.assert_status_is_ok();
}

#[tokio::test]
async fn problems_speak_spanish_and_english() {
    let client = client();
    let (value, response) = problem(client.get("/nothing"), 404, "not-found").await;
    assert_eq!(value["title"], "No existe");
    assert_eq!(response.header("content-language"), Some("es-CO"));
    let request = client.get("/nothing").header("accept-language", "en-US,en;q=0.9,es;q=0.1");
    let (value, _) = problem(request, 404, "not-found").await;
    assert_eq!(value["title"], "Not found");
}

#[tokio::test]
async fn every_problem_has_a_page_that_explains_it() {
    let client = client();
    for code in crate::problem::Code::ALL {
        let path = format!("/problems/{}", code.slug());
        let page = client.get(path).header("accept-language", "en").send().await.0;
        assert_eq!(page.content_type(), Some("text/html; charset=utf-8"));
        assert_eq!(page.status(), StatusCode::OK);
        let html = page.into_body().into_string().await.unwrap();
        assert!(html.contains(code.slug()) && html.contains("lang=\"en\""), "{html}");
    }
    problem(client.get("/problems/none"), 404, "not-found").await;
}

#[tokio::test]
async fn machines_can_ask_how_it_is() {
    let client = client();
    for path in ["/livez", "/readyz"] {
        client.get(path).send().await.assert_text("ok\n").await;
    }
    problem(client.get("/metrics"), 404, "not-found").await;
    let down = TestClient::new(service_with(false));
    down.get("/livez").send().await.assert_status_is_ok();
    let (value, response) = problem(down.get("/readyz"), 503, "unavailable").await;
    assert_eq!(value["errors"][0]["code"], "postgres");
    assert!(response.header("retry-after").is_some());
}
