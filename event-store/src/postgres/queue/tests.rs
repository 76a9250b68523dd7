use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::prelude::*;
use uuid::Uuid;

use super::*;

/// The `nth` item of its tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Thing {
    tenant: u128,
    nth: u128,
    command: u128,
    size_bytes: usize,
}

impl Item for Thing {
    fn tenant(&self) -> TenantId {
        TenantId::from_uuid(Uuid::from_u128(self.tenant))
    }

    fn command(&self) -> CommandId {
        CommandId::from_uuid(Uuid::from_u128(self.command))
    }

    fn size_bytes(&self) -> usize {
        self.size_bytes
    }
}

/// As many as go together.
const ALL: usize = usize::MAX;

const LIMITS: Limits = Limits { items: 40, bytes: 4_000, batch_items: 6, batch_bytes: 600 };

fn thing(tenant: u128, nth: u128) -> Thing {
    Thing { tenant, nth, command: nth, size_bytes: 100 }
}

fn queue(things: impl IntoIterator<Item = Thing>) -> Queue<Thing> {
    let mut queue = Queue::new(LIMITS);
    for thing in things {
        queue.push(thing).expect("there is room");
    }
    queue
}

fn names(batch: &[Thing]) -> Vec<(u128, u128)> {
    batch.iter().map(|thing| (thing.tenant, thing.nth)).collect()
}

#[test]
fn tenants_take_turns_and_keep_their_own_order() {
    let mut queue = queue([thing(1, 1), thing(1, 2), thing(1, 3), thing(2, 1), thing(3, 1)]);
    assert_eq!(names(&queue.take(ALL)), [(1, 1), (2, 1), (3, 1), (1, 2), (1, 3)]);
    assert_eq!((queue.take(ALL).len(), queue.len(), queue.n_bytes()), (0, 0, 0));
}

#[test]
fn a_batch_has_its_limits_of_items_and_bytes() {
    let large = |tenant| Thing { size_bytes: 350, ..thing(tenant, 1) };
    let mut by_items = queue((1..=9).map(|nth| Thing { size_bytes: 1, ..thing(1, nth) }));
    assert_eq!((by_items.take(ALL).len(), by_items.take(ALL).len()), (6, 3));
    let mut by_bytes = queue([large(1), large(2), thing(3, 1)]);
    assert_eq!(names(&by_bytes.take(ALL)), [(1, 1)]);
    assert_eq!(names(&by_bytes.take(ALL)), [(2, 1), (3, 1)]);
}

#[test]
fn a_batch_has_no_more_than_is_asked_for_and_the_turns_go_on() {
    let mut queue = queue([thing(1, 1), thing(1, 2), thing(2, 1), thing(3, 1)]);
    assert_eq!(names(&queue.take(1)), [(1, 1)]);
    assert_eq!(names(&queue.take(2)), [(2, 1), (3, 1)]);
    assert_eq!(names(&queue.take(2)), [(1, 2)]);
}

#[test]
fn what_is_larger_than_a_batch_goes_alone() {
    let huge = Thing { size_bytes: 601, ..thing(2, 1) };
    let mut queue = queue([thing(1, 1), huge, thing(3, 1)]);
    assert_eq!(names(&queue.take(ALL)), [(1, 1)]);
    assert_eq!(names(&queue.take(ALL)), [(2, 1)]);
    assert_eq!(names(&queue.take(ALL)), [(3, 1)]);
}

#[test]
fn what_is_larger_than_the_queue_finds_room_where_nothing_waits() {
    let huge = |tenant| Thing { size_bytes: 5_000, ..thing(tenant, 1) };
    let mut queue = queue([huge(1)]);
    assert_eq!(queue.push(huge(2)), Err(huge(2)));
    assert_eq!(names(&queue.take(ALL)), [(1, 1)]);
    assert_eq!(queue.push(huge(2)), Ok(()));
}

#[test]
fn one_tenant_cannot_fill_more_than_half_of_the_queue() {
    let mut queue = queue((1..=20).map(|nth| thing(1, nth)));
    assert_eq!(queue.push(thing(1, 21)), Err(thing(1, 21)));
    for nth in 1..=20 {
        assert_eq!(queue.push(thing(2, nth)), Ok(()));
    }
    assert_eq!(queue.push(thing(3, 1)), Err(thing(3, 1)));
    let large = Thing { size_bytes: 1_901, ..thing(1, 2) };
    let mut queue = self::queue([thing(1, 1)]);
    assert_eq!(queue.push(large), Err(large));
    assert_eq!(queue.push(Thing { size_bytes: 1_900, ..large }), Ok(()));
}

#[test]
fn a_repeated_command_waits_for_the_first_and_all_behind_it_with_it() {
    let repeated = Thing { command: 1, ..thing(1, 2) };
    let mut queue = queue([thing(1, 1), repeated, thing(1, 3), thing(2, 1), thing(2, 2)]);
    assert_eq!(names(&queue.take(ALL)), [(1, 1), (2, 1), (2, 2)]);
    assert_eq!(names(&queue.take(ALL)), [(1, 2), (1, 3)]);
}

#[derive(Debug, Clone)]
enum Step {
    Push { tenant: u128, command: u128, size_bytes: usize },
    Take { items_max: usize },
}

fn step() -> impl Strategy<Value = Step> {
    let push = (1..5_u128, 1..12_u128, 1..900_usize)
        .prop_map(|(tenant, command, size_bytes)| Step::Push { tenant, command, size_bytes });
    prop_oneof![5 => push, 1 => (1..10_usize).prop_map(|items_max| Step::Take { items_max })]
}

/// The state of a model of plain lines.
#[derive(Default)]
struct Model {
    /// No command id is used twice.
    distinct: bool,
    lines: BTreeMap<u128, VecDeque<Thing>>,
    n_pushed: BTreeMap<u128, u128>,
    /// How often another tenant (second) was served since a waiting one (first) was.
    overtaken: BTreeMap<(u128, u128), u32>,
}

impl Model {
    fn push(&mut self, queue: &mut Queue<Thing>, thing: Thing) {
        let thing = Thing { nth: self.n_pushed.get(&thing.tenant).map_or(1, |n| n + 1), ..thing };
        let n_items: usize = self.lines.values().map(VecDeque::len).sum();
        match queue.push(thing) {
            Ok(()) => {
                self.n_pushed.insert(thing.tenant, thing.nth);
                self.lines.entry(thing.tenant).or_default().push_back(thing);
                assert!(n_items < LIMITS.items);
                assert!(self.lines[&thing.tenant].len() <= LIMITS.items / 2);
            }
            Err(back) => {
                assert_eq!(back, thing);
                assert!(n_items > 0, "an empty queue has room");
            }
        }
    }

    fn take(&mut self, queue: &mut Queue<Thing>, items_max: usize) -> usize {
        let waiting = queue.len();
        let batch = queue.take(items_max);
        assert!(waiting == 0 || !batch.is_empty(), "the queue stands still");
        assert!(batch.len() <= LIMITS.batch_items.min(items_max));
        let n_bytes: usize = batch.iter().map(Thing::size_bytes).sum();
        assert!(n_bytes <= LIMITS.batch_bytes || batch.len() == 1);
        let ids: HashSet<_> = batch.iter().map(|thing| (thing.tenant, thing.command)).collect();
        assert_eq!(ids.len(), batch.len(), "a command is twice in a batch");
        for thing in &batch {
            let line = self.lines.get_mut(&thing.tenant).expect("it was pushed");
            assert_eq!(line.pop_front(), Some(*thing), "a tenant's order has changed");
            if self.distinct {
                self.is_fair(thing.tenant);
            }
        }
        batch.len()
    }

    /// Since a tenant was last served, or began to wait, no other one was served more than once.
    fn is_fair(&mut self, served: u128) {
        for (waiting, line) in &self.lines {
            if *waiting == served || line.is_empty() {
                self.overtaken.retain(|(of, _), _| of != waiting);
                continue;
            }
            let n = self.overtaken.entry((*waiting, served)).or_default();
            *n += 1;
            assert!(*n <= 1, "{served} was served {n} times while {waiting} waited");
        }
    }
}

fn run(steps: Vec<Step>, distinct: bool) {
    let (mut queue, mut model) = (Queue::new(LIMITS), Model { distinct, ..Model::default() });
    for (no, step) in (1..).zip(steps) {
        match step {
            Step::Push { tenant, command, size_bytes } => {
                let command = if distinct { no } else { command };
                model.push(&mut queue, Thing { tenant, nth: 0, command, size_bytes });
            }
            Step::Take { items_max } => {
                model.take(&mut queue, items_max);
            }
        }
        let n_items: usize = model.lines.values().map(VecDeque::len).sum();
        let n_bytes: usize = model.lines.values().flatten().map(Thing::size_bytes).sum();
        assert_eq!((queue.len(), queue.n_bytes()), (n_items, n_bytes));
    }
    while model.take(&mut queue, ALL) > 0 {}
    assert!(model.lines.values().all(VecDeque::is_empty), "something was lost");
}

proptest! {
    #[test]
    fn whatever_comes_and_goes_nothing_is_lost_and_every_tenant_keeps_its_order(
        steps in vec(step(), 0..120),
    ) {
        run(steps, false);
    }

    #[test]
    fn whatever_comes_and_goes_no_tenant_is_served_twice_while_another_waits(
        steps in vec(step(), 0..120),
    ) {
        run(steps, true);
    }
}
