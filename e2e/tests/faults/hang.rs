//! PostgreSQL is frozen: it accepts connections and does not answer.

use std::time::Duration;

use e2e::rig::Rig;
use e2e::rig::checker::{check, check_log};
use e2e::rig::load::{Journal, Load, assert_unavailable};
use e2e::rig::nemesis::Nemesis;
use e2e::{assert_took, figure, rounds};
use tokio::time::{Instant, sleep};

/// How long PostgreSQL is frozen.
const HANG: Duration = Duration::from_secs(8);

/// The maximum duration of a request meanwhile.
const BUDGET: Duration = Duration::from_secs(5);

/// The maximum duration of `/livez` and `/readyz` meanwhile.
const PROBED_WITHIN: Duration = Duration::from_secs(3);

#[tokio::test]
async fn f10_postgres_hangs_under_load() {
    let mut nemesis = Nemesis::new();
    let rig = Rig::start().await;
    let mut journal = Journal::default();
    let (n_rounds, mut open, mut slowest) = (rounds(1), 0, Duration::ZERO);
    for _ in 0..n_rounds {
        let load = Load::start(&rig, 6, &mut nemesis);
        sleep(nemesis.within(Duration::from_secs(1))).await;
        rig.cluster.freeze();
        let frozen = Instant::now();
        let visitor = rig.till().visitor();
        assert_eq!(visitor.get("/livez").send().await.expect(200), "ok\n");
        visitor.get("/readyz").send().await.problem(503, "unavailable");
        let probed = frozen.elapsed();
        assert_took(probed, PROBED_WITHIN);
        for read in ["/v1/orders", "/v1/products"] {
            let asked = Instant::now();
            assert_unavailable(&rig.till().client().get(read).send().await);
            slowest = slowest.max(asked.elapsed());
        }
        sleep(HANG.saturating_sub(frozen.elapsed())).await;
        rig.cluster.thaw();
        rig.until_ready().await;
        sleep(Duration::from_millis(200)).await;
        journal.extend(load.stop().await);
        check_log(&rig, &journal).await;
        open += journal.settle(&rig).await;
        check(&rig, &journal).await;
    }
    slowest = slowest.max(journal.slowest);
    assert_took(slowest, BUDGET);
    assert_eq!(journal.unanswered, 0, "the server answers every request");
    figure(
        "F10",
        &format!(
            "{n_rounds} hangs of {HANG:?}, slowest answer {slowest:.1?}, {} commands granted, 0 lost; \
             {} × 503, {open} settled by a retry",
            journal.n_granted(),
            journal.refused,
        ),
    );
}
