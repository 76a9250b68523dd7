//! Server and PostgreSQL are killed, stopped and restarted.

use std::time::Duration;

use e2e::cluster::Stop;
use e2e::rig::Rig;
use e2e::rig::checker::{check, check_log};
use e2e::rig::load::{Journal, Load};
use e2e::rig::nemesis::Nemesis;
use e2e::{figure, rounds};
use tokio::time::{Instant, sleep};

const CLIENTS: u32 = 6;

/// How long clients continue after a fault.
const AFTERWARDS: Duration = Duration::from_millis(200);

/// Longer than a command waits for PostgreSQL.
const LONG_OUTAGE: Duration = Duration::from_secs(4);

/// Checks the log, retries what was not granted, and checks everything.
async fn settle(rig: &Rig, journal: &mut Journal, load: Load) -> usize {
    journal.extend(load.stop().await);
    check_log(rig, journal).await;
    let open = journal.settle(rig).await;
    check(rig, journal).await;
    open
}

#[tokio::test]
async fn f01_the_server_is_killed_under_load() {
    let mut nemesis = Nemesis::new();
    let mut rig = Rig::start().await;
    let mut journal = Journal::default();
    let (n_rounds, mut open, mut slowest) = (rounds(3), 0, Duration::ZERO);
    for _ in 0..n_rounds {
        let load = Load::start(&rig, CLIENTS, &mut nemesis);
        sleep(nemesis.within(Duration::from_secs(3))).await;
        let killed = Instant::now();
        rig.kill().await;
        rig.serve().await;
        rig.until_ready().await;
        slowest = slowest.max(killed.elapsed());
        sleep(AFTERWARDS).await;
        open += settle(&rig, &mut journal, load).await;
    }
    assert!(open > 0, "no command was in flight when the server was killed");
    figure(
        "F01",
        &format!(
            "{n_rounds} kills, {} commands granted, 0 lost, 0 twice; {open} not answered and settled \
             by a retry; ready again {slowest:.1?} after the kill at the latest",
            journal.n_granted(),
        ),
    );
}

/// Stops PostgreSQL in these ways, waits, and starts it again; the server keeps running.
async fn postgres_goes(id: &str, ways: &[Stop], n_rounds: u32) {
    let mut nemesis = Nemesis::new();
    let mut rig = Rig::start().await;
    let mut journal = Journal::default();
    let (mut open, mut slowest) = (0, Duration::ZERO);
    for round in 0..n_rounds {
        let load = Load::start(&rig, CLIENTS, &mut nemesis);
        sleep(nemesis.within(Duration::from_secs(1))).await;
        let way = ways[round as usize % ways.len()];
        rig.cluster.stop(way).await;
        let ready = rig.till().visitor().get("/readyz").send().await;
        ready.problem(503, "unavailable");
        let short = nemesis.within(Duration::from_millis(500));
        sleep(if round == 0 { LONG_OUTAGE } else { short }).await;
        rig.cluster.start_again().await;
        slowest = slowest.max(rig.until_ready().await);
        sleep(AFTERWARDS).await;
        open += settle(&rig, &mut journal, load).await;
    }
    assert_eq!(journal.unanswered, 0, "the server answers every request");
    assert!(journal.refused > 0, "no request was refused");
    figure(
        id,
        &format!(
            "{n_rounds} outages, {} commands granted, 0 lost, 0 twice; {} × 503, {open} settled by a \
             retry; ready {slowest:.1?} after PostgreSQL at the latest",
            journal.n_granted(),
            journal.refused,
        ),
    );
}

#[tokio::test]
async fn f08_postgres_is_restarted_under_load() {
    postgres_goes("F08", &[Stop::Fast], rounds(2)).await;
}

#[tokio::test]
async fn f09_postgres_crashes_under_load() {
    postgres_goes("F09", &[Stop::Immediate, Stop::Kill], rounds(2)).await;
}
