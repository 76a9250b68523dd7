//! Commands that follow from events, in time and once.

use std::time::Duration;

use chrono::TimeDelta;
use commands::processes::{Process, WhenReservedThenRelease, command_id};
use domain::inventory::stock::{Event, ReleaseReason};
use domain::shared::EventId;
use e2e::System;
use e2e::log::Log;
use e2e::silence::Silence;
use event_store::Actor;
use serde_json::json;
use sqlx::{AssertSqlSafe, PgPool};
use tokio::time::{sleep, timeout};

use crate::inventory::Kitchen;

const NAME: &str = WhenReservedThenRelease::NAME;

/// What is planned and not sent, in the order of its time.
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

/// The process has worked off everything that is in the log.
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
    // They end at the same time, together with the last of them.
    let reserved = reservation_of(&system.log().await, made);
    assert_eq!(planned(&owner).await, [reserved]);

    system.site.clock.forward(TimeDelta::hours(11));
    sleep(Duration::from_millis(1_500)).await;
    assert_eq!(planned(&owner).await, [reserved], "it is kept for twelve hours");

    // Nobody is there when the time comes.
    system.crash();
    system.site.clock.forward(TimeDelta::hours(2));
    system.restart(Silence::None).await;
    until("nothing is planned", || async { planned(&owner).await.is_empty() }).await;
    let log = system.log().await;
    let released = log.events.last().unwrap();
    let Event::Released(what) = released.decode().unwrap() else { panic!("{released:?}") };
    assert_eq!(what.reason, ReleaseReason::Expired);
    let orders: Vec<_> = what.orders.iter().map(|order| order.uuid()).collect();
    assert_eq!(orders, [forgotten], "the others had been taken and given back");
    assert_eq!(released.metadata.actor, Actor::System(NAME.to_owned()));
    assert_eq!(released.metadata.causation, Some(reserved));
    assert_eq!(released.metadata.command, command_id(NAME, reserved));

    // The command is sent again, as after a crash before it was crossed out.
    let again = format!(
        "INSERT INTO process_timers
         VALUES ('{}', '{NAME}', '{forgotten}', '2026-01-01', '{}', '{}', '{{\"branch\": \"{}\"}}')",
        system.company.tenant,
        reserved.uuid(),
        released.metadata.correlation,
        kitchen.menu.branch,
    );
    assert_eq!(as_owner(&owner, &again).await, 1);
    until("nothing is planned", || async { planned(&owner).await.is_empty() }).await;
    assert_eq!(system.log().await, log);

    // The log is read from its beginning, as by a process that has lost everything.
    system.crash();
    as_owner(&owner, &format!("UPDATE checkpoints SET position = 0 WHERE consumer = '{NAME}'"))
        .await;
    system.restart(Silence::None).await;
    has_read_all(&owner).await;
    sleep(Duration::from_millis(1_500)).await;
    assert_eq!(planned(&owner).await, []);
    assert_eq!(system.log().await, log);
}
