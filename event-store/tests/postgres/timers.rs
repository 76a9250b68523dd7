//! Timers that are due, that fail, and that are parked.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use event_store::testing::Database;
use event_store::testing::appends::ANA;
use event_store::timers::{About, Failed, ParkedTimers, TRIES_MAX, Timer, Timers};
use uuid::Uuid;

use crate::support::run;

const PLAN: &str = "when_tested_then_sent";

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_773_500_000 + seconds, 0).expect("a moment in 2026")
}

/// Plans one command per second, the first one at the start.
async fn plan(db: &Database, n_timers: u32) {
    let sql = format!(
        "INSERT INTO process_timers (
             tenant_id, process, key, due_at, event_id, correlation_id, command
         )
         SELECT '{ANA}', '{PLAN}', lpad(n::text, 32, '0')::uuid,
             '{}'::timestamptz + n * interval '1 second', gen_random_uuid(), gen_random_uuid(), '{{}}'
         FROM generate_series(0, {n_timers} - 1) n",
        at(0)
    );
    run(db, sql).await;
}

async fn due(timers: &Timers, now: DateTime<Utc>) -> Vec<(About, Timer)> {
    timers.due(PLAN, now, 3).await.expect("an answer")
}

async fn fails(timers: &Timers, (about, timer): &(About, Timer), now: DateTime<Utc>) {
    let failed = Failed { at: now, reason: "busy".to_owned(), is_transient: true };
    timers.failed(PLAN, *about, timer, &failed).await.expect("the failure is stored");
}

#[tokio::test]
async fn f51_failing_timers_let_younger_ones_go_first() {
    let db = Database::create().await;
    let timers = Timers::new(db.projector_pool());
    plan(&db, 7).await;
    let (mut seen, mut now) = (BTreeSet::new(), at(100));
    for _ in 0..3 {
        for timer in due(&timers, now).await {
            fails(&timers, &timer, now).await;
            seen.insert(timer.0);
        }
        now += TimeDelta::milliseconds(1);
    }
    assert_eq!(seen.len(), 7, "all of them were tried");
    assert!(due(&timers, now).await.is_empty(), "the retry is not due before a second");
    let next = due(&timers, now + TimeDelta::seconds(1)).await;
    assert_eq!(next.iter().map(|(_, timer)| timer.attempts).collect::<Vec<_>>(), [1, 1, 1]);
}

#[tokio::test]
async fn f51_a_timer_is_parked_after_its_last_attempt() {
    let db = Database::create().await;
    let (timers, parked) =
        (Timers::new(db.projector_pool()), ParkedTimers::new(db.projector_pool()));
    plan(&db, 1).await;
    let mut now = at(0);
    for attempts in 0..TRIES_MAX {
        assert!(parked.list(None, None, 10).await.expect("an answer").is_empty());
        let [timer] = &due(&timers, now).await[..] else { panic!("the timer is due: {attempts}") };
        assert_eq!(timer.1.attempts, attempts);
        fails(&timers, timer, now).await;
        now += TimeDelta::hours(1);
    }
    assert!(due(&timers, now + TimeDelta::days(1)).await.is_empty());
    let waiting = parked.list(Some(ANA), Some(PLAN), 10).await.expect("an answer");
    let [waiting] = &waiting[..] else { panic!("{waiting:?}") };
    assert_eq!((waiting.attempts, &*waiting.reason), (TRIES_MAX, "busy"));
    assert_eq!(waiting.about, About { tenant: ANA, key: Uuid::nil() });

    assert_eq!(parked.retry(Some(ANA), Some(PLAN), None).await.expect("an answer"), 1);
    let [(_, timer)] = &due(&timers, now).await[..] else { panic!("the timer is due again") };
    assert_eq!(timer.attempts, 0);
}
