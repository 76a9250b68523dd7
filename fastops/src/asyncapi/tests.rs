use std::collections::BTreeSet;

use super::*;

/// Every `$ref` in a document.
fn references(tree: &Value) -> BTreeSet<String> {
    match tree {
        Value::Object(fields) => {
            let reference = fields.get("$ref").and_then(Value::as_str).map(str::to_owned);
            reference.into_iter().chain(fields.values().flat_map(references)).collect()
        }
        Value::Array(items) => items.iter().flat_map(references).collect(),
        _ => BTreeSet::new(),
    }
}

#[test]
fn the_document_is_the_one_that_was_agreed_on() {
    insta::assert_snapshot!(document());
}

#[test]
fn every_reference_leads_somewhere_and_every_event_is_published() {
    let tree = tree();
    for reference in references(&tree) {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(tree.pointer(pointer).is_some(), "{reference} leads nowhere");
    }
    let published = tree["operations"]["publish"]["messages"].as_array().unwrap().len();
    assert_eq!(published, schemas("/").events.len());
    assert_eq!(tree["channels"]["events"]["messages"].as_object().unwrap().len(), published);
}

/// The names in the source of the messages' code: constants cannot be listed.
fn names_of_headers() -> BTreeSet<&'static str> {
    include_str!("../../../event-store/src/envelope/header.rs")
        .lines()
        .filter_map(|line| Some(line.split_once(": &str = \"")?.1.split_once('"')?.0))
        .collect()
}

#[test]
fn the_headers_of_messages_are_those_of_the_document() {
    let tree = tree();
    let described = tree["components"]["schemas"]["headers"]["properties"].as_object().unwrap();
    let described: BTreeSet<&str> = described.keys().map(String::as_str).collect();

    assert_eq!(described, names_of_headers());
}
