//! The headers of every message.

use event_store::envelope::header;
use serde_json::{Map, Value, json};

/// A header: its name, its format or pattern, and its meaning.
type Row = (&'static str, Option<(&'static str, &'static str)>, &'static str);

const UUID: Option<(&str, &str)> = Some(("format", "uuid"));
const MOMENT: Option<(&str, &str)> = Some(("format", "date-time"));
const DAY: Option<(&str, &str)> = Some(("format", "date"));
const NUMBER: Option<(&str, &str)> = Some(("pattern", "^[0-9]+$"));
const HASH: Option<(&str, &str)> = Some(("pattern", "^[0-9a-f]{64}$"));

const ALWAYS: [Row; 19] = [
    (header::SPEC_VERSION, Some(("const", "1.0")), "The version of CloudEvents."),
    (header::ID, UUID, "The event's id."),
    (
        header::SOURCE,
        Some(("pattern", "^/fastops/")),
        "Whose log it comes from: `/fastops/{tenant id}`.",
    ),
    (header::TYPE, Some(("pattern", r"^co\.fastops\.")), "The stored name and version."),
    (header::SUBJECT, None, "The stream: `order-{id}`."),
    (header::TIME, MOMENT, "When it happened, as the client reports."),
    (header::CONTENT_TYPE, Some(("const", "application/json")), "The content type of the value."),
    (header::TENANT_ID, UUID, "The tenant."),
    (header::INCARNATION, UUID, "The incarnation of the log; a restore begins another."),
    (
        header::POSITION,
        NUMBER,
        "Its position in the log. Together with the incarnation it identifies repetitions.",
    ),
    (
        header::PREVIOUS,
        NUMBER,
        "The position of the event before it in its partition; 0 before the first.",
    ),
    (header::SEQUENCE, NUMBER, "Its number among the events of its tenant, from 1 without gaps."),
    (header::REVISION, NUMBER, "Its revision in its stream, from 1 without gaps."),
    (header::RECORDED_TIME, MOMENT, "When the server received it."),
    (header::ACTOR, None, "Who caused it: `user:{id}` or `system:{reason}`."),
    (header::COMMAND_ID, UUID, "The command that decided it."),
    (header::CORRELATION_ID, UUID, "The request that caused it."),
    (header::CONTENT_HASH, HASH, "SHA-256 over what was written."),
    (header::LINK, HASH, "The tenant's chain up to this event."),
];

const SOMETIMES: [Row; 5] = [
    (header::BUSINESS_DATE, DAY, "The day it counts for."),
    (header::BRANCH_ID, UUID, "The branch it happened in."),
    (header::DEVICE_ID, UUID, "The till or tablet it came from."),
    (header::CAUSATION_ID, UUID, "The event that made FastOps send the command."),
    (header::TRACEPARENT, None, "The W3C trace context of the request."),
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
