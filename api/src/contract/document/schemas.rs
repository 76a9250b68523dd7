//! Schemas as generators of clients read them: OpenAPI 3.0.3 without the forms that some refuse.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::visit;
use crate::payload::integer_bounds;

const SCHEMAS: &str = "#/components/schemas/";

/// What poem-openapi puts before the name of a list's rows.
const LIST: &str = "List_";

/// The last touches to all schemas.
pub(super) fn finish(document: &mut Value) {
    let requested = named(document, "requestBody");
    let answered = named(document, "responses");
    if let Some(schemas) = document["components"]["schemas"].as_object_mut() {
        for (name, schema) in schemas.iter_mut() {
            let Value::Object(schema) = schema else { continue };
            match (requested.contains(name), answered.contains(name)) {
                (true, _) => close(schema),
                // An answer has every field; what is missing is null.
                (false, true) => require_all(schema),
                (false, false) => {}
            }
        }
    }
    visit(document, &mut |object| {
        refer_once(object);
        accept_null(object);
        draw_bounds(object);
        name_date(object);
        spell_header(object);
        if object.get("deprecated") == Some(&json!(false)) {
            object.remove("deprecated");
        }
    });
    name_lists(document);
}

/// Names of the schemas that are reached from this part of the operations.
fn named(document: &Value, part: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let paths = document["paths"].as_object().into_iter().flat_map(Map::values);
    for operation in paths.filter_map(Value::as_object).flat_map(Map::values) {
        follow(document, &operation[part], &mut names);
    }
    names
}

fn follow(document: &Value, within: &Value, names: &mut BTreeSet<String>) {
    match within {
        Value::Array(items) => items.iter().for_each(|item| follow(document, item, names)),
        Value::Object(object) => {
            let reference = object.get("$ref").and_then(Value::as_str);
            if let Some(name) = reference.and_then(|to| to.strip_prefix(SCHEMAS))
                && names.insert(name.to_owned())
            {
                follow(document, &document["components"]["schemas"][name], names);
            }
            object.values().for_each(|value| follow(document, value, names));
        }
        _ => {}
    }
}

/// Unknown fields of a request are mistakes, which the document declares.
fn close(schema: &mut Map<String, Value>) {
    if schema.contains_key("properties") {
        schema.entry("additionalProperties").or_insert(json!(false));
    }
}

/// All but optional references, which an answer leaves out: generators cannot read a reference that may be null.
fn require_all(schema: &mut Map<String, Value>) {
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else { return };
    let required = required(schema);
    let is_optional = |name: &str| !required.contains(name);
    let fields =
        properties.iter().filter(|(name, field)| !is_optional(name) || !is_reference(field));
    let always: Vec<String> = fields.map(|(name, _)| name.clone()).collect();
    let optional: Vec<String> = always.iter().filter(|name| is_optional(name)).cloned().collect();
    schema.insert("required".to_owned(), json!(always));
    let Some(Value::Object(properties)) = schema.get_mut("properties") else { return };
    for name in optional {
        if let Some(Value::Object(property)) = properties.get_mut(&name) {
            property.insert("nullable".to_owned(), json!(true));
        }
    }
}

fn is_reference(field: &Value) -> bool {
    field.get("$ref").is_some() || field.get("allOf").is_some()
}

fn required(schema: &Map<String, Value>) -> BTreeSet<String> {
    let names = schema.get("required").and_then(Value::as_array).into_iter().flatten();
    names.filter_map(|name| name.as_str().map(str::to_owned)).collect()
}

/// poem-openapi describes a reference by a second member of `allOf`, which generators take for another
/// type. The description stands beside `allOf` as well.
fn refer_once(object: &mut Map<String, Value>) {
    let Some(Value::Array(all)) = object.get_mut("allOf") else { return };
    all.retain(|member| member.as_object().is_none_or(|member| !is_description(member)));
}

fn is_description(member: &Map<String, Value>) -> bool {
    member.keys().all(|key| matches!(key.as_str(), "description" | "deprecated" | "default"))
}

/// A field that may be missing may be null, both ways, unless it is a reference: `nullable` has a meaning only
/// beside a type, and beside that openapi-python-client and progenitor do not read the reference.
fn accept_null(object: &mut Map<String, Value>) {
    let required = required(object);
    let Some(Value::Object(properties)) = object.get_mut("properties") else { return };
    for (name, property) in properties.iter_mut() {
        let is_reference = is_reference(property);
        let Value::Object(schema) = property else { continue };
        if is_reference || (required.contains(name) && schema.get("nullable") != Some(&json!(true)))
        {
            continue;
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

/// The form of UUIDs.
const UUID_PATTERN: &str = "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$";

/// A header is text with a pattern: openapi-python-client hands what has a format over as an object, which
/// its library for HTTP does not take.
fn spell_header(object: &mut Map<String, Value>) {
    let is_header = object.get("in").and_then(Value::as_str) == Some("header");
    if let Some(Value::Object(schema)) = object.get_mut("schema").filter(|_| is_header)
        && schema.get("format").and_then(Value::as_str) == Some("uuid")
    {
        schema.remove("format");
        schema.insert("pattern".to_owned(), json!(UUID_PATTERN));
    }
}

/// `List_Branch` becomes `BranchList`, and `CountedList_Device` becomes `CountedDeviceList`: names that
/// classes can have in every language.
fn name_lists(document: &mut Value) {
    let Some(schemas) = document["components"]["schemas"].as_object_mut() else { return };
    let lists: Vec<String> = schemas.keys().filter(|name| name.contains(LIST)).cloned().collect();
    let mut renamed = BTreeMap::new();
    for old in lists {
        let new = format!("{}List", old.replacen(LIST, "", 1));
        if let Some(mut schema) = schemas.remove(&old) {
            schema["title"] = json!(new);
            schemas.insert(new.clone(), schema);
        }
        renamed.insert(format!("{SCHEMAS}{old}"), format!("{SCHEMAS}{new}"));
    }
    visit(document, &mut |object| {
        if let Some(reference) = object.get_mut("$ref")
            && let Some(new) = reference.as_str().and_then(|old| renamed.get(old))
        {
            *reference = json!(new);
        }
    });
}
