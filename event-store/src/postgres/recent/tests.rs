//! Which events are kept, and which are not.

use uuid::Uuid;

use super::*;
use crate::hash::Chain;
use crate::testing::appends::{ANA, append};

fn event(position: u64, n_bytes: usize) -> RecordedEvent {
    let append = append(ANA, position.into(), &[("arepa", position - 1, 1)]);
    let mut chain = Chain::START;
    let positions = [Position::new(position)].into_iter();
    let event = append.recorded(positions, &mut chain).next().expect("it has one");
    RecordedEvent { payload: vec![b' '; n_bytes], ..event }
}

fn life(n: u128) -> IncarnationId {
    IncarnationId::from_uuid(Uuid::from_u128(n))
}

fn recent(positions: impl IntoIterator<Item = u64>) -> Recent {
    let recent = Recent::default();
    recent.are_of(life(1));
    recent.extend(positions.into_iter().map(|position| event(position, 1)));
    recent
}

fn after(recent: &Recent, life: IncarnationId, position: u64, limit: u32) -> Vec<u64> {
    let log = Head { incarnation: life, position: Position::new(1_000) };
    let events = recent.after(log, Position::new(position), limit);
    events.iter().map(|event| event.position.get()).collect()
}

#[test]
fn the_next_events_are_at_hand_up_to_one_that_another_process_has_appended() {
    let recent = recent([4, 5, 6, 9, 10]);
    assert_eq!(after(&recent, life(1), 3, 9), [4, 5, 6]);
    assert_eq!(after(&recent, life(1), 4, 1), [5]);
    assert_eq!(after(&recent, life(1), 8, 9), [9, 10]);
    for missing in [0, 2, 6, 7, 10, 11] {
        assert_eq!(after(&recent, life(1), missing, 9), [0; 0], "after {missing}");
    }
}

#[test]
fn events_of_another_life_of_the_log_are_not_at_hand() {
    let recent = recent([1, 2, 3]);
    assert_eq!(after(&recent, life(2), 0, 9), [0; 0]);
    assert_eq!(after(&recent, life(1), 0, 9), [1, 2, 3]);
    recent.are_of(life(1));
    assert_eq!(after(&recent, life(1), 0, 9), [0; 0], "a copy of the log may lack them");
    recent.are_of(life(2));
    assert_eq!(after(&recent, life(2), 0, 9), [0; 0]);
    recent.extend([event(1, 1)]);
    assert_eq!(after(&recent, life(2), 0, 9), [1]);
}

#[test]
fn only_the_newest_are_kept() {
    let many = recent(1..=EVENTS_MAX as u64 + 3);
    assert_eq!(after(&many, life(1), 2, 9), [0; 0]);
    assert_eq!(after(&many, life(1), 3, 2), [4, 5]);

    let large = recent([]);
    large.extend((1..=5).map(|position| event(position, BYTES_MAX / 4)));
    assert_eq!(after(&large, life(1), 0, 9), [0; 0]);
    assert_eq!(after(&large, life(1), 1, 9), [2, 3, 4, 5]);
}
