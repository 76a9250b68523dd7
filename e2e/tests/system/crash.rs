//! A server crashes between the commit and its answer.

use std::sync::Arc;
use std::time::{Duration, Instant};

use e2e::log::Log;
use e2e::silence::{Gate, Silence};
use e2e::site::token_of;
use e2e::{Answer, Menu, System, figure, fresh, rounds};
use tokio::sync::Semaphore;
use uuid::Uuid;

use crate::requests::{Command, of_every_kind};

/// Checks the answer's position against the command's last event in the log.
#[track_caller]
fn assert_answers_for(log: &Log, key: Uuid, answer: &Answer) {
    let events = log.of_command(key);
    let last = events.last().expect("an accepted command is in the log");
    let token = token_of(last.stream.tenant(), log.incarnation, last.position.get());
    assert_eq!(answer.position(), token);
}

/// Sends a command to a server that commits it and crashes before it answers.
async fn lost(system: &mut System, command: &Command, key: Uuid) {
    let committed = Arc::new(Semaphore::new(0));
    system.restart(Silence::AfterCommit(Arc::clone(&committed))).await;
    let call = command.call(&system.client()).key(key);
    let answer = tokio::spawn(call.try_send());
    committed.acquire().await.expect("the semaphore is open").forget();
    system.crash();
    // The tasks end one after the other, so that one may still answer that the outcome is unknown.
    if let Ok(answer) = answer.await.expect("the client's task does not panic") {
        answer.problem(503, "outcome-unknown");
    }
    system.restart(Silence::None).await;
}

/// The commit of a command also claims its key, so that no key can be claimed without a result.
#[tokio::test]
async fn f03_a_crash_before_the_commit_leaves_no_key_stuck() {
    let mut system = System::start().await;
    let menu = Menu::open(&system.client()).await;
    let mut slowest = Duration::ZERO;
    for round in 0..rounds(1).div_ceil(5) {
        for command in of_every_kind(&system.client(), &menu, round).await {
            let (key, gate) = (fresh(), Gate::default());
            system.restart(Silence::BeforeCommit(gate.clone())).await;
            let before = system.log().await;
            let call = tokio::spawn(command.call(&system.client()).key(key).try_send());
            gate.holds(1).await;
            system.crash();
            if let Ok(answer) = call.await.expect("the client's task does not panic") {
                answer.problem(503, "outcome-unknown");
            }
            system.restart(Silence::None).await;
            assert_eq!(system.log().await, before, "the command was committed");
            let retried = Instant::now();
            let first = command.call(&system.client()).key(key).send().await;
            slowest = slowest.max(retried.elapsed());
            command.assert_accepted(&first);
            assert!(!first.is_replayed(), "{first:?}");
            if command.has_effect {
                assert_answers_for(&system.log().await, key, &first);
            }
        }
    }
    figure("F03", &format!("0 keys stuck, a retry is answered within {slowest:.1?}"));
}

/// The same after PostgreSQL began to write: the claim of the key is rolled back with the
/// transaction.
#[tokio::test]
async fn f03_a_crash_while_postgres_writes_leaves_no_key_stuck() {
    let mut system = System::start().await;
    let menu = Menu::open(&system.client()).await;
    let owner = system.site.database.owner_pool();
    let (key, order) = (fresh(), menu.order(1, 0));
    // The writer waits for this lock before the end of its transaction, after it claimed the key.
    let mut chains = owner.begin().await.unwrap();
    sqlx::query("SELECT FROM tenant_heads FOR UPDATE").execute(&mut *chains).await.unwrap();
    let call = system.client().post("/v1/orders").key(key).json(&order);
    let call = tokio::spawn(call.try_send());
    let waits = "SELECT pid FROM pg_stat_activity
                 WHERE datname = current_database() AND usename = 'fastops_app' AND wait_event_type = 'Lock'";
    let writer: i32 = loop {
        if let Some(pid) = sqlx::query_scalar(waits).fetch_optional(&owner).await.unwrap() {
            break pid;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    };
    system.crash();
    drop(call.await.expect("the client's task does not panic"));
    sqlx::query("SELECT pg_terminate_backend($1)").bind(writer).execute(&owner).await.unwrap();
    chains.rollback().await.unwrap();
    system.restart(Silence::None).await;
    let place = || system.client().post("/v1/orders").key(key).json(&order).send();
    let first = place().await;
    assert_eq!((first.expect(201)["number"].as_u64(), first.is_replayed()), (Some(1), false));
    assert!(place().await.is_replayed());
    assert_eq!(system.log().await.count("order.placed"), 1);
}

#[tokio::test]
async fn f02_crash_after_commit_before_reply() {
    let mut system = System::start().await;
    let menu = Menu::open(&system.client()).await;
    let mut tries = 0;
    // Each try starts two servers and crashes them: a fifth of a campaign's rounds suffices.
    for round in 0..rounds(1).div_ceil(5) {
        for command in of_every_kind(&system.client(), &menu, round).await {
            let key = fresh();
            lost(&mut system, &command, key).await;
            let before = system.log().await;
            let client = system.client();
            let retried = command.call(&client).key(key).send().await;
            command.assert_accepted(&retried);
            assert!(retried.is_replayed(), "{retried:?}");
            if command.has_effect {
                assert_answers_for(&before, key, &retried);
            }
            let once_more = command.call(&client).key(key).send().await;
            assert_eq!(once_more.indistinct(), retried.indistinct());
            assert_eq!(system.log().await, before, "a retry had an effect");
            tries += 1;
        }
    }
    figure("F02", &format!("{tries} crashes after the commit, {tries} retries answered for it"));
}

#[tokio::test]
async fn f02_an_answer_from_before_a_crash_is_given_again_after_it() {
    let mut system = System::start().await;
    let menu = Menu::open(&system.client()).await;
    let mut identical = 0;
    for round in 0..rounds(1) {
        let client = system.client();
        let mut answered = Vec::new();
        for command in of_every_kind(&client, &menu, round).await {
            let key = fresh();
            let answer = command.call(&client).key(key).send().await;
            command.assert_accepted(&answer);
            assert!(!answer.is_replayed(), "{answer:?}");
            answered.push((command, key, answer));
        }
        system.restart(Silence::None).await;
        let client = system.client();
        for (command, key, first) in answered {
            let retried = command.call(&client).key(key).send().await;
            assert!(retried.is_replayed(), "{retried:?}");
            let mut retried = retried.indistinct();
            retried.headers.remove("idempotent-replayed");
            assert_eq!(retried, first.indistinct());
            identical += 1;
        }
    }
    figure("F02", &format!("{identical} of {identical} repeated answers identical"));
}
