//! More load than the server can handle.

use std::time::Duration;

use e2e::rig::checker::{check, check_log};
use e2e::rig::load::{Journal, Load, assert_unavailable};
use e2e::rig::nemesis::Nemesis;
use e2e::rig::{Rig, Till};
use e2e::{assert_took, figure, is_campaign, rounds};
use tokio::task::JoinSet;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

/// Enough clients to keep a server busy: none of them pauses while its orders are granted.
const CLIENTS: u32 = 16;

/// The factor of the overload.
const FACTOR: u32 = 5;

/// How many clients read reports meanwhile, each one after another.
const READERS: usize = 8;

/// The maximum duration of a refusal.
const REFUSED_WITHIN: Duration = Duration::from_secs(1);

/// Runs `n` clients for this time and returns their journal.
async fn ordered(rig: &Rig, n: u32, lasting: Duration, nemesis: &mut Nemesis) -> Journal {
    let load = Load::start(rig, n, nemesis);
    sleep(lasting).await;
    load.stop().await
}

/// Reads sales reports over years until it is stopped; returns the number of reports.
async fn read_reports(till: Till, enough: CancellationToken) -> usize {
    let mut n = 0;
    while !enough.is_cancelled() {
        let report = "/v1/reports/sales?from=2025-12-01&to=2026-11-30";
        let answer = till.client().get(report).send().await;
        if answer.status == 200 {
            n += 1;
        } else {
            assert_unavailable(&answer);
        }
    }
    n
}

/// The load fails on any answer that is neither granted nor a 429 or 503 with `Retry-After`.
#[tokio::test]
async fn f41_five_times_the_load_leaves_the_goodput_and_loses_nothing() {
    let mut nemesis = Nemesis::new();
    let rig = Rig::start().await;
    let lasting = Duration::from_secs(rounds(1).min(30).into());
    let mut journal = ordered(&rig, CLIENTS, lasting, &mut nemesis).await;
    let usual = ordered(&rig, CLIENTS, lasting, &mut nemesis).await;
    let crowd = ordered(&rig, CLIENTS * FACTOR, lasting, &mut nemesis).await;
    let (enough, mut readers) = (CancellationToken::new(), JoinSet::new());
    for _ in 0..READERS {
        readers.spawn(read_reports(rig.till().clone(), enough.clone()));
    }
    let with_readers = ordered(&rig, CLIENTS * FACTOR, lasting, &mut nemesis).await;
    enough.cancel();
    let n_reports: usize = readers.join_all().await.into_iter().sum();
    let (peak, goodput) = (usual.n_granted().max(journal.n_granted()), crowd.n_granted());
    let (n_with_readers, refused) =
        (with_readers.n_granted(), crowd.refused + with_readers.refused);
    let slowest_refusal = crowd.slowest_refusal.max(with_readers.slowest_refusal);
    assert!(goodput > 0 && n_with_readers > 0, "orders are placed beside other requests");
    assert!(
        !is_campaign() || goodput * 10 >= peak * 9,
        "{goodput} of {peak} commands are granted at {FACTOR} times the load"
    );
    assert!(
        !is_campaign() || n_with_readers > n_reports,
        "{n_reports} reports and only {n_with_readers} commands beside them"
    );
    assert_took(slowest_refusal, REFUSED_WITHIN);
    journal.extend(usual);
    journal.extend(crowd);
    journal.extend(with_readers);
    check_log(&rig, &journal).await;
    journal.settle(&rig).await;
    check(&rig, &journal).await;
    figure(
        "F41",
        &format!(
            "{peak} commands granted in {lasting:?} to {CLIENTS} clients, {goodput} to {}, {n_with_readers} \
             beside {n_reports} reports; {refused} refused within {slowest_refusal:.1?}, 0 lost, 0 twice",
            CLIENTS * FACTOR
        ),
    );
}
