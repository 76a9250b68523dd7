//! Who may use an operation, as a security requirement, an extension and a sentence.

use serde_json::{Map, Value, json};

use crate::access::{BEARER, DEVICE, OPERATOR};
use crate::contract::Access;

pub(super) fn declare(operation: &mut Map<String, Value>, access: Access) {
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
    let described = operation.get("description").and_then(Value::as_str).unwrap_or_default();
    let described =
        if described.is_empty() { sentence } else { format!("{described}\n\n{sentence}") };
    operation.insert("description".to_owned(), json!(described));
}
