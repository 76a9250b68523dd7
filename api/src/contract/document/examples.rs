//! An example of each request, which keeps to its schema and can be sent as it stands.
//!
//! It is made from the schema; fields whose form is narrower than their schema take their example from a
//! table by name.

use regex::Regex;
use serde_json::{Map, Value, json};

use super::DEFINITIONS;

/// Deeper schemas refer to themselves.
const DEPTH_MAX: usize = 16;

/// Adds an example to the body and to every parameter of an operation that must be sent.
pub(super) fn give(operation: &mut Map<String, Value>, document: &Value) {
    if let Some(Value::Array(parameters)) = operation.get_mut("parameters") {
        for parameter in parameters.iter_mut().filter(|parameter| parameter["required"] == true) {
            let name = parameter["name"].as_str().unwrap_or_default();
            parameter["example"] = example(&parameter["schema"], name, document, 0);
        }
    }
    let body = operation.get_mut("requestBody").map(|body| &mut body["content"]);
    // Images are not written as text.
    if let Some(media) = body.and_then(|content| content.get_mut("application/json")) {
        media["example"] = example(&media["schema"], "", document, 0);
    }
}

fn example(schema: &Value, name: &str, document: &Value, depth: usize) -> Value {
    if depth > DEPTH_MAX {
        return Value::Null;
    }
    if let Some(target) = referred(schema) {
        let schema = &document["components"]["schemas"][target];
        return example(schema, name, document, depth + 1);
    }
    let ty = schema["type"].as_str().unwrap_or_default();
    if let Some(values) = schema["enum"].as_array() {
        let known = of_field(name, ty).filter(|known| values.contains(known));
        return known.or_else(|| values.first().cloned()).unwrap_or_default();
    }
    if let Some(known) = schema["pattern"].as_str().and_then(of_pattern) {
        return json!(known);
    }
    if let Some(known) = of_field(name, ty) {
        return known;
    }
    match ty {
        "object" => {
            let required = schema["required"].as_array().into_iter().flatten();
            let also = ONE_OF.into_iter().filter(|name| schema["properties"][name].is_object());
            let fields = required.filter_map(Value::as_str).chain(also).map(|field| {
                let of_field = &schema["properties"][field];
                (field.to_owned(), example(of_field, field, document, depth + 1))
            });
            Value::Object(fields.collect())
        }
        "array" => json!([example(&schema["items"], name, document, depth + 1)]),
        "integer" => json!(schema["minimum"].as_i64().unwrap_or_default().max(1)),
        "boolean" => json!(true),
        "string" => of_format(schema["format"].as_str().unwrap_or_default()),
        _ => Value::Null,
    }
}

fn referred(schema: &Value) -> Option<&str> {
    let reference = schema["$ref"].as_str().or_else(|| schema["allOf"][0]["$ref"].as_str())?;
    reference.strip_prefix(DEFINITIONS)
}

fn of_format(format: &str) -> Value {
    json!(match format {
        "uuid" => ID,
        "date" | "naive-date" => "2026-12-24",
        "date-time" => "2026-12-24T18:30:00Z",
        "position" => "QmFuZGVqYSBwYWlzYSB5IGx1bGFkYTEy",
        _ => "Bandeja paisa",
    })
}

/// Optional fields of which a request needs one, by a rule that the schema cannot state.
const ONE_OF: [&str; 2] = ["all_branches", "product_id"];

/// A UUID of version 7, as clients make them.
const ID: &str = "01936f2c-7a4e-7c11-9f6b-3d2a5c8e4f10";

/// Texts of the forms that fields have.
fn of_pattern(pattern: &str) -> Option<&'static str> {
    const KNOWN: [&str; 7] =
        ["general_8", "482916", "250.5", "COP", "04:00", "900.123.456-7", "arepas-de-la-esquina"];
    let pattern = Regex::new(pattern).ok()?;
    KNOWN.into_iter().find(|text| pattern.is_match(text))
}

/// Fields by name, where the schema leaves more open than what is accepted.
fn of_field(name: &str, ty: &str) -> Option<Value> {
    Some(match (name, ty) {
        ("Idempotency-Key", _) => json!(ID),
        ("If-Match", _) => json!("\"1\""),
        ("amount", "integer") => json!(18_500),
        ("currency", "string") => json!("COP"),
        ("time_zone", "string") => json!("America/Bogota"),
        ("email", "string") => json!("ana@example.com"),
        ("current" | "password", "string") => json!("una frase larga y propia 48"),
        ("token" | "device_token" | "refresh_token", "string") => json!("f_0123456789abcdef"),
        // Of all that a request defines, only a permission has an id that its sender chooses.
        ("id", "string") => json!("x_loyalty.redeem"),
        ("permission_id", "string") => json!("order.place"),
        ("permissions", "array") => json!(["order.place"]),
        ("consumer", "string") => json!("orders"),
        _ => return None,
    })
}
