use chrono::NaiveDate;
use domain::shared::{BranchId, CommandId, CorrelationId, DeviceId, EventId, TenantId, UserId};
use uuid::Uuid;

use super::*;
use crate::event::{Decided, Metadata};
use crate::stream::{Revision, StreamId};

fn uuid(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

fn moment(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn event() -> RecordedEvent {
    RecordedEvent {
        position: Position::new(4711),
        tenant_seq: 42,
        lane: 7,
        stream: StreamId::stored(TenantId::from_uuid(uuid(0xA)), "order-17".to_owned()),
        revision: Revision::new(3),
        id: EventId::from_uuid(uuid(1)),
        event_type: "order.payment_taken".to_owned(),
        schema_version: 2,
        payload: br#"{"name":"Aj\u00ed"}"#.to_vec(),
        decided: Decided::default(),
        metadata: Metadata {
            actor: Actor::User(UserId::from_uuid(uuid(2))),
            branch: Some(BranchId::from_uuid(uuid(3))),
            device: Some(DeviceId::from_uuid(uuid(4))),
            command: CommandId::from_uuid(uuid(5)),
            correlation: CorrelationId::from_uuid(uuid(6)),
            causation: Some(EventId::from_uuid(uuid(7))),
            traceparent: Some("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".to_owned()),
        },
        business_date: NaiveDate::from_ymd_opt(2026, 11, 23),
        occurred_at: moment("2026-11-23T10:44:36.434029Z"),
        recorded_at: moment("2026-11-23T10:44:37Z"),
        content_hash: [0xAB; 32],
        link: [0x01; 32],
    }
}

fn link() -> LaneLink {
    LaneLink { incarnation: IncarnationId::from_uuid(uuid(9)), previous: Position::new(4700) }
}

type Headers = Vec<(&'static str, String)>;

fn without(headers: &Headers, left_out: &str) -> Headers {
    headers.iter().filter(|(name, _)| *name != left_out).cloned().collect()
}

fn read(headers: &Headers, payload: &[u8]) -> Result<(RecordedEvent, LaneLink), Malformed> {
    let headers = headers.iter().map(|(name, value)| (*name, Some(value.as_bytes())));
    decode(headers, 7, payload)
}

#[test]
fn an_event_comes_back_whole() {
    let bare = Metadata {
        actor: Actor::System("importación: pizza".to_owned()),
        branch: None,
        device: None,
        causation: None,
        traceparent: None,
        ..event().metadata
    };
    let bare = RecordedEvent { metadata: bare, business_date: None, ..event() };
    for event in [event(), bare] {
        let headers = headers(&event, link());
        assert_eq!(read(&headers, &event.payload), Ok((event, link())));
    }
}

#[test]
fn the_headers_are_those_of_cloudevents() {
    let headers = headers(&event(), link());
    let value = |key| {
        let (_, value) = headers.iter().find(|(name, _)| *name == key)?;
        Some(value.as_str())
    };
    let tenant = "00000000-0000-0000-0000-00000000000a";
    assert_eq!(value("ce_specversion"), Some("1.0"));
    assert_eq!(value("ce_id"), Some("00000000-0000-0000-0000-000000000001"));
    assert_eq!(value("ce_source"), Some(&*format!("/fastops/{tenant}")));
    assert_eq!(value("ce_type"), Some("co.fastops.order.payment_taken.v2"));
    assert_eq!(value("ce_subject"), Some("order-17"));
    assert_eq!(value("ce_time"), Some("2026-11-23T10:44:36.434029Z"));
    assert_eq!(value("ce_position"), Some("4711"));
    assert_eq!(value("content-type"), Some("application/json"));
    assert_eq!(key(&event()), format!("{tenant}:order-17"));
}

#[test]
fn a_message_that_lacks_something_is_named_by_it() {
    let whole = headers(&event(), link());
    for key in [header::ID, header::POSITION, header::PREVIOUS, header::TYPE, header::LINK] {
        let mut crooked = without(&whole, key);
        assert_eq!(read(&crooked, b"{}"), Err(Malformed::Missing(key)));
        crooked.push((key, "sí".to_owned()));
        assert_eq!(read(&crooked, b"{}"), Err(Malformed::Unreadable(key)));
    }
    assert_eq!(read(&Headers::new(), b"{}"), Err(Malformed::Missing(header::TENANT_ID)));
}
