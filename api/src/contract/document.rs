//! The last touches to the OpenAPI document: what poem-openapi 5.1 cannot say about an operation.

use std::collections::BTreeSet;

use poem::http::Method;
use serde_json::{Map, Value, json};

use super::{Access, Operation};
use crate::access::{BEARER, DEVICE, OPERATOR};
use crate::payload::integer_bounds;

/// The document as it is served.
pub(crate) fn finish(spec: &str, operations: &[Operation]) -> String {
    let mut document: Value =
        serde_json::from_str(spec).expect("poem-openapi writes the document as JSON");
    for operation in operations {
        let method = operation.method.as_str().to_lowercase();
        let found = &mut document["paths"][operation.template.as_str()][method];
        if let Value::Object(found) = found {
            declare_access(found, operation.access);
            declare_body(found, operation);
            if operation.method == Method::GET {
                declare_not_modified(found);
            }
        }
    }
    let closed = request_schemas(&document);
    if let Some(schemas) = document["components"]["schemas"].as_object_mut() {
        for (_, schema) in schemas.iter_mut().filter(|(name, _)| closed.contains(*name)) {
            close(schema);
        }
    }
    visit(&mut document, &mut |object| {
        accept_null(object);
        draw_bounds(object);
        name_date(object);
    });
    serde_json::to_string_pretty(&document).expect("a JSON value can be written")
}

fn declare_access(operation: &mut Map<String, Value>, access: Access) {
    let (security, sentence) = match access {
        Access::Anyone => (json!([]), "No sign-in needed.".to_owned()),
        Access::SignedIn => {
            (json!([{ BEARER: [] }]), "Needs a sign-in and no permission.".to_owned())
        }
        Access::Operator => (json!([{ OPERATOR: [] }]), "Needs the operator's token.".to_owned()),
        Access::Device => {
            (json!([{ DEVICE: [] }]), "Needs the token of an enrolled device.".to_owned())
        }
        Access::Permission(name) => {
            operation.insert("x-permission".to_owned(), json!(name));
            (json!([{ BEARER: [] }]), format!("Needs the permission `{name}`."))
        }
    };
    operation.insert("security".to_owned(), security);
    let said = operation.get("description").and_then(Value::as_str).unwrap_or_default();
    let said = if said.is_empty() { sentence } else { format!("{said}\n\n{sentence}") };
    operation.insert("description".to_owned(), json!(said));
}

/// How large a body may be, where one belongs.
fn declare_body(operation: &mut Map<String, Value>, of: &Operation) {
    let body = operation.get_mut("requestBody").and_then(Value::as_object_mut);
    if let (Some(body), Some(bytes_max)) = (body, of.body) {
        body.insert("x-bytes-max".to_owned(), json!(bytes_max.get()));
    }
}

/// A read that answers a tag takes it back, and spares the client what it has.
fn declare_not_modified(operation: &mut Map<String, Value>) {
    let Some(responses) = operation.get_mut("responses").and_then(Value::as_object_mut) else {
        return;
    };
    let headers = responses.get("200").and_then(|ok| ok["headers"].as_object());
    // poem-openapi writes the names of headers in capitals.
    let tag =
        headers.and_then(|all| all.iter().find(|(name, _)| name.eq_ignore_ascii_case("etag")));
    let Some((name, tag)) = tag else { return };
    let answer = json!({
        "description": "The client has it: what would be answered has a tag that it names.",
        "headers": { name: tag },
    });
    responses.insert("304".to_owned(), answer);
    let parameter = json!({
        "name": "If-None-Match",
        "in": "header",
        "required": false,
        "description": "The ETags of answers that the client has, with commas between them.",
        "schema": { "type": "string" },
    });
    let parameters = operation.entry("parameters").or_insert(json!([]));
    parameters.as_array_mut().into_iter().for_each(|all| all.push(parameter.clone()));
}

/// Names of the schemas that bodies of requests are read with.
fn request_schemas(document: &Value) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let paths = document["paths"].as_object().into_iter().flat_map(Map::values);
    for operation in paths.filter_map(Value::as_object).flat_map(Map::values) {
        follow(document, &operation["requestBody"], &mut names);
    }
    names
}

fn follow(document: &Value, within: &Value, names: &mut BTreeSet<String>) {
    match within {
        Value::Array(items) => items.iter().for_each(|item| follow(document, item, names)),
        Value::Object(object) => {
            let reference = object.get("$ref").and_then(Value::as_str);
            if let Some(name) = reference.and_then(|to| to.strip_prefix("#/components/schemas/"))
                && names.insert(name.to_owned())
            {
                follow(document, &document["components"]["schemas"][name], names);
            }
            object.values().for_each(|value| follow(document, value, names));
        }
        _ => {}
    }
}

/// Unknown fields of a request are mistakes, and the document says so.
fn close(schema: &mut Value) {
    if let Value::Object(object) = schema
        && object.contains_key("properties")
    {
        object.entry("additionalProperties").or_insert(json!(false));
    }
}

/// A field that may be missing may be null, both ways.
fn accept_null(object: &mut Map<String, Value>) {
    let required: BTreeSet<String> = object
        .get("required")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|name| name.as_str().map(str::to_owned))
        .collect();
    let Some(Value::Object(properties)) = object.get_mut("properties") else { return };
    for (_, property) in properties.iter_mut().filter(|(name, _)| !required.contains(*name)) {
        let Value::Object(schema) = property else { continue };
        if let Some(reference) = schema.remove("$ref") {
            schema.insert("allOf".to_owned(), json!([{ "$ref": reference }]));
        }
        schema.insert("nullable".to_owned(), json!(true));
    }
}

/// Integers have the bounds that they are checked against, written as integers.
fn draw_bounds(object: &mut Map<String, Value>) {
    if object.get("type").and_then(Value::as_str) != Some("integer") {
        return;
    }
    let format = object.get("format").and_then(Value::as_str).unwrap_or_default();
    let (low, high) = integer_bounds(format);
    for (name, widest) in [("minimum", low), ("maximum", high)] {
        let drawn = object.get(name).and_then(Value::as_f64);
        let whole = drawn.and_then(|bound| bound.to_string().parse().ok());
        object.insert(name.to_owned(), json!(whole.unwrap_or(widest)));
    }
}

fn name_date(object: &mut Map<String, Value>) {
    if object.get("format").and_then(Value::as_str) == Some("naive-date") {
        object.insert("format".to_owned(), json!("date"));
    }
}

fn visit(value: &mut Value, change: &mut impl FnMut(&mut Map<String, Value>)) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| visit(item, change)),
        Value::Object(object) => {
            change(object);
            object.values_mut().for_each(|value| visit(value, change));
        }
        _ => {}
    }
}
