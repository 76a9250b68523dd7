//! The names of the headers. Those of CloudEvents come first, then those that FastOps adds; optional ones are
//! absent where they have no value.

/// Always [`SPEC_VERSION_1_0`](super::SPEC_VERSION_1_0).
pub const SPEC_VERSION: &str = "ce_specversion";
/// The event's id, a UUID.
pub const ID: &str = "ce_id";
/// Whose log it comes from: `/fastops/{tenant id}`.
pub const SOURCE: &str = "ce_source";
/// The stored name and version: `co.fastops.order.placed.v1`.
pub const TYPE: &str = "ce_type";
/// The stream: `order-{id}`.
pub const SUBJECT: &str = "ce_subject";
/// When it happened, as the client reports; RFC 3339, UTC, microseconds.
pub const TIME: &str = "ce_time";
/// What the value is: [`JSON`](super::JSON).
pub const CONTENT_TYPE: &str = "content-type";
/// Whose event it is, a UUID.
pub const TENANT_ID: &str = "ce_tenantid";
/// Which life of the log it is of, a UUID; a restore begins another.
pub const INCARNATION: &str = "ce_incarnation";
/// Its position in the log, decimal. Together with the incarnation it identifies repetitions.
pub const POSITION: &str = "ce_position";
/// The position of the event before it in its partition, decimal; 0 before the first one.
pub const PREVIOUS: &str = "ce_previous";
/// Its number among the events of its tenant, decimal, from 1 without gaps.
pub const SEQUENCE: &str = "ce_sequence";
/// Its revision in its stream, decimal, from 1 without gaps.
pub const REVISION: &str = "ce_revision";
/// When the server received it; RFC 3339, UTC, microseconds.
pub const RECORDED_TIME: &str = "ce_recordedtime";
/// The day it counts for, `YYYY-MM-DD`. Optional.
pub const BUSINESS_DATE: &str = "ce_businessdate";
/// Who caused it: `user:{id}` or `system:{reason}`.
pub const ACTOR: &str = "ce_actor";
/// The branch it happened in, a UUID. Optional.
pub const BRANCH_ID: &str = "ce_branchid";
/// The till or tablet it came from, a UUID. Optional.
pub const DEVICE_ID: &str = "ce_deviceid";
/// The command that decided it, a UUID.
pub const COMMAND_ID: &str = "ce_commandid";
/// The request that everything belongs to, a UUID.
pub const CORRELATION_ID: &str = "ce_correlationid";
/// The event that made FastOps send the command, a UUID. Optional.
pub const CAUSATION_ID: &str = "ce_causationid";
/// The W3C trace context of the request. Optional.
pub const TRACEPARENT: &str = "ce_traceparent";
/// SHA-256 over what was written, in hexadecimal digits.
pub const CONTENT_HASH: &str = "ce_contenthash";
/// The tenant's chain up to this event, in hexadecimal digits.
pub const LINK: &str = "ce_link";
