//! Headers of answers that every operation and page has in common.

use chrono::TimeDelta;
use poem::http::{Method, StatusCode};
use poem::test::{TestClient, TestRequestBuilder};

use crate::app::App;
use crate::preconditions::etag;
use crate::testing::{ORDER, PAGES, service, token};

fn client() -> TestClient<App> {
    TestClient::new(service())
}

fn signed_in(request: TestRequestBuilder<'_, App>) -> TestRequestBuilder<'_, App> {
    request.header("authorization", token(TimeDelta::zero()))
}

fn an_order() -> String {
    format!("/v1/orders/{ORDER}")
}

#[tokio::test]
async fn s55_no_answer_is_shown_within_another_page() {
    let client = client();
    for path in
        ["/", "/docs/reader.js", "/openapi.json", "/problems/busy", "/nothing", "/v1/me", "/livez"]
    {
        let answer = client.get(path).send().await.0;
        let policy = answer.header("content-security-policy").unwrap_or_default();
        assert!(policy.starts_with("default-src 'none'; "), "{path}: {policy}");
        assert!(policy.ends_with("frame-ancestors 'none'"), "{path}: {policy}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
    }
}

#[tokio::test]
async fn s55_a_page_of_another_origin_is_let_in_only_if_it_is_on_the_list() {
    let client = client();
    for foreign in ["https://evil.example.com", "null", "https://caja.example.com.evil.com", "*"] {
        let read = signed_in(client.get(an_order())).header("origin", foreign).send().await;
        read.assert_status_is_ok();
        read.assert_header_is_not_exist("access-control-allow-origin");
        read.assert_header("vary", "origin");
        let asks = client.request(Method::OPTIONS, "/v1/orders").header("origin", foreign);
        let asks = asks.header("access-control-request-method", "POST").send().await;
        asks.assert_status(StatusCode::METHOD_NOT_ALLOWED);
        asks.assert_header_is_not_exist("access-control-allow-origin");
    }
    let read = signed_in(client.get(an_order())).header("origin", PAGES).send().await;
    read.assert_header("access-control-allow-origin", PAGES);
    read.assert_header_is_not_exist("access-control-allow-credentials");
    let exposed = read.0.header("access-control-expose-headers").unwrap();
    for name in ["etag", "location", "retry-after", "ratelimit", "x-request-id"] {
        assert!(exposed.contains(name), "{name}");
    }
    let refused = client.get("/v1/me").header("origin", PAGES).send().await;
    refused.assert_status(StatusCode::UNAUTHORIZED);
    refused.assert_header("access-control-allow-origin", PAGES);

    let asks = client.request(Method::OPTIONS, "/v1/orders").header("origin", PAGES);
    let asks = asks.header("access-control-request-method", "POST").send().await;
    asks.assert_status(StatusCode::NO_CONTENT);
    asks.assert_header("access-control-allow-origin", PAGES);
    assert!(asks.0.header("access-control-allow-headers").unwrap().contains("idempotency-key"));
    assert!(asks.0.header("access-control-allow-methods").unwrap().contains("PATCH"));
}

#[tokio::test]
async fn s40_what_the_client_has_is_not_sent_again() {
    let client = client();
    let read = |known: &str| signed_in(client.get(an_order())).header("if-none-match", known);
    for known in ["\"17\"", "W/\"17\"", "\"1\", W/\"17\"", "*"] {
        let mut answer = read(known).send().await.0;
        assert_eq!(answer.status(), StatusCode::NOT_MODIFIED, "{known}");
        assert_eq!(answer.header("etag"), Some("\"17\""));
        assert_eq!(answer.content_type(), None);
        assert!(answer.take_body().into_bytes().await.unwrap().is_empty());
    }
    for other in ["\"16\"", "17", "\"171\"", ""] {
        read(other).send().await.assert_status_is_ok();
    }
    let change = signed_in(client.patch(an_order())).header("if-none-match", "*");
    change.header("if-match", etag(17)).send().await.assert_status_is_ok();
    let unknown = client.get("/v1/me").header("if-none-match", "*").send().await;
    unknown.assert_status(StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn s40_a_tag_that_a_proxy_has_made_weak_is_still_that_of_a_revision() {
    let client = client();
    let change = signed_in(client.patch(an_order())).header("if-match", format!("W/{}", etag(17)));
    change.send().await.assert_status_is_ok();
}

#[tokio::test]
async fn a_large_answer_is_compressed_and_a_small_one_is_not() {
    let client = client();
    let long = "a".repeat(4_000);
    let read = |text: &str| client.get(format!("/v1/fail/{text}"));
    for coding in ["gzip", "br", "zstd"] {
        let mut answer = read(&long).header("accept-encoding", coding).send().await.0;
        assert_eq!(answer.header("content-encoding"), Some(coding));
        assert_eq!(answer.header("vary"), Some("accept-encoding"));
        let packed = answer.take_body().into_bytes().await.unwrap();
        assert!(!packed.is_empty() && packed.len() < 200, "{}", packed.len());
        let small = read("small").header("accept-encoding", coding).send().await;
        small.assert_header_is_not_exist("content-encoding");
        small.assert_header("vary", "origin");
        small.assert_text("small").await;
    }
    let plain = read(&long).send().await;
    plain.assert_header("vary", "accept-encoding");
    plain.assert_header_is_not_exist("content-encoding");
    plain.assert_text(&long).await;
}

#[tokio::test]
async fn a_page_is_compressed_once_and_known_by_its_tag() {
    let client = client();
    for path in ["/docs/reader.js", "/openapi.json"] {
        let plain = client.get(path).send().await.0;
        let tag = plain.header("etag").unwrap().to_owned();
        let whole = plain.into_body().into_bytes().await.unwrap();
        let read = async || {
            let answer = client.get(path).header("accept-encoding", "gzip, br").send().await.0;
            assert_eq!(answer.header("content-encoding"), Some("br"));
            assert_eq!(answer.header("vary"), Some("accept-encoding"));
            answer.into_body().into_bytes().await.unwrap()
        };
        let (first, again) = (read().await, read().await);
        assert!(first.len() < whole.len() / 2 && first == again);
        let known = client.get(path).header("if-none-match", tag).send().await;
        known.assert_status(StatusCode::NOT_MODIFIED);
    }
}
