//! Two servers that write to the same branches.

use std::time::Duration;

use e2e::rig::Rig;
use e2e::rig::checker::{check, check_log};
use e2e::rig::load::Load;
use e2e::rig::nemesis::Nemesis;
use e2e::{figure, rounds};
use tokio::time::sleep;

const CLIENTS: u32 = 6;

/// The load fails on any answer that is neither granted nor a 503 with `Retry-After`.
#[tokio::test]
async fn f07_two_servers_write_to_the_same_branches() {
    let mut nemesis = Nemesis::new();
    let rig = Rig::start().await;
    let (_second, till) = rig.second_server().await;
    let n_seconds = rounds(3).min(30);
    let one = Load::start(&rig, CLIENTS, &mut nemesis);
    let other = Load::start_at(&till, &rig, CLIENTS, &mut nemesis);
    sleep(Duration::from_secs(n_seconds.into())).await;
    let (one, other) = tokio::join!(one.stop(), other.stop());
    assert!(
        one.n_granted() > 0 && other.n_granted() > 0,
        "{} and {}",
        one.n_granted(),
        other.n_granted()
    );
    let (granted, mut journal) = (one.n_granted() + other.n_granted(), one);
    journal.extend(other);
    check_log(&rig, &journal).await;
    let busy = journal.settle(&rig).await;
    check(&rig, &journal).await;
    figure(
        "F07",
        &format!(
            "two servers for {n_seconds} s: {granted} commands granted, 0 lost, no gap; {busy} refused \
             and settled by a retry"
        ),
    );
}
