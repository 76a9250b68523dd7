//! The OpenAPI document: what poem-openapi 5.1 writes, and what it cannot declare about an
//! operation.
//!
//! OpenAPI 3.0.3, because two of the generators that clients are made with read nothing later
//! (oapi-codegen for Go, progenitor for Rust).

mod access;
mod bodies;
mod conditional;
mod examples;
mod order;
mod problems;
mod schemas;

use serde_json::{Map, Value, json};

use super::{About, Operation};
use crate::access::BEARER;
use crate::language::Language;

/// Where definitions of schemas stand in the document.
const DEFINITIONS: &str = "#/components/schemas/";

/// The document as it is served to readers of a language. `paths` are the addresses in the order in
/// which they are defined, which is the order of a reader's journey.
pub(crate) fn finish(
    spec: &str,
    about: &About,
    operations: &[Operation],
    paths: &[String],
    language: Language,
) -> String {
    let mut document: Value =
        serde_json::from_str(spec).expect("poem-openapi writes the document as JSON");
    introduce(&mut document, about, language);
    schemas::finish(&mut document);
    let definitions = json!({ "components": document["components"] });
    for operation in operations {
        let method = operation.method.as_str().to_lowercase();
        let found = &mut document["paths"][operation.template.as_str()][method];
        if let Value::Object(found) = found {
            name(found);
            access::declare(found, operation.access);
            bodies::declare(found, operation);
            conditional::declare(found, operation);
            problems::declare(found, operation);
            examples::give(found, &definitions);
        }
    }
    order::write(&document, paths)
}

/// Adds the description of the API as a whole.
fn introduce(document: &mut Value, about: &About, language: Language) {
    document["openapi"] = json!("3.0.3");
    document["info"]["description"] = json!(about.description.in_language(language));
    document["info"]["license"] = json!({
        "name": "AGPL-3.0-only",
        "url": "https://www.gnu.org/licenses/agpl-3.0.html",
    });
    document["servers"] = json!([{ "url": "/" }]);
    document["security"] = json!([{ BEARER: [] }]);
    for tag in document["tags"].as_array_mut().into_iter().flatten() {
        // Both languages stand in one description, Spanish first, in two paragraphs.
        let description = tag["description"].as_str().unwrap_or_default();
        let (spanish, english) =
            description.split_once("\n\n").unwrap_or((description, description));
        tag["description"] = match language {
            Language::Spanish => json!(spanish),
            Language::English => json!(english),
        };
    }
}

/// Comments end with a full stop, names do not.
fn name(operation: &mut Map<String, Value>) {
    if let Some(Value::String(summary)) = operation.get_mut("summary")
        && summary.ends_with('.')
    {
        summary.pop();
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
