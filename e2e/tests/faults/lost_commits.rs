//! PostgreSQL loses its last commits under a server that has them in memory.

use e2e::client::Answer;
use e2e::cluster::Stop;
use e2e::rig::Rig;
use e2e::system::TIMEOUT;
use e2e::{figure, fresh};
use reqwest::Method;
use serde_json::Value;
use tokio::time::{Duration, Instant, sleep};
use uuid::Uuid;

/// Retries a command with one key until PostgreSQL answers.
async fn settled(rig: &Rig, path: &str, body: Option<&Value>) -> Answer {
    let (client, key, begun) = (rig.till().client(), fresh(), Instant::now());
    loop {
        let call = client.call(Method::POST, path).key(key);
        let call = match body {
            Some(body) => call.json(body),
            None => call,
        };
        let answer = call.send().await;
        if answer.status != 503 {
            return answer;
        }
        assert!(begun.elapsed() < TIMEOUT, "{answer:?}");
        sleep(Duration::from_millis(20)).await;
    }
}

async fn place(rig: &Rig, branch: usize) -> (Uuid, u64) {
    let placed = settled(rig, "/v1/orders", Some(&rig.order(branch))).await;
    let number = placed.expect(201)["number"].as_u64().expect("a number");
    (placed.id(), number)
}

async fn confirm(rig: &Rig, order: Uuid) -> Answer {
    settled(rig, &format!("/v1/orders/{order}/confirm"), None).await
}

/// As after a failover to a lagging replica: the log has the same incarnation and is shorter.
#[tokio::test]
async fn f49_postgres_comes_back_without_its_last_commits() {
    let mut rig = Rig::start().await;
    let (kept, _) = place(&rig, 0).await;
    rig.cluster.stop(Stop::Fast).await;
    let copy = rig.cluster.copy();
    rig.cluster.start_again().await;
    rig.until_ready().await;
    confirm(&rig, kept).await.expect(200);
    let mut lost = Vec::new();
    for n in 0..9 {
        lost.push(place(&rig, n).await);
    }
    let before = rig.log().await.len();

    rig.cluster.stop(Stop::Immediate).await;
    rig.cluster.restore(&copy);
    rig.cluster.start_again().await;
    let after = rig.log().await.len();
    assert!(after < before, "{after} of {before} events are there");
    confirm(&rig, kept).await.expect(200);
    for (order, _) in &lost {
        confirm(&rig, *order).await.problem(404, "not-found");
    }
    for (n, (_, number)) in lost.iter().enumerate() {
        let (order, number_after) = place(&rig, n).await;
        assert_eq!(number_after, *number, "the lost number is assigned next");
        confirm(&rig, order).await.expect(200);
    }
    assert_eq!(rig.log().await.count("order.placed"), 10);
    figure("F49", &format!("{} events lost, 0 commands decided on them", before - after));
}
