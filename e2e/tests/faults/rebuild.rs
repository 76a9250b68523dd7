//! Read models are rebuilt while clients read and write.

use std::time::Duration;

use e2e::rig::checker::{check, check_log};
use e2e::rig::load::{Journal, Load};
use e2e::rig::nemesis::Nemesis;
use e2e::rig::{Rig, Till};
use e2e::{assert_took, figure, rounds};
use serde_json::Value;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;

/// The shortest lock timeout of an exchange, and a margin for a busy machine.
const READ_WITHIN: Duration = Duration::from_secs(2);

/// Reads lists and reports until it is stopped; returns their number and the duration of the
/// slowest.
async fn read(till: Till, enough: CancellationToken) -> (u64, Duration) {
    let (client, mut n, mut slowest) = (till.client(), 0, Duration::ZERO);
    let report = "/v1/reports/sales?from=2020-01-01&to=2020-12-31&group_by=total";
    while !enough.is_cancelled() {
        for path in ["/v1/orders", "/v1/products", report] {
            let asked = Instant::now();
            client.get(path).send().await.expect(200);
            (n, slowest) = (n + 1, slowest.max(asked.elapsed()));
        }
    }
    (n, slowest)
}

/// The lines that a rebuild prints, one per read model.
async fn rebuild(rig: &Rig) -> Vec<Value> {
    let output = rig.tool(&["rebuild", "--all", "--lang", "en"]).await;
    assert!(output.status.success(), "{output:?}");
    let lines = String::from_utf8(output.stdout).expect("the output is UTF-8");
    lines.lines().map(|line| serde_json::from_str(line).expect("the output is JSON")).collect()
}

#[tokio::test]
async fn f20_read_models_are_rebuilt_while_orders_are_placed() {
    let mut nemesis = Nemesis::new();
    let rig = Rig::start().await;
    let load = Load::start(&rig, 4, &mut nemesis);
    let enough = CancellationToken::new();
    let reading = tokio::spawn(read(rig.till().clone(), enough.clone()));
    let (n_rounds, mut n_rows, mut n_tables) = (rounds(2).min(20), 0, 0);
    for _ in 0..n_rounds {
        sleep(nemesis.within(Duration::from_secs(1))).await;
        // The rebuild is killed at any moment.
        let moment = nemesis.within(Duration::from_millis(400));
        let _killed = timeout(moment, rig.tool(&["rebuild", "--all"])).await;
        for answer in rebuild(&rig).await {
            assert_eq!(answer["exchanged"], true, "{answer}");
            for table in answer["tables"].as_array().expect("the output lists tables") {
                assert_eq!(table["differing_rows"], 0, "{table}");
                n_rows += table["live_rows"].as_u64().expect("a number");
                n_tables += 1;
            }
        }
    }
    enough.cancel();
    let (n_reads, slowest) = reading.await.expect("every read is answered");
    let mut journal = Journal::default();
    journal.extend(load.stop().await);
    check_log(&rig, &journal).await;
    journal.settle(&rig).await;
    check(&rig, &journal).await;
    assert!(n_tables >= 10, "only {n_tables} were compared");
    assert_took(slowest, READ_WITHIN);
    figure(
        "F20",
        &format!(
            "{n_rounds} rebuilds killed and {n_rounds} finished beside {} commands, {n_rows} rows of \
             {n_tables} tables compared, 0 differ; {n_reads} reads meanwhile, the slowest {slowest:.1?}",
            journal.n_granted(),
        ),
    );
}
