//! Many faults of several kinds, one after the other, chosen from a seed.

use std::fs;
use std::time::Duration;

use e2e::cluster::Stop;
use e2e::process::Process;
use e2e::rig::checker::{check, check_log};
use e2e::rig::load::{Journal, Load};
use e2e::rig::nemesis::Nemesis;
use e2e::rig::{Rig, Till};
use e2e::{figure, is_campaign};
use tokio::time::{Instant, sleep};

const CLIENTS: u32 = 3;

/// How long the soak takes in a campaign.
const CAMPAIGN: Duration = Duration::from_mins(10);

/// How many faults there are in `make test`.
const FAULTS: usize = 3;

/// How long a fault lasts at most: some commands outlive it, some are refused.
const FAULT_MAX: Duration = Duration::from_secs(5);

/// How long there is no fault between two, at most.
const CALM_MAX: Duration = Duration::from_secs(5);

/// How long the first server runs before its memory counts: caches and pools fill first.
const WARM_UP: Duration = Duration::from_mins(1);

/// What can go wrong. The first server is never killed, so that its memory can be followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    /// PostgreSQL is stopped and started again.
    PostgresStops(Stop),
    /// PostgreSQL accepts connections and does not answer.
    PostgresHangs,
    /// All connections to PostgreSQL break.
    ConnectionsBreak,
    /// PostgreSQL commits, and its answers are lost.
    AnswersAreLost,
    /// The second server is killed and another one is started.
    ServerIsKilled,
    /// The second server does not run for a while.
    ServerHangs,
}

const KINDS: [Fault; 8] = [
    Fault::PostgresStops(Stop::Fast),
    Fault::PostgresStops(Stop::Immediate),
    Fault::PostgresStops(Stop::Kill),
    Fault::PostgresHangs,
    Fault::ConnectionsBreak,
    Fault::AnswersAreLost,
    Fault::ServerIsKilled,
    Fault::ServerHangs,
];

/// Two servers on one PostgreSQL.
struct Soak {
    rig: Rig,
    /// None while it is killed.
    second: Option<Process>,
    till: Till,
}

impl Soak {
    async fn start() -> Self {
        let rig = Rig::start().await;
        let (second, till) = rig.second_server().await;
        Self { rig, second: Some(second), till }
    }

    fn second(&self) -> &Process {
        self.second.as_ref().expect("the second server runs")
    }

    /// Makes something go wrong for this time.
    async fn suffer(&mut self, fault: Fault, lasting: Duration) {
        match fault {
            Fault::PostgresStops(how) => {
                self.rig.cluster.stop(how).await;
                sleep(lasting).await;
                self.rig.cluster.start_again().await;
            }
            Fault::PostgresHangs => {
                self.rig.cluster.freeze();
                sleep(lasting).await;
                self.rig.cluster.thaw();
            }
            Fault::ConnectionsBreak => {
                self.rig.proxy.cut();
                sleep(lasting).await;
                self.rig.proxy.restore();
            }
            Fault::AnswersAreLost => {
                self.rig.proxy.lose_answers(3);
                sleep(lasting).await;
            }
            Fault::ServerIsKilled => {
                self.second.take().expect("the second server runs").kill().await;
                sleep(lasting).await;
                let (second, till) = self.rig.second_server().await;
                self.till.move_to(&till);
                self.second = Some(second);
            }
            Fault::ServerHangs => {
                self.second().freeze();
                sleep(lasting).await;
                self.second().thaw();
            }
        }
        self.rig.until_ready().await;
    }

    /// The resident memory of the first server in kB.
    fn memory(&self) -> i128 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.rig.process().id()));
        let status = status.expect("Linux tells the memory of a process");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let figure = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok());
        figure.expect("a process has resident memory")
    }
}

/// The slope of the line that fits these points best, in kB a minute: of the time in ms and the memory
/// in kB.
fn slope(points: &[(i128, i128)]) -> i128 {
    let sum = |of: fn(&(i128, i128)) -> i128| points.iter().map(of).sum::<i128>();
    let (n, x, y) = (sum(|_| 1), sum(|(x, _)| *x), sum(|(_, y)| *y));
    let (xy, xx) = (sum(|(x, y)| x * y), sum(|(x, _)| x * x));
    (60_000 * (n * xy - x * y)).checked_div(n * xx - x * x).unwrap_or_default()
}

#[test]
fn the_slope_of_a_line_is_found() {
    assert_eq!(slope(&[(0, 500), (30_000, 600), (60_000, 700)]), 200);
    assert_eq!(slope(&[(1, 5)]), 0);
}

#[tokio::test]
async fn f48_a_soak_of_faults_of_all_kinds_loses_nothing() {
    let mut nemesis = Nemesis::new();
    let mut soak = Soak::start().await;
    let loads = [
        Load::start(&soak.rig, CLIENTS, &mut nemesis),
        Load::start_at(&soak.till, &soak.rig, CLIENTS, &mut nemesis),
    ];
    let (begun, mut n_faults, mut memory) = (Instant::now(), 0, Vec::new());
    while if is_campaign() { begun.elapsed() < CAMPAIGN } else { n_faults < FAULTS } {
        let share = if is_campaign() { 1 } else { 10 };
        sleep(nemesis.within(CALM_MAX / share)).await;
        let (fault, lasting) = (nemesis.one_of(&KINDS), nemesis.within(FAULT_MAX / share));
        soak.suffer(fault, lasting).await;
        n_faults += 1;
        if begun.elapsed() > WARM_UP {
            let at = begun.elapsed().as_millis().cast_signed();
            memory.push((at, soak.memory()));
        }
    }
    let mut journal = Journal::default();
    for load in loads {
        journal.extend(load.stop().await);
    }
    check_log(&soak.rig, &journal).await;
    let open = journal.settle(&soak.rig).await;
    check(&soak.rig, &journal).await;
    assert!(journal.n_granted() > 0, "no command was granted");
    figure(
        "F48",
        &format!(
            "{n_faults} faults in {:.0?}, {} commands granted, 0 lost, 0 twice; {open} settled by a \
             retry; memory {} kB, {:+} kB a minute",
            begun.elapsed(),
            journal.n_granted(),
            soak.memory(),
            slope(&memory),
        ),
    );
}
