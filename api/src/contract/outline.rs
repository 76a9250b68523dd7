//! Outline: the operations of the document, part by part in the order of its readers.

use serde_json::Value;

/// A part of the API with its operations.
pub(crate) struct PartOutline {
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) operations: Vec<OperationOutline>,
}

/// An operation with its part of the document.
pub(crate) struct OperationOutline {
    /// `POST`.
    pub(crate) method: String,
    /// The address as documented, `/v1/orders/{order_id}`.
    pub(crate) path: String,
    pub(crate) documented: Value,
}

/// The outline of a document whose addresses come in the order of `paths`.
pub(crate) fn of(document: &str, paths: &[String]) -> Vec<PartOutline> {
    let document: Value = serde_json::from_str(document).expect("the document is JSON");
    let operations = || {
        paths.iter().flat_map(|path| {
            let methods = document["paths"][path.as_str()].as_object().into_iter().flatten();
            methods.map(move |(method, documented)| (path, method, documented))
        })
    };
    let part = |tag: &Value| PartOutline {
        name: text(&tag["name"]),
        description: text(&tag["description"]),
        operations: operations()
            .filter(|(_, _, documented)| documented["tags"][0] == tag["name"])
            .map(|(path, method, documented)| OperationOutline {
                method: method.to_uppercase(),
                path: path.clone(),
                documented: documented.clone(),
            })
            .collect(),
    };
    document["tags"].as_array().into_iter().flatten().map(part).collect()
}

impl OperationOutline {
    /// What the operation is called.
    pub(crate) fn summary(&self) -> String {
        text(&self.documented["summary"])
    }
}

/// A text of the document; empty where there is none.
pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
