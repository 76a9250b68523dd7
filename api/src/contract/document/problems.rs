//! The problems that an operation can answer, by status, each with its codes.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::contract::Operation;
use crate::problem::CONTENT_TYPE;

/// The answers without a status of their own: for any address, and failures.
const OTHERS: [&str; 2] = ["4XX", "5XX"];

/// Adds the 4xx of an operation beside all others, which replace its `default`: that would be among the
/// answers of success too, and progenitor takes only one type for those.
pub(super) fn declare(document: &mut Map<String, Value>, operation: &Operation) {
    let mut by_status: BTreeMap<u16, Vec<&str>> = BTreeMap::new();
    for (status, code) in &operation.problems {
        by_status.entry(*status).or_default().push(code.slug());
    }
    let Some(Value::Object(responses)) = document.get_mut("responses") else { return };
    if let Some(others) = responses.remove("default") {
        for range in OTHERS {
            responses.insert(range.to_owned(), others.clone());
        }
    }
    for (status, codes) in by_status {
        let listed: Vec<String> = codes.iter().map(|code| format!("`{code}`")).collect();
        responses.insert(
            status.to_string(),
            json!({
                "description": format!("A problem: {}.", listed.join(", ")),
                "content": { CONTENT_TYPE: { "schema": { "$ref": "#/components/schemas/Problem" } } },
                "x-codes": codes,
            }),
        );
    }
}
