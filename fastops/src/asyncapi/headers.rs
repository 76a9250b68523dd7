//! The headers of every message.

use serde_json::{Map, Value, json};

/// A header: its name, its format or pattern, and what it says.
type Row = (&'static str, Option<(&'static str, &'static str)>, &'static str);

const UUID: Option<(&str, &str)> = Some(("format", "uuid"));
const MOMENT: Option<(&str, &str)> = Some(("format", "date-time"));
const DAY: Option<(&str, &str)> = Some(("format", "date"));
const NUMBER: Option<(&str, &str)> = Some(("pattern", "^[0-9]+$"));
const HASH: Option<(&str, &str)> = Some(("pattern", "^[0-9a-f]{64}$"));

const ALWAYS: [Row; 19] = [
    ("ce_specversion", Some(("const", "1.0")), "The version of CloudEvents."),
    ("ce_id", UUID, "The event's id."),
    (
        "ce_source",
        Some(("pattern", "^/fastops/")),
        "Whose log it comes from: `/fastops/{tenant id}`.",
    ),
    ("ce_type", Some(("pattern", r"^co\.fastops\.")), "The stored name and version."),
    ("ce_subject", None, "The stream: `order-{id}`."),
    ("ce_time", MOMENT, "When it happened, as the client says."),
    ("content-type", Some(("const", "application/json")), "What the value is."),
    ("ce_tenantid", UUID, "Whose event it is."),
    ("ce_incarnation", UUID, "Which life of the log it is of; a restore begins another."),
    (
        "ce_position",
        NUMBER,
        "Its place in the log. Together with the incarnation it tells a repetition.",
    ),
    (
        "ce_previous",
        NUMBER,
        "The place of the event before it in its partition; 0 before the first.",
    ),
    ("ce_sequence", NUMBER, "Its place among the events of its tenant, from 1 without gaps."),
    ("ce_revision", NUMBER, "Its place in its stream, from 1 without gaps."),
    ("ce_recordedtime", MOMENT, "When the server heard of it."),
    ("ce_actor", None, "Who caused it: `user:{id}` or `system:{reason}`."),
    ("ce_commandid", UUID, "The command that decided it."),
    ("ce_correlationid", UUID, "The request that everything belongs to."),
    ("ce_contenthash", HASH, "SHA-256 over what was written."),
    ("ce_link", HASH, "The tenant's chain up to this event."),
];

const SOMETIMES: [Row; 5] = [
    ("ce_businessdate", DAY, "The day it counts for."),
    ("ce_branchid", UUID, "The branch it happened in."),
    ("ce_deviceid", UUID, "The till or tablet it came from."),
    ("ce_causationid", UUID, "The event that made FastOps send the command."),
    ("ce_traceparent", None, "The W3C trace context of the request."),
];

/// Their schema. All of them are text.
pub(super) fn headers() -> Value {
    let property = |(name, rule, description): &Row| {
        let mut schema = Map::from_iter([
            ("type".to_owned(), json!("string")),
            ("description".to_owned(), json!(description)),
        ]);
        schema.extend(rule.map(|(keyword, value)| (keyword.to_owned(), json!(value))));
        ((*name).to_owned(), Value::Object(schema))
    };
    let properties: Map<String, Value> = ALWAYS.iter().chain(&SOMETIMES).map(property).collect();
    let required: Vec<&str> = ALWAYS.iter().map(|(name, ..)| *name).collect();
    json!({"type": "object", "properties": properties, "required": required})
}
