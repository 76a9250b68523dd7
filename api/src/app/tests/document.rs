//! The document of an API, as it is served and as its parts are described.

use poem::http::Method;
use poem_openapi::payload::PlainText;
use serde_json::{Value, json};

use super::client;
use crate::access::Anyone;
use crate::app::*;
use crate::testing::{ORDER, Orders, Views, about, json as body};

#[tokio::test]
async fn the_document_and_its_reader_are_served() {
    let client = client();
    let served = body(client.get("/openapi.json").send().await.0).await;
    let made: Value = serde_json::from_str(&document((Orders, Views), &about()).unwrap()).unwrap();
    assert_eq!(served, made);
    for (language, lang) in [("es", "es"), ("en", "en"), ("fr", "es")] {
        let page = client.get("/docs").header("accept-language", language).send().await.0;
        assert_eq!(page.header("vary"), Some("Accept-Language"));
        assert!(page.header("content-security-policy").unwrap().contains("script-src 'self'"));
        let page = page.into_body().into_string().await.unwrap();
        assert!(page.contains(&format!("data-url=\"/openapi.json?lang={lang}\"")), "{page}");
    }
    let spanish = body(client.get("/openapi.json?lang=es").send().await.0).await;
    assert_eq!(spanish["info"]["description"], "Una API para pruebas.");
    assert_eq!(spanish["paths"], served["paths"]);
    for own in ["/docs/reader.js", "/icon.svg"] {
        client.get(own).send().await.assert_status_is_ok();
    }
    let head = client.request(Method::HEAD, "/openapi.json").send().await;
    head.assert_status_is_ok();
}

fn documented() -> Value {
    serde_json::from_str(&document((Orders, Views), &about()).unwrap()).unwrap()
}

#[test]
fn the_document_says_who_may_do_what() {
    let document = documented();
    let bearer = json!([{"BearerAuth": []}]);
    let place = &document["paths"]["/v1/orders"]["post"];
    assert_eq!((&place["x-permission"], &place["security"]), (&json!("order.place"), &bearer));
    let change = &document["paths"]["/v1/orders/{order_id}"]["patch"];
    assert_eq!(
        change["description"],
        "Only the version that was read is changed.\n\nNeeds the permission `order.place`."
    );
    let me = &document["paths"]["/v1/me"]["get"];
    assert_eq!((&me["x-permission"], &me["security"]), (&json!(null), &bearer));
    assert_eq!(document["paths"]["/v1/echo"]["post"]["security"], json!([]));
    let schemes = &document["components"]["securitySchemes"];
    assert_eq!(schemes.as_object().unwrap().len(), 1);
    assert_eq!(schemes["BearerAuth"]["scheme"], "bearer");
}

#[test]
fn an_address_that_two_apis_serve_is_documented_with_all_its_methods() {
    let document = documented();
    let methods = |path: &str| -> Vec<&String> {
        document["paths"][path].as_object().unwrap().keys().collect()
    };
    assert_eq!(methods("/v1/orders"), ["get", "post"]);
    assert_eq!(methods("/v1/orders/{order_id}"), ["get", "patch"]);
}

#[test]
fn the_document_names_headers_and_draws_the_bounds_that_are_checked() {
    let document = documented();
    let key = &document["paths"]["/v1/orders"]["post"]["parameters"][0];
    assert_eq!(
        (&key["name"], &key["in"], &key["required"]),
        (&json!("Idempotency-Key"), &json!("header"), &json!(true))
    );
    let pattern = regex::Regex::new(key["schema"]["pattern"].as_str().unwrap()).unwrap();
    assert!(pattern.is_match(ORDER) && !pattern.is_match("7"), "{key}");
    let version = &document["paths"]["/v1/orders/{order_id}"]["patch"]["parameters"][1];
    assert_eq!(version["name"], "If-Match");
    let limit = &document["paths"]["/v1/orders"]["get"]["parameters"][0];
    assert_eq!(
        (&limit["schema"]["minimum"], &limit["schema"]["maximum"], &limit["required"]),
        (&json!(1), &json!(200), &json!(false))
    );
    let schemas = &document["components"]["schemas"];
    assert_eq!(schemas["PlaceOrder"]["additionalProperties"], false);
    assert_eq!(schemas["Line"]["additionalProperties"], false);
    assert_eq!(schemas["Placed"]["additionalProperties"], json!(null));
    assert_eq!(schemas["PlaceOrder"]["properties"]["table"]["nullable"], true);
    assert_eq!(schemas["PlaceOrder"]["properties"]["lines"]["nullable"], json!(null));
    assert_eq!(schemas["Placed"]["properties"]["pieces"]["maximum"], u32::MAX);
}

#[test]
fn the_document_says_how_large_a_body_may_be() {
    let document = documented();
    let bytes = |path: &str| document["paths"][path]["post"]["requestBody"]["x-bytes-max"].clone();
    assert_eq!((bytes("/v1/orders"), bytes("/v1/echo")), (json!(2 << 20), json!(64 << 10)));
}

#[test]
fn whatever_can_fail_documents_how() {
    let document = documented();
    let answer = &document["paths"]["/v1/orders"]["post"]["responses"]["5XX"]["content"];
    let schema = &answer["application/problem+json"]["schema"]["$ref"];
    assert_eq!(schema, "#/components/schemas/Problem");
    let codes = &document["components"]["schemas"]["ProblemCode"]["enum"];
    let slugs: Vec<_> = crate::problem::Code::ALL.iter().map(|code| code.slug()).collect();
    assert_eq!(codes, &json!(slugs));
}

struct Forgetful;

#[OpenApi]
#[expect(clippy::unused_async, reason = "operations are async whether they wait or not")]
impl Forgetful {
    #[oai(path = "/open", method = "get", operation_id = "open")]
    async fn open(&self) -> PlainText<String> {
        PlainText(String::new())
    }
}

#[test]
fn an_operation_that_does_not_say_who_may_use_it_is_not_served() {
    let open = vec!["GET /open".to_owned()];
    assert_eq!(document(Forgetful, &about()), Err(ContractError::NoAccess(open)));
}

struct Nameless;

#[OpenApi]
#[expect(clippy::unused_async, reason = "operations are async whether they wait or not")]
impl Nameless {
    #[oai(path = "/nameless", method = "get")]
    async fn nameless(&self, _anyone: Anyone) -> PlainText<String> {
        PlainText(String::new())
    }
}

#[test]
fn an_operation_without_a_name_for_clients_is_not_served() {
    let nameless = vec!["GET /nameless".to_owned()];
    assert_eq!(document(Nameless, &about()), Err(ContractError::NoOperationId(nameless)));
}
