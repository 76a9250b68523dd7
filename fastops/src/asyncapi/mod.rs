//! The AsyncAPI document: what those get who read the log from Kafka.
//!
//! Payloads are described by schemas that are derived from the events themselves.

mod headers;

use api::app::App;
use api::docs::json_page;
use domain::event::EventType;
use domain::schemas::{Schemas, schemas};
use serde_json::{Map, Value, json};

use headers::headers;

/// Where the document is served.
pub const ADDRESS: &str = "/asyncapi.json";

/// The default name of the topic.
const TOPIC: &str = "fastops.events.v1";

/// As many as the log has lanes: all events of a company are in one.
const PARTITIONS: u16 = event_store::lane::LANES;

/// The version of the Kafka bindings that the document uses.
const BINDING: &str = "0.5.0";

const DESCRIPTION: &str = "Every event of the log, in the order of the log for each company, at least once. \
    Who has seen `ce_incarnation` and `ce_position` of a message has seen the event. \
    A message is an event of CloudEvents 1.0 in binary mode: the value is the payload, everything else \
    is in headers.";

/// The document, for people to read.
pub fn document() -> String {
    format!("{:#}", tree())
}

/// The page that serves it.
pub(crate) fn page() -> (&'static str, App) {
    (ADDRESS, json_page(document()))
}

fn tree() -> Value {
    let Schemas { events, shared } = schemas("/components/schemas");
    let mut components = shared;
    let (mut messages, mut of_channel, mut of_operation) = (Map::new(), Map::new(), Vec::new());
    for (event_type, schema) in events {
        let key = key(event_type);
        let reference = |path: &str| json!({"$ref": format!("#/{path}/{key}")});
        of_operation.push(reference("channels/events/messages"));
        of_channel.insert(key.clone(), reference("components/messages"));
        messages.insert(key.clone(), message(event_type, &reference("components/schemas")));
        components.insert(key, schema.to_value());
    }
    components.insert("headers".to_owned(), headers());
    json!({
        "asyncapi": "3.0.0",
        "info": {"title": "FastOps", "version": "1", "description": DESCRIPTION},
        "defaultContentType": "application/json",
        "channels": {"events": channel(&of_channel)},
        "operations": {"publish": {
            "action": "send",
            "summary": "FastOps publishes what has happened.",
            "channel": {"$ref": "#/channels/events"},
            "messages": of_operation,
        }},
        "components": {"messages": messages, "schemas": components},
    })
}

fn channel(messages: &Map<String, Value>) -> Value {
    json!({
        "address": TOPIC,
        "description": "All events of all companies; a company's are all in one partition.",
        "messages": messages,
        "bindings": {"kafka": {
            "topic": TOPIC, "partitions": PARTITIONS, "bindingVersion": BINDING,
        }},
    })
}

fn message(event_type: EventType, payload: &Value) -> Value {
    json!({
        "name": format!("co.fastops.{}", key(event_type)),
        "title": event_type.name,
        "contentType": "application/json",
        "headers": {"$ref": "#/components/schemas/headers"},
        "payload": payload,
        "bindings": {"kafka": {
            "key": {"type": "string", "description": "`{tenant id}:{stream}`"},
            "bindingVersion": BINDING,
        }},
    })
}

/// `order.placed.v1`.
fn key(EventType { name, version }: EventType) -> String {
    format!("{name}.v{version}")
}

#[cfg(test)]
mod tests;
