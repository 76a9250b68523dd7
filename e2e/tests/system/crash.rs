//! A server that goes away between what it did and what it says about it.

use std::sync::Arc;

use api::position::PositionToken;
use e2e::log::Log;
use e2e::silence::Silence;
use e2e::{Answer, Menu, System, figure, fresh, rounds};
use tokio::sync::Semaphore;
use uuid::Uuid;

use crate::requests::{Command, of_every_kind};

/// The place of a command in the log is what its answer gives away.
#[track_caller]
fn assert_answers_for(log: &Log, key: Uuid, answer: &Answer) {
    let last = log.of_command(key).last().map(|event| event.position.get());
    let last = last.expect("an accepted command is in the log");
    let token = PositionToken::new(log.incarnation, last).to_string();
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
    // Its tasks go one after the other, so one may just get to say that it does not know.
    if let Ok(answer) = answer.await.expect("the client lives") {
        answer.problem(503, "outcome-unknown");
    }
    system.restart(Silence::None).await;
}

#[tokio::test]
async fn f02_crash_after_commit_before_reply() {
    let mut system = System::start().await;
    let menu = Menu::open(&system.client()).await;
    let mut tries = 0;
    // Every try starts two servers and crashes them: a fifth of a campaign's rounds will do.
    for round in 0..rounds(1).div_ceil(5) {
        for command in of_every_kind(&system.client(), &menu, round).await {
            let key = fresh();
            lost(&mut system, &command, key).await;
            let before = system.log().await;
            let client = system.client();
            let again = command.call(&client).key(key).send().await;
            command.assert_accepted(&again);
            assert!(again.is_replayed(), "{again:?}");
            if command.has_effect {
                assert_answers_for(&before, key, &again);
            }
            let once_more = command.call(&client).key(key).send().await;
            assert_eq!(once_more.indistinct(), again.indistinct());
            assert_eq!(system.log().await, before, "a retry did something");
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
            let again = command.call(&client).key(key).send().await;
            assert!(again.is_replayed(), "{again:?}");
            let mut again = again.indistinct();
            again.headers.remove("idempotent-replayed");
            assert_eq!(again, first.indistinct());
            identical += 1;
        }
    }
    figure("F02", &format!("{identical} of {identical} repeated answers identical"));
}
