//! A collection of requests as Postman keeps it (v2.1, which Bruno and others import), one request for
//! each operation of the document.
//!
//! Tokens are variables, one for each kind of caller, and signing in sets them; every time a command is
//! sent it has another `Idempotency-Key`.

use serde_json::{Value, json};

use super::About;
use super::outline::{OperationOutline, PartOutline, text};
use crate::access::{DEVICE, OPERATOR};
use crate::language::Language;

const SCHEMA: &str = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json";

/// A UUID that Postman makes whenever it sends the request.
const FRESH_UUID: &str = "{{$guid}}";

/// Operations that sign a user in; their answers are kept.
const KEEP_SESSION: [&str; 5] = [
    "if (pm.response.code === 200) {",
    "    const session = pm.response.json();",
    "    pm.collectionVariables.set('token', session.access_token);",
    "    pm.collectionVariables.set('refresh_token', session.refresh_token);",
    "}",
];

/// The collection as JSON.
pub(crate) fn write(about: &About, parts: &[PartOutline]) -> String {
    let folders: Vec<Value> = parts.iter().map(folder).collect();
    let collection = json!({
        "info": {
            "name": about.title,
            "description": about.description.in_language(Language::English),
            "schema": SCHEMA,
        },
        "auth": bearer("token"),
        "variable": [
            variable("base_url", "http://localhost:8080"),
            variable("email", ""),
            variable("password", ""),
            variable("token", ""),
            variable("refresh_token", ""),
            variable("operator_token", ""),
            variable("device_token", ""),
        ],
        "item": folders,
    });
    serde_json::to_string_pretty(&collection).expect("a JSON value can be written")
}

fn variable(key: &str, value: &str) -> Value {
    json!({ "key": key, "value": value, "type": "string" })
}

fn bearer(variable: &str) -> Value {
    let token = json!({ "key": "token", "value": format!("{{{{{variable}}}}}"), "type": "string" });
    json!({ "type": "bearer", "bearer": [token] })
}

fn folder(part: &PartOutline) -> Value {
    let requests: Vec<Value> = part.operations.iter().map(item).collect();
    json!({ "name": part.name, "description": part.description, "item": requests })
}

fn item(operation: &OperationOutline) -> Value {
    let documented = &operation.documented;
    let mut request = json!({
        "method": operation.method,
        "description": documented["description"],
        "url": url(operation),
        "header": headers(documented),
    });
    if let Some(auth) = auth(documented) {
        request["auth"] = auth;
    }
    if let Some(body) = body(documented) {
        request["body"] = json!({
            "mode": "raw",
            "raw": serde_json::to_string_pretty(&body).expect("a JSON value can be written"),
            "options": { "raw": { "language": "json" } },
        });
    }
    let mut item = json!({ "name": operation.summary(), "request": request, "response": [] });
    if signs_in(documented) {
        let script = json!({ "type": "text/javascript", "exec": KEEP_SESSION });
        item["event"] = json!([{ "listen": "test", "script": script }]);
    }
    item
}

/// The address with its parameters: those of the path as variables of the request, those of the query
/// switched off unless they must be sent.
fn url(operation: &OperationOutline) -> Value {
    let path: Vec<String> = operation
        .path
        .split('/')
        .skip(1)
        .map(|part| match part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
            Some(name) => format!(":{name}"),
            None => part.to_owned(),
        })
        .collect();
    let variables = parameters(&operation.documented, "path").map(|parameter| {
        let description = &parameter["description"];
        json!({ "key": parameter["name"], "value": value(parameter), "description": description })
    });
    let query = parameters(&operation.documented, "query").map(sent);
    json!({
        "raw": format!("{{{{base_url}}}}/{}", path.join("/")),
        "host": ["{{base_url}}"],
        "path": path,
        "query": query.collect::<Vec<_>>(),
        "variable": variables.collect::<Vec<_>>(),
    })
}

fn headers(documented: &Value) -> Vec<Value> {
    let mut headers: Vec<Value> = parameters(documented, "header").map(sent).collect();
    if body(documented).is_some() {
        headers.push(json!({ "key": "Content-Type", "value": "application/json" }));
    }
    headers
}

fn parameters<'d>(documented: &'d Value, place: &str) -> impl Iterator<Item = &'d Value> {
    let all = documented["parameters"].as_array().into_iter().flatten();
    all.filter(move |parameter| parameter["in"] == place)
}

/// A parameter of the query or a header.
fn sent(parameter: &Value) -> Value {
    json!({
        "key": parameter["name"],
        "value": value(parameter),
        "description": parameter["description"],
        "disabled": parameter["required"] != true,
    })
}

fn value(parameter: &Value) -> String {
    match parameter["name"].as_str() {
        Some("Idempotency-Key") => FRESH_UUID.to_owned(),
        _ => text(&parameter["example"]),
    }
}

/// Who sends the request; nothing where it is a signed-in user, as for the collection as a whole.
fn auth(documented: &Value) -> Option<Value> {
    match documented["security"].get(0) {
        None => Some(json!({ "type": "noauth" })),
        Some(scheme) if scheme.get(OPERATOR).is_some() => Some(bearer("operator_token")),
        Some(scheme) if scheme.get(DEVICE).is_some() => Some(bearer("device_token")),
        Some(_) => None,
    }
}

/// The example of the body, with variables for what one signs in with.
fn body(documented: &Value) -> Option<Value> {
    let mut body = documented["requestBody"]["content"]["application/json"].get("example")?.clone();
    if signs_in(documented) {
        for field in ["email", "password", "refresh_token", "device_token"] {
            if let Some(value) = body.get_mut(field) {
                *value = json!(format!("{{{{{field}}}}}"));
            }
        }
    }
    Some(body)
}

fn signs_in(documented: &Value) -> bool {
    let schema = &documented["responses"]["200"]["content"]["application/json"]["schema"];
    schema["$ref"] == "#/components/schemas/Session"
}
