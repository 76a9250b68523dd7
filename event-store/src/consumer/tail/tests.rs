//! What is kept, and for whom.

use chrono::DateTime;
use domain::shared::{CommandId, CorrelationId, EventId, IncarnationId, TenantId};
use uuid::Uuid;

use super::*;
use crate::event::{Actor, Decided, Metadata};
use crate::stream::{Revision, StreamId};

fn head(position: u64) -> Head {
    Head { incarnation: IncarnationId::from_uuid(Uuid::nil()), position: Position::new(position) }
}

fn event(position: u64, n_bytes: usize) -> RecordedEvent {
    let at = DateTime::UNIX_EPOCH;
    RecordedEvent {
        position: Position::new(position),
        tenant_seq: position,
        lane: 0,
        stream: StreamId::stored(TenantId::from_uuid(Uuid::nil()), "order-1".to_owned()),
        revision: Revision::new(position),
        id: EventId::from_uuid(Uuid::nil()),
        event_type: "order.placed".to_owned(),
        schema_version: 1,
        payload: vec![b' '; n_bytes],
        decided: Decided::default(),
        metadata: Metadata {
            actor: Actor::System("a test".to_owned()),
            branch: None,
            device: None,
            command: CommandId::from_uuid(Uuid::nil()),
            correlation: CorrelationId::from_uuid(Uuid::nil()),
            causation: None,
            traceparent: None,
        },
        business_date: None,
        occurred_at: at,
        recorded_at: at,
        content_hash: [0; 32],
        link: [0; 32],
    }
}

/// The events 11 to `last` of a log.
fn window(last: u64, n_bytes: usize) -> Window {
    let mut window = Window::beginning_at(head(10), Instant::now());
    window.extend((11..=last).map(|n| Arc::new(event(n, n_bytes))).collect(), Position::new(last));
    window
}

fn positions(read: Option<Read>) -> Option<Vec<u64>> {
    Some(read?.0.iter().map(|event| event.position.get()).collect())
}

#[test]
fn a_reader_within_the_window_gets_the_next_events_and_others_none() {
    let window = window(15, 1);
    let after = |position, limit| positions(window.after(Position::new(position), limit));
    assert_eq!(after(10, 9), Some(vec![11, 12, 13, 14, 15]));
    assert_eq!(after(12, 2), Some(vec![13, 14]));
    assert_eq!(after(15, 9), Some(vec![]));
    assert_eq!((after(9, 9), after(16, 9)), (None, None));
}

#[test]
fn it_keeps_the_newest_events_within_its_bounds() {
    let many = window(10 + EVENTS_MAX as u64 + 5, 1);
    assert_eq!((many.events.len(), many.start), (EVENTS_MAX, Position::new(15)));
    assert_eq!(positions(many.after(Position::new(14), 1)), None);
    assert_eq!(positions(many.after(Position::new(15), 1)), Some(vec![16]));

    let large = window(20, BYTES_MAX / 4);
    assert_eq!((large.events.len(), large.start), (3, Position::new(17)));
    assert!(large.n_bytes <= BYTES_MAX);
}

#[test]
fn what_was_read_long_ago_says_nothing_about_the_end() {
    let mut window = window(15, 1);
    window.read_at = Instant::now().checked_sub(FRESH * 2).unwrap();
    assert_eq!(positions(window.after(Position::new(12), 9)), None);
}

#[test]
fn another_log_or_one_that_lost_its_end_is_begun_anew() {
    let window = window(15, 1);
    let other = IncarnationId::from_uuid(Uuid::from_u128(1));
    assert!(window.goes_on_to(head(15)) && window.goes_on_to(head(16)));
    assert!(!window.goes_on_to(head(14)));
    assert!(!window.goes_on_to(Head { incarnation: other, ..head(16) }));
}
