//! Reads that answer an `ETag` take it back as `If-None-Match`.

use poem::http::Method;
use serde_json::{Map, Value, json};

use crate::contract::Operation;

pub(super) fn declare(document: &mut Map<String, Value>, operation: &Operation) {
    if operation.method != Method::GET {
        return;
    }
    let Some(Value::Object(responses)) = document.get_mut("responses") else { return };
    let headers = responses.get("200").and_then(|ok| ok["headers"].as_object());
    // poem-openapi writes the names of headers in capitals.
    let etag =
        headers.and_then(|all| all.iter().find(|(name, _)| name.eq_ignore_ascii_case("etag")));
    let Some((name, etag)) = etag else { return };
    let answer = json!({
        "description": "The client has the answer: its ETag is one of those in the request.",
        "headers": { name: etag },
    });
    responses.insert("304".to_owned(), answer);
    let parameter = json!({
        "name": "If-None-Match",
        "in": "header",
        "required": false,
        "description": "The ETags of answers that the client has, separated by commas.",
        "schema": { "type": "string" },
    });
    let parameters = document.entry("parameters").or_insert(json!([]));
    if let Value::Array(parameters) = parameters {
        parameters.push(parameter);
    }
}
