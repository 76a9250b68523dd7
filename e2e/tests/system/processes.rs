//! Commands that processes send on events, on time and once.

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::TimeDelta;
use commands::processes::{Process, WhenReservedThenRelease, command_id};
use domain::Decider;
use domain::identity::User;
use domain::inventory::Inventory;
use domain::inventory::stock::{Event, ReleaseReason};
use domain::shared::EventId;
use e2e::log::Log;
use e2e::silence::Silence;
use e2e::{System, figure};
use event_store::Actor;
use event_store::timers::ParkedTimers;
use serde_json::json;
use sqlx::{AssertSqlSafe, PgPool};
use tokio::time::{sleep, timeout};

use crate::inventory::Kitchen;

const NAME: &str = WhenReservedThenRelease::NAME;

/// The pending timers in the order of their time.
async fn planned(owner: &PgPool) -> Vec<EventId> {
    let events = sqlx::query_scalar("SELECT event_id FROM process_timers ORDER BY due_at");
    events.fetch_all(owner).await.unwrap().into_iter().map(EventId::from_uuid).collect()
}

async fn as_owner(owner: &PgPool, sql: &str) -> u64 {
    sqlx::query(AssertSqlSafe(sql.to_owned())).execute(owner).await.unwrap().rows_affected()
}

async fn until<F: Future<Output = bool>>(what: &str, mut reached: impl FnMut() -> F) {
    let look = async {
        while !reached().await {
            sleep(Duration::from_millis(10)).await;
        }
    };
    assert!(timeout(Duration::from_secs(30), look).await.is_ok(), "never: {what}");
}

/// Waits until the process has handled the whole log.
async fn has_read_all(owner: &PgPool) {
    let sql = "SELECT count(*) = 12 AND min(c.position) >= max(h.position)
               FROM checkpoints c, log_head h WHERE consumer = $1";
    until("the process has read the log", || async {
        let read: Option<bool> = sqlx::query_scalar(sql).bind(NAME).fetch_one(owner).await.unwrap();
        read == Some(true)
    })
    .await;
}

fn reservation_of(log: &Log, order: uuid::Uuid) -> EventId {
    let is_of =
        |event: &Event| matches!(event, Event::Reserved(kept) if kept.order.uuid() == order);
    let reserved = log.events.iter().filter(|event| event.event_type == "inventory.reserved");
    let mut reserved = reserved.filter(|event| is_of(&event.decode().unwrap()));
    reserved.next().unwrap().id
}

#[tokio::test]
async fn a_reservation_that_nobody_takes_ends_after_twelve_hours_and_once() {
    let mut system = System::start().await;
    let owner = system.site.database.owner_pool();
    let kitchen = Kitchen::open(&system).await;
    kitchen.receive("1000", 100_000).await.expect(201);
    let forgotten = kitchen.place(1).await.id();
    let (cancelled, made) = (kitchen.place(1).await.id(), kitchen.place(1).await.id());
    let cancel = format!("/v1/orders/{cancelled}/cancel");
    kitchen
        .client
        .post(&cancel)
        .if_match(1)
        .json(&json!({"reason": "no_show"}))
        .send()
        .await
        .expect(200);
    for step in ["confirm", "start", "ready"] {
        kitchen.step(made, step).await;
    }
    has_read_all(&owner).await;
    // The reservations end at the same time, with the last of them.
    let reserved = reservation_of(&system.log().await, made);
    assert_eq!(planned(&owner).await, [reserved]);

    system.site.clock.forward(TimeDelta::hours(11));
    sleep(Duration::from_millis(1_500)).await;
    assert_eq!(planned(&owner).await, [reserved], "the reservation lasts twelve hours");

    // The timer becomes due while no server runs.
    system.crash();
    system.site.clock.forward(TimeDelta::hours(2));
    system.restart(Silence::None).await;
    until("nothing is planned", || async { planned(&owner).await.is_empty() }).await;
    let log = system.log().await;
    let released = log.events.last().unwrap();
    let Event::Released(what) = released.decode().unwrap() else { panic!("{released:?}") };
    assert_eq!(what.reason, ReleaseReason::Expired);
    let orders: Vec<_> = what.orders.iter().map(|order| order.uuid()).collect();
    assert_eq!(orders, [forgotten], "the other reservations are used up or released");
    assert_eq!(released.metadata.actor, Actor::System(NAME.to_owned()));
    assert_eq!(released.metadata.causation, Some(reserved));
    assert_eq!(released.metadata.command, command_id(NAME, reserved));
    let cause = log.events.iter().find(|event| event.id == reserved).unwrap();
    assert!(cause.metadata.traceparent.is_some());
    assert_eq!(released.metadata.traceparent, cause.metadata.traceparent, "it is one trace");

    // The timer is restored, as after a crash between the command and the timer's removal.
    let restore_timer = format!(
        "INSERT INTO process_timers
         VALUES ('{}', '{NAME}', '{forgotten}', '2026-01-01', '{}', '{}', '{{\"branch\": \"{}\"}}')",
        system.company.tenant,
        reserved.uuid(),
        released.metadata.correlation,
        kitchen.menu.branch,
    );
    assert_eq!(as_owner(&owner, &restore_timer).await, 1);
    until("nothing is planned", || async { planned(&owner).await.is_empty() }).await;
    assert_eq!(system.log().await, log);

    // The log is handled from its beginning, as by a process without its checkpoint.
    system.crash();
    as_owner(&owner, &format!("UPDATE checkpoints SET position = 0 WHERE consumer = '{NAME}'"))
        .await;
    system.restart(Silence::None).await;
    has_read_all(&owner).await;
    sleep(Duration::from_millis(1_500)).await;
    assert_eq!(planned(&owner).await, []);
    assert_eq!(system.log().await, log);
}

/// At most 200 due timers are read at a time: as many failing ones must not block the next.
#[tokio::test]
async fn f51_commands_that_cannot_be_sent_are_parked_and_block_no_others() {
    let system = System::start().await;
    let owner = system.site.database.owner_pool();
    let kitchen = Kitchen::open(&system).await;
    kitchen.receive("1000", 100_000).await.expect(201);
    let forgotten = kitchen.place(1).await.id();
    has_read_all(&owner).await;
    let broken = format!(
        "INSERT INTO process_timers (
             tenant_id, process, key, due_at, event_id, correlation_id, command
         )
         SELECT '{}', '{NAME}', gen_random_uuid(), '2020-01-01', gen_random_uuid(),
             gen_random_uuid(), '{{\"branch\": \"none\"}}'
         FROM generate_series(1, 201)",
        system.company.tenant,
    );
    assert_eq!(as_owner(&owner, &broken).await, 201);
    system.site.clock.forward(TimeDelta::hours(13));
    until("the younger one is sent", || async {
        let log = system.log().await;
        log.events.iter().any(|event| event.event_type == "inventory.released")
    })
    .await;
    let log = system.log().await;
    let Event::Released(what) = log.events.last().unwrap().decode().unwrap() else { panic!() };
    assert_eq!(what.orders.iter().map(|order| order.uuid()).collect::<Vec<_>>(), [forgotten]);

    let timers = ParkedTimers::new(system.site.database.projector_pool());
    let parked = || timers.list(Some(system.company.tenant), Some(NAME), 1_000);
    until("all of them are parked", || async { parked().await.unwrap().len() == 201 }).await;
    let parked = parked().await.unwrap();
    assert!(parked.iter().all(|timer| timer.attempts == 1), "{parked:?}");
    assert!(parked[0].reason.starts_with("what was planned cannot be read"), "{parked:?}");
    figure("F51", &format!("{} commands parked, a later one sent", parked.len()));

    // An operator has repaired one of the timers and retries it.
    let key = parked[0].about.key;
    let mend = format!(
        "UPDATE process_timers SET command = '{{\"branch\": \"{}\"}}' WHERE key = '{key}'",
        kitchen.menu.branch
    );
    assert_eq!(as_owner(&owner, &mend).await, 1);
    assert_eq!(timers.retry(None, Some(NAME), Some(key)).await.unwrap(), 1);
    let left = format!("SELECT count(*) FROM process_timers WHERE key = '{key}'");
    until("it is sent", || async {
        let left = sqlx::query_scalar::<_, i64>(AssertSqlSafe(left.clone()));
        left.fetch_one(&owner).await.unwrap() == 0
    })
    .await;
}

/// The id of a process's command can be computed by anyone; a client's command with that id is not
/// taken for it.
#[tokio::test]
async fn s38_no_client_can_take_the_id_of_a_command_of_a_process() {
    let system = System::start().await;
    let owner = system.site.database.owner_pool();
    let kitchen = Kitchen::open(&system).await;
    kitchen.receive("1000", 100_000).await.expect(201);
    let forgotten = kitchen.place(1).await.id();
    has_read_all(&owner).await;
    let reserved = reservation_of(&system.log().await, forgotten);
    let theirs = command_id(NAME, reserved).uuid();
    let add =
        |key| kitchen.client.post("/v1/categories").key(key).json(&json!({"name": "Postres"}));
    add(theirs).send().await.problem(400, "idempotency-key-invalid");
    let alike = uuid::Uuid::new_v5(&reserved.uuid(), NAME.as_bytes());
    add(alike).send().await.expect(201);

    system.site.clock.forward(TimeDelta::hours(13));
    until("nothing is planned", || async { planned(&owner).await.is_empty() }).await;
    let log = system.log().await;
    let released = log.events.last().unwrap();
    assert_eq!(released.event_type, "inventory.released");
    assert_eq!(released.metadata.command.uuid(), theirs);
}

#[tokio::test]
async fn f43_processes_want_what_they_do_not_know_of_streams_that_they_read() {
    let system = System::start().await;
    let kitchen = Kitchen::open(&system).await;
    kitchen.receive("1000", 100_000).await.expect(201);
    kitchen.place(1).await.expect(201);
    let mut wanted = BTreeSet::new();
    for event in &system.log().await.events {
        let mut unknown = event.clone();
        "a.later_release".clone_into(&mut unknown.event_type);
        for consumer in fastops::processes::consumers::consumers() {
            let wants = consumer.wants(&unknown);
            assert!(wants || !consumer.wants(event), "{} of {}", consumer.name(), event.stream);
            wanted.extend(wants.then(|| (consumer.name(), event.stream.category().to_owned())));
        }
    }
    for (consumer, category) in [(NAME, Inventory::CATEGORY), ("erasing", User::CATEGORY)] {
        assert!(wanted.contains(&(consumer, category.to_owned())), "{wanted:?}");
    }
}
