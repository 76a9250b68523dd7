//! How large the body of a request may be, as an extension.

use serde_json::{Map, Value, json};

use crate::contract::Operation;

pub(super) fn declare(document: &mut Map<String, Value>, operation: &Operation) {
    let body = document.get_mut("requestBody").and_then(Value::as_object_mut);
    if let (Some(body), Some(bytes_max)) = (body, operation.body) {
        body.insert("x-bytes-max".to_owned(), json!(bytes_max.get()));
    }
}
