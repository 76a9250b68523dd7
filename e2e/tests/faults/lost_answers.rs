//! PostgreSQL commits, and its answer is lost.

use std::time::Duration;

use e2e::rig::Rig;
use e2e::rig::checker::{check, check_log};
use e2e::rig::load::{Journal, Load};
use e2e::rig::nemesis::Nemesis;
use e2e::{figure, fresh, rounds};
use tokio::time::sleep;

/// Every answer: more than the test waits for.
const ALL: u32 = u32::MAX;

#[tokio::test]
async fn f11_the_answer_to_a_commit_is_lost() {
    let mut nemesis = Nemesis::new();
    let rig = Rig::start().await;
    let load = Load::start(&rig, 6, &mut nemesis);
    let n_losses = 10 * rounds(2);
    for _ in 0..n_losses {
        let before = rig.proxy.lost();
        rig.proxy.lose_answers(nemesis.one_of(&[1, 1, 2, 3]));
        while rig.proxy.lost() == before {
            sleep(Duration::from_millis(1)).await;
        }
        sleep(nemesis.within(Duration::from_millis(100))).await;
    }
    rig.proxy.lose_answers(0);
    let mut journal = Journal::default();
    journal.extend(load.stop().await);
    check_log(&rig, &journal).await;
    let open = journal.settle(&rig).await;
    check(&rig, &journal).await;
    assert_eq!(journal.unanswered, 0, "the server answers every request");
    let (lost, n_granted) = (rig.proxy.lost(), journal.n_granted());
    figure(
        "F11",
        &format!(
            "{lost} answers lost, {n_granted} commands granted, 0 wrong; {open} settled by a retry"
        ),
    );
}

/// The server cannot know the outcome and must answer `outcome-unknown`.
#[tokio::test]
async fn f11_an_outcome_that_stays_unknown_is_reported_and_settled_by_a_retry() {
    let rig = Rig::start().await;
    let client = rig.till().client();
    let key = fresh();
    let place = || client.post("/v1/orders").key(key).json(&rig.order(0)).send();
    rig.proxy.lose_answers(ALL);
    let unknown = place().await;
    unknown.problem(503, "outcome-unknown");
    assert!(unknown.header("retry-after").is_some(), "{unknown:?}");
    assert_eq!(rig.log().await.of_command(key).len(), 2, "the command was committed");
    rig.proxy.lose_answers(0);
    rig.until_ready().await;
    let settled = place().await;
    assert_eq!((settled.expect(201)["number"].as_u64(), settled.is_replayed()), (Some(1), true));
    assert_eq!(rig.log().await.count("order.placed"), 1);
}
