//! The order of the document: parts and addresses as a reader meets them, not by the alphabet.

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;

/// The fields of the document in the order of its readers.
const FIELDS: [&str; 7] = ["openapi", "info", "servers", "security", "tags", "paths", "components"];

/// The document as text, its addresses in the order of `paths`.
pub(super) fn write(document: &Value, paths: &[String]) -> String {
    let ordered = Ordered { document, paths };
    serde_json::to_string_pretty(&ordered).expect("a JSON value can be written")
}

struct Ordered<'d> {
    document: &'d Value,
    paths: &'d [String],
}

impl Serialize for Ordered<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for field in FIELDS {
            match (field, &self.document[field]) {
                (_, Value::Null) => {}
                ("paths", paths) => {
                    map.serialize_entry(field, &Paths { all: paths, order: self.paths })?;
                }
                ("tags", tags) => map.serialize_entry(field, &self.tags(tags))?,
                (_, value) => map.serialize_entry(field, value)?,
            }
        }
        map.end()
    }
}

impl Ordered<'_> {
    /// Parts in the order of their first operations.
    fn tags<'t>(&self, tags: &'t Value) -> Vec<&'t Value> {
        let first = |tag: &Value| {
            self.paths.iter().position(|path| {
                let methods = self.document["paths"][path.as_str()].as_object();
                methods.into_iter().flatten().any(|(_, operation)| {
                    operation["tags"].as_array().is_some_and(|tags| tags.contains(&tag["name"]))
                })
            })
        };
        let mut tags: Vec<&Value> = tags.as_array().into_iter().flatten().collect();
        tags.sort_by_key(|tag| first(tag));
        tags
    }
}

struct Paths<'d> {
    all: &'d Value,
    order: &'d [String],
}

impl Serialize for Paths<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.order.len()))?;
        for path in self.order {
            map.serialize_entry(path, &self.all[path.as_str()])?;
        }
        map.end()
    }
}
