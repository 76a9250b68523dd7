//! Several servers of which one decides for a company.

use std::time::Duration;

use e2e::menu::branch;
use e2e::rig::checker::{check, check_log};
use e2e::rig::load::{Journal, Load};
use e2e::rig::nemesis::Nemesis;
use e2e::rig::{Rig, Till};
use e2e::{assert_took, figure, fresh, rounds};
use event_store::deciders::LIFE;
use serde_json::json;
use tokio::time::{Instant, sleep};

const CLIENTS: u32 = 6;

/// The value of a counter of this server.
pub(super) async fn counted(till: &Till, name: &str) -> u64 {
    let answer = till.ops().get("/metrics").send().await;
    let page = answer.expect(200).as_str().unwrap_or_default();
    let count = page.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    count.and_then(|count| count.parse().ok()).unwrap_or_default()
}

/// The number of commands that this server forwarded.
pub(super) async fn forwarded(till: &Till) -> u64 {
    counted(till, "fastops_commands_forwarded_total").await
}

/// Makes one of two servers decide for the company; returns the one that decides, then the other.
pub(super) async fn decided_by<'t>(one: &'t Till, other: &'t Till) -> (&'t Till, &'t Till) {
    for (till, name) in [(one, "Norte"), (other, "Sur")] {
        till.client().post("/v1/branches").json(&branch(name)).send().await.expect(201);
    }
    if forwarded(other).await > 0 { (one, other) } else { (other, one) }
}

async fn settle(rig: &Rig, journal: &mut Journal) -> usize {
    check_log(rig, journal).await;
    let open = journal.settle(rig).await;
    check(rig, journal).await;
    open
}

#[tokio::test]
async fn f07_with_peers_one_server_decides_and_no_command_is_refused() {
    let mut nemesis = Nemesis::new();
    let rig = Rig::start().await;
    let ((_one, one), (_other, other)) = (rig.peer().await, rig.peer().await);
    let (decider, sender) = decided_by(&one, &other).await;
    let n_seconds = rounds(2).min(30);
    let here = Load::start_at(decider, &rig, CLIENTS, &mut nemesis);
    let there = Load::start_at(sender, &rig, CLIENTS, &mut nemesis);
    sleep(Duration::from_secs(n_seconds.into())).await;
    let (mut journal, there) = tokio::join!(here.stop(), there.stop());
    let n_there = there.n_granted();
    journal.extend(there);
    assert!(n_there > 0);
    assert_eq!((journal.refused, journal.unanswered), (0, 0), "only one server decides");
    assert_eq!(forwarded(decider).await, 0);
    assert!(
        forwarded(sender).await > n_there as u64,
        "all commands were forwarded to the deciding server"
    );
    assert!(counted(decider, "fastops_append_batch_commands_count").await > 0);
    let n_granted = journal.n_granted();
    settle(&rig, &mut journal).await;
    figure(
        "F07",
        &format!(
            "two peers for {n_seconds} s: {n_granted} commands granted, {n_there} of them forwarded, none refused"
        ),
    );
}

#[tokio::test]
async fn f01_the_deciding_server_is_killed_and_another_takes_over() {
    let mut nemesis = Nemesis::new();
    let rig = Rig::start().await;
    let ((one_process, one), (other_process, other)) = (rig.peer().await, rig.peer().await);
    let (decider, sender) = decided_by(&one, &other).await;
    let load = Load::start_at(sender, &rig, CLIENTS, &mut nemesis);
    sleep(nemesis.within(Duration::from_millis(500))).await;
    let killed = if std::ptr::eq(decider, &raw const one) { one_process } else { other_process };
    killed.kill().await;
    sleep(Duration::from_secs(1)).await;
    let mut journal = load.stop().await;
    assert_eq!(journal.unanswered, 0, "the surviving server answers every request");
    // No request waits for the killed server longer than its lease.
    assert_took(journal.slowest, LIFE);
    settle(&rig, &mut journal).await;
}

#[tokio::test]
async fn the_deciding_server_hangs_and_another_takes_over() {
    let mut nemesis = Nemesis::new();
    let rig = Rig::start().await;
    let ((one_process, one), (other_process, other)) = (rig.peer().await, rig.peer().await);
    let (decider, sender) = decided_by(&one, &other).await;
    let hung = if std::ptr::eq(decider, &raw const one) { &one_process } else { &other_process };
    let load = Load::start_at(sender, &rig, CLIENTS, &mut nemesis);
    sleep(nemesis.within(Duration::from_millis(500))).await;
    hung.freeze();
    let since = Instant::now();
    sleep(LIFE * 2).await;
    hung.thaw();
    let second_load = Load::start_at(decider, &rig, CLIENTS, &mut nemesis);
    sleep(Duration::from_secs(1)).await;
    let (mut journal, second_load) = tokio::join!(load.stop(), second_load.stop());
    assert_eq!(journal.unanswered, 0, "every request is answered");
    assert!(second_load.n_granted() > 0, "commands are granted after {:?}", since.elapsed());
    journal.extend(second_load);
    settle(&rig, &mut journal).await;
}

/// Passwords and the operator's token stay on the server that received them, whatever headers the
/// request has. So does everything that is not a command of a company.
#[tokio::test]
async fn only_commands_of_a_company_are_forwarded() {
    let rig = Rig::start().await;
    let ((_one, one), (_other, other)) = (rig.peer().await, rig.peer().await);
    let (_, sender) = decided_by(&one, &other).await;
    let (client, before) = (sender.client(), forwarded(sender).await);
    let password = json!({"current": "una clave equivocada", "password": "otra clave bien larga"});
    let login = json!({"email": "ana@example.com", "password": "una clave equivocada"});
    let company = json!({"name": "Otra", "slug": "otra"});
    for (status, call) in [
        (200, client.get("/v1/orders")),
        (200, client.post("/v1/orders/price").json(&rig.order(0))),
        (401, client.put("/v1/auth/password").json(&password)),
        (401, client.post("/v1/auth/login").json(&login)),
        (401, client.post("/v1/operator/companies").json(&company)),
        (404, client.post("/v1/nothing").json(&company)),
    ] {
        let answer = call.no_key().header("idempotency-key", &fresh().to_string()).send().await;
        assert_eq!(answer.status, status, "{answer:?}");
    }
    assert_eq!(forwarded(sender).await, before);
    client.post("/v1/orders").json(&rig.order(0)).send().await.expect(201);
    assert_eq!(forwarded(sender).await, before + 1);
}
