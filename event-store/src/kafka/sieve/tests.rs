use chrono::DateTime;
use domain::shared::{CommandId, CorrelationId, EventId, TenantId};
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::event::{Actor, Decided, Metadata};
use crate::stream::{Revision, StreamId};

const LOG: IncarnationId = IncarnationId::from_uuid(Uuid::from_u128(1));

fn received(lane: u16, position: u64, previous: u64) -> Received {
    let metadata = Metadata {
        actor: Actor::System("a test".to_owned()),
        branch: None,
        device: None,
        command: CommandId::from_uuid(Uuid::nil()),
        correlation: CorrelationId::from_uuid(Uuid::nil()),
        causation: None,
        traceparent: None,
    };
    let event = RecordedEvent {
        position: Position::new(position),
        tenant_seq: position,
        lane,
        stream: StreamId::stored(TenantId::from_uuid(Uuid::nil()), "a-stream".to_owned()),
        revision: Revision::new(1),
        id: EventId::from_uuid(Uuid::from_u128(position.into())),
        event_type: "thing.happened".to_owned(),
        schema_version: 1,
        payload: b"{}".to_vec(),
        decided: Decided::default(),
        metadata,
        business_date: None,
        occurred_at: DateTime::UNIX_EPOCH,
        recorded_at: DateTime::UNIX_EPOCH,
        content_hash: [0; 32],
        link: [0; 32],
    };
    let link = LaneLink { incarnation: LOG, previous: Position::new(previous) };
    Received { event: Arc::new(event), link, offset: 0 }
}

/// The messages of a log with events of these lanes.
fn log(lanes: &[u16]) -> Vec<Received> {
    let mut last = BTreeMap::new();
    let messages = lanes.iter().zip(1..).map(|(lane, position)| {
        let previous = last.insert(*lane, position).unwrap_or_default();
        received(*lane, position, previous)
    });
    messages.collect()
}

/// A consumer that keeps what it was given.
#[derive(Default)]
struct Keeper {
    lanes: BTreeMap<u16, Position>,
    applied: Vec<Position>,
}

impl Keeper {
    fn take(&mut self, page: &[Received]) -> BTreeMap<u16, Gap> {
        let standing = |lane| Some(self.lanes.get(&lane).copied().unwrap_or_default());
        let sifted = sift(page, LOG, standing).expect("there is one log");
        self.applied.extend(sifted.events.iter().map(|event| event.position));
        self.lanes.extend(sifted.reached);
        sifted.gaps
    }

    /// What of a log it was given, lane by lane in the order in which it was given.
    fn of_lane(&self, log: &[Received], lane: u16) -> Vec<Position> {
        let is_of_lane = |position: &&Position| {
            log.iter().any(|m| m.event.position == **position && m.event.lane == lane)
        };
        self.applied.iter().filter(is_of_lane).copied().collect()
    }
}

fn positions(log: &[Received], lane: u16) -> Vec<Position> {
    let of_lane = log.iter().filter(|message| message.event.lane == lane);
    of_lane.map(|message| message.event.position).collect()
}

/// What a relay leaves on the topic: runs that begin anywhere up to where the one before it ended.
fn with_repetitions(log: &[Received], starts: &[prop::sample::Index]) -> Vec<Received> {
    let mut topic = Vec::new();
    let mut end = 0;
    for start in starts {
        let from = start.index(end + 1);
        end = log.len().min(from + 1 + start.index(log.len()));
        topic.extend_from_slice(&log[from..end]);
    }
    topic.extend_from_slice(&log[end..]);
    topic
}

fn lanes() -> impl Strategy<Value = Vec<u16>> {
    prop::collection::vec(0_u16..4, 1..60)
}

fn indices(n: usize) -> impl Strategy<Value = Vec<prop::sample::Index>> {
    prop::collection::vec(any::<prop::sample::Index>(), 0..n)
}

proptest! {
    /// Repetitions and regressions as a relay makes them: everything is applied once and in order, and
    /// nothing seems to be missing.
    #[test]
    fn f26_what_is_repeated_is_applied_once_and_nothing_is_left_out(
        lanes in lanes(),
        starts in indices(6),
        cuts in indices(5),
    ) {
        let log = log(&lanes);
        let topic = with_repetitions(&log, &starts);
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(topic.len())).collect();
        cuts.extend([0, topic.len()]);
        cuts.sort_unstable();
        let mut keeper = Keeper::default();
        for page in cuts.windows(2) {
            prop_assert!(keeper.take(&topic[page[0]..page[1]]).is_empty());
        }
        for lane in 0..4 {
            prop_assert_eq!(keeper.of_lane(&log, lane), positions(&log, lane));
        }
    }

    /// Whatever comes, in whatever order and however often: what is applied of a lane is its beginning,
    /// in order and once; and once the log is published from where it stands, it is whole.
    #[test]
    fn f26_what_is_shuffled_or_lost_never_makes_anything_skipped(
        lanes in lanes(),
        mess in indices(80),
    ) {
        let log = log(&lanes);
        let mess: Vec<Received> = mess.iter().map(|idx| log[idx.index(log.len())].clone()).collect();
        let mut keeper = Keeper::default();
        for page in mess.chunks(7) {
            keeper.take(page);
        }
        for lane in 0..4 {
            let (applied, all) = (keeper.of_lane(&log, lane), positions(&log, lane));
            prop_assert_eq!(&applied, &all[..applied.len()]);
        }
        prop_assert!(keeper.take(&log).is_empty());
        for lane in 0..4 {
            prop_assert_eq!(keeper.of_lane(&log, lane), positions(&log, lane));
        }
    }
}

#[test]
fn what_is_missing_is_named_and_nothing_after_it_is_applied() {
    let mut keeper = Keeper::default();
    assert!(keeper.take(&[received(3, 10, 0), received(5, 11, 0)]).is_empty());
    let gaps = keeper.take(&[received(3, 14, 12), received(3, 15, 14), received(5, 16, 11)]);
    let gap = Gap { after: Position::new(10), previous: Position::new(12), offset: 0 };
    assert_eq!(gaps, BTreeMap::from([(3, gap)]));
    assert_eq!(keeper.applied, [10, 11, 16].map(Position::new));
    let published_again = [received(3, 12, 10), received(3, 14, 12), received(3, 15, 14)];
    assert!(keeper.take(&published_again).is_empty());
    assert_eq!(keeper.applied, [10, 11, 16, 12, 14, 15].map(Position::new));
}

#[test]
fn a_gap_that_is_filled_in_the_same_page_is_none() {
    let mut keeper = Keeper::default();
    let page = [received(3, 7, 5), received(3, 5, 0), received(3, 7, 5)];
    assert!(keeper.take(&page).is_empty());
    assert_eq!(keeper.applied, [5, 7].map(Position::new));
}

#[test]
fn events_of_several_lanes_come_in_the_order_of_the_log() {
    let mut keeper = Keeper::default();
    let page = [received(3, 2, 0), received(3, 4, 2), received(1, 1, 0), received(1, 3, 1)];
    assert!(keeper.take(&page).is_empty());
    assert_eq!(keeper.applied, [1, 2, 3, 4].map(Position::new));
}

#[test]
fn a_message_of_another_log_is_not_taken_for_one_of_this() {
    let other = IncarnationId::from_uuid(Uuid::from_u128(2));
    let mut message = received(0, 1, 0);
    message.link.incarnation = other;
    let sifted = sift(&[message.clone()], LOG, |_| Some(Position::new(100)));
    assert_eq!(sifted.map(|_| ()).unwrap_err(), AnotherLog(other));
    let of_other_lane = sift(&[message], LOG, |_| None).unwrap();
    assert!(of_other_lane.events.is_empty() && of_other_lane.gaps.is_empty());
}
