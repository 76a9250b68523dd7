//! The OpenAPI document as generators of clients read it.

use std::collections::BTreeSet;

use e2e::System;
use images::testing::{photo, png};
use reqwest::Method;
use serde_json::Value;

fn document() -> Value {
    serde_json::from_str(&fastops::processes::server::openapi().unwrap()).unwrap()
}

/// Every object of the document, with its address in it.
fn objects(value: &Value, at: &str, found: &mut Vec<(String, Value)>) {
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                objects(item, &format!("{at}/{index}"), found);
            }
        }
        Value::Object(fields) => {
            found.push((at.to_owned(), value.clone()));
            for (name, field) in fields {
                objects(field, &format!("{at}/{name}"), found);
            }
        }
        _ => {}
    }
}

/// `allOf` with anything but a reference makes generators invent types, or give up.
#[tokio::test]
async fn every_form_of_a_schema_is_one_that_generators_read() {
    let mut found = Vec::new();
    objects(&document(), "", &mut found);
    for (at, object) in &found {
        if let Some(all) = object.get("allOf") {
            let all = all.as_array().unwrap();
            assert!(all.len() == 1 && all[0].get("$ref").is_some(), "{at}: {object}");
        }
        let is_schema = at.contains("/properties/") || at.ends_with("/schema");
        if is_schema && object.get("nullable").is_some() {
            // Without a type it means nothing; beside a type, some do not read the reference.
            assert!(
                object.get("type").is_some() && object.get("allOf").is_none(),
                "{at}: {object}"
            );
        }
        if object.get("in") == Some(&"header".into()) {
            assert!(object["schema"].get("format").is_none(), "{at} is no plain text");
        }
        // An answer of success that might be a problem has two types, which some have no place for.
        let responses = object.get("responses").filter(|_| object.get("operationId").is_some());
        if let Some(responses) = responses {
            let is_success = |status: &&String| status.starts_with('2') || *status == "default";
            let successes = responses.as_object().unwrap().keys().filter(is_success);
            assert_eq!(successes.count(), 1, "{at}: {responses}");
        }
        assert_ne!(object.get("deprecated"), Some(&Value::Bool(false)), "{at}");
    }
    assert!(found.len() > 1_000);
}

#[tokio::test]
async fn the_document_says_where_under_which_licence_and_who_may() {
    let document = document();
    assert_eq!(document["servers"][0]["url"], "/");
    assert_eq!(document["info"]["license"]["name"], "AGPL-3.0-only");
    assert_eq!(document["security"], serde_json::json!([{"BearerAuth": []}]));
    let schemas = document["components"]["schemas"].as_object().unwrap();
    for name in schemas.keys() {
        assert!(name.chars().all(char::is_alphanumeric), "{name} is no name of a class");
    }
}

/// An answer leaves out what it refers to and does not have; every other field it writes.
#[tokio::test]
async fn what_an_answer_always_has_is_required() {
    let document = document();
    let line = &document["components"]["schemas"]["OrderSummary"];
    let required: BTreeSet<&str> =
        line["required"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    let mut properties: BTreeSet<&str> =
        line["properties"].as_object().unwrap().keys().map(String::as_str).collect();
    assert!(properties.remove("cancel_reason"));
    assert_eq!(required, properties);
    assert!(line["properties"]["cancel_reason"].get("nullable").is_none());
}

/// The parts come as a newcomer needs them, and so do the operations in them.
#[tokio::test]
async fn the_document_follows_the_journey_of_its_reader() {
    let text = fastops::processes::server::openapi().unwrap();
    let at = |what: &str| text.find(what).unwrap_or_else(|| panic!("{what} is not there"));
    for pair in ["login", "openBranch", "addProduct", "placeOrder", "reportSales", "listCompanies"]
        .windows(2)
    {
        let [before, after] =
            [0, 1].map(|place| at(&format!("\"operationId\": \"{}\"", pair[place])));
        assert!(before < after, "{} comes before {}", pair[0], pair[1]);
    }
}

/// Readers of the document have it in a narrow column; the rest is in the description.
const SUMMARY_MAX: usize = 48;

#[tokio::test]
async fn every_operation_has_a_short_name() {
    let mut found = Vec::new();
    objects(&document()["paths"], "", &mut found);
    let mut names = BTreeSet::new();
    for (at, operation) in found.iter().filter(|(_, it)| it.get("operationId").is_some()) {
        let name = operation["summary"].as_str().unwrap();
        let is_short = (1..=SUMMARY_MAX).contains(&name.chars().count());
        assert!(is_short && !name.contains('.'), "{at}: {name}");
        assert!(names.insert(name), "two operations are called {name}");
    }
    assert!(names.len() > 90, "{names:?}");
}

/// Codes that are no matter of how a request is written.
const UNDERSTOOD: [&str; 4] =
    ["token-invalid", "unknown-reference", "ticket-invalid", "invalid-cursor"];

/// Each operation is sent its example by an owner: it may be refused for what it names, never for its
/// form.
#[tokio::test]
async fn every_example_can_be_sent_as_it_stands() {
    let system = System::start().await;
    let client = system.client();
    let document = document();
    let (mut last, mut wrong) = (Vec::new(), Vec::new());
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let ends_the_sign_in = path.contains("/logout") || path.contains("/password");
            if ends_the_sign_in {
                last.push((path, method, operation));
                continue;
            }
            wrong.extend(not_understood(&client, path, method, operation).await);
        }
    }
    for (path, method, operation) in last {
        wrong.extend(not_understood(&client, path, method, operation).await);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The answer to an example, if it is about the form of the request.
async fn not_understood(
    client: &e2e::Client,
    template: &str,
    method: &str,
    operation: &Value,
) -> Option<String> {
    let (mut path, mut query, mut seen) = (template.to_owned(), Vec::new(), false);
    for parameter in operation["parameters"].as_array().into_iter().flatten() {
        let example = parameter["example"].as_str().unwrap_or_default();
        match (parameter["in"].as_str().unwrap(), parameter["name"].as_str().unwrap()) {
            ("path", name) => path = path.replace(&format!("{{{name}}}"), example),
            ("query", name) if parameter["required"] == true => {
                query.push(format!("{name}={example}"));
            }
            ("header", "If-Match") => seen = parameter["required"] == true,
            _ => {}
        }
    }
    if !query.is_empty() {
        path = format!("{path}?{}", query.join("&"));
    }
    let mut call =
        client.call(Method::from_bytes(method.to_uppercase().as_bytes()).unwrap(), &path);
    if seen {
        call = call.if_match(1);
    }
    let content = &operation["requestBody"]["content"];
    if let Some(body) = content["application/json"].get("example") {
        call = call.json(body);
    } else if content["image/png"].is_object() {
        call = call.bytes("image/png", png(&photo(8, 8)));
    }
    let answer = call.send().await;
    let code = answer.body["code"].as_str().unwrap_or_default();
    let is_understood =
        !matches!(answer.status, 400 | 406 | 415 | 422 | 500) || UNDERSTOOD.contains(&code);
    (!is_understood).then(|| format!("{method} {path}: {answer:?}"))
}
