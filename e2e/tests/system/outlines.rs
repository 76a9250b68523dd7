//! What is made of the OpenAPI document for its other readers: `/llms.txt`, and the collection of requests.

use std::collections::BTreeSet;

use e2e::System;
use regex::Regex;
use serde_json::{Value, json};

use crate::document::operations;

fn collection() -> Value {
    serde_json::from_str(&fastops::processes::server::collection().unwrap()).unwrap()
}

/// All requests with the names of their folders.
fn requests(collection: &Value) -> Vec<(&str, &Value)> {
    let folders = collection["item"].as_array().unwrap().iter();
    let requests = folders.flat_map(|folder| {
        let name = folder["name"].as_str().unwrap();
        folder["item"].as_array().unwrap().iter().map(move |request| (name, request))
    });
    requests.collect()
}

/// `POST /v1/orders/{order_id}/payments`.
fn documented_as(request: &Value) -> String {
    let parts = request["request"]["url"]["path"].as_array().unwrap().iter();
    let parts = parts.map(|part| match part.as_str().unwrap().strip_prefix(':') {
        Some(name) => format!("/{{{name}}}"),
        None => format!("/{}", part.as_str().unwrap()),
    });
    let path: String = parts.collect();
    format!("{} {path}", request["request"]["method"].as_str().unwrap())
}

fn named<'c>(requests: &[(&str, &'c Value)], name: &str) -> &'c Value {
    requests.iter().find(|(_, request)| request["name"] == name).unwrap().1
}

#[tokio::test]
async fn llms_txt_has_every_operation_under_its_part_and_what_to_know_before() {
    let system = System::start().await;
    let page = system.visitor().get("/llms.txt").send().await;
    assert_eq!(page.headers["content-type"], "text/markdown; charset=utf-8");
    let text = page.body.as_str().unwrap();
    for topic in
        ["# FastOps", "Idempotency-Key", "If-Match", "?after=", "problem+json", "minor units"]
    {
        assert!(text.contains(topic), "{topic}");
    }
    for operation in operations(&system).await {
        let method = operation.method.to_uppercase();
        let line = format!("- `{method} {}` ({}): ", operation.path, operation.id);
        assert_eq!(text.matches(&line).count(), 1, "{line}");
    }
    let at = |what: &str| text.find(what).unwrap_or_else(|| panic!("{what} is not there"));
    let journey = ["### auth", "(login)", "### orders", "(placeOrder)", "### operator"].map(at);
    assert!(journey.is_sorted(), "{journey:?}");
    assert!(!text.contains("}}") && !text.contains("{operations}"));
}

#[tokio::test]
async fn the_collection_has_a_request_for_every_operation() {
    let system = System::start().await;
    let collection = collection();
    let requests = requests(&collection);
    let mut found: Vec<String> =
        requests.iter().map(|(_, request)| documented_as(request)).collect();
    let login = found.iter().position(|it| it == "POST /v1/auth/login");
    assert!(login < found.iter().position(|it| it == "POST /v1/orders"));
    let mut expected: Vec<String> = operations(&system)
        .await
        .iter()
        .map(|it| format!("{} {}", it.method.to_uppercase(), it.path))
        .collect();
    found.sort();
    expected.sort();
    assert_eq!(found, expected);
}

#[tokio::test]
async fn a_sign_in_of_the_collection_holds_for_all_of_it() {
    let collection = collection();
    let requests = requests(&collection);
    let login = named(&requests, "Sign in");
    assert_eq!(login["request"]["auth"]["type"], "noauth");
    let body: Value =
        serde_json::from_str(login["request"]["body"]["raw"].as_str().unwrap()).unwrap();
    assert_eq!(body, json!({"email": "{{email}}", "password": "{{password}}"}));
    let script = login["event"][0]["script"]["exec"].to_string();
    assert!(script.contains("set('token', session.access_token)"), "{script}");
    assert_eq!(collection["auth"]["bearer"][0]["value"], "{{token}}");
    let place = named(&requests, "Place an order");
    assert!(place["request"].get("auth").is_none(), "{place}");
    for (folder, request) in &requests {
        let token = &request["request"]["auth"]["bearer"][0]["value"];
        assert_eq!(*folder == "operator", token == "{{operator_token}}", "{request}");
    }
}

#[tokio::test]
async fn a_request_of_the_collection_can_be_sent_again_as_another_command() {
    let collection = collection();
    let requests = requests(&collection);
    let keys = requests.iter().flat_map(|(_, request)| {
        let headers = request["request"]["header"].as_array().unwrap();
        headers.iter().filter(|header| header["key"] == "Idempotency-Key")
    });
    let keys: Vec<&Value> = keys.collect();
    assert!(keys.iter().all(|key| key["value"] == "{{$guid}}" && key["disabled"] == false));
    assert!(keys.len() > 20);
}

#[tokio::test]
async fn every_variable_of_the_collection_is_declared() {
    let collection = collection();
    let declared: BTreeSet<&str> = collection["variable"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|variable| variable["key"].as_str())
        .collect();
    let text = collection.to_string();
    let used = Regex::new(r"\{\{([a-z_]+)\}\}").unwrap();
    let used: BTreeSet<&str> =
        used.captures_iter(&text).map(|found| found.get(1).unwrap().as_str()).collect();
    assert_eq!(used, declared);
}
