//! One case of the main measurement: so many companies and connections, round by round.

use std::time::Duration;

use serde_json::{Map, Value, json};

use crate::args::Args;
use crate::baseline::{Baseline, Protocol};
use crate::connection::Request;
use crate::cpu;
use crate::load::load;
use crate::scene::BRANCHES;
use crate::stand::Stand;
use crate::stats::{Spread, ms, per_s, quantile, rounded};

/// The histogram of the number of commands per transaction.
pub(crate) const BATCHES: &str = "fastops_append_batch_commands";

/// A case and its results.
#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) tenants: usize,
    pub(crate) connections: usize,
    requests: Vec<Request>,
    rounds: Vec<Round>,
}

/// The result of a round of both sides.
#[derive(Debug)]
struct Round {
    per_s: f64,
    called: Called,
    /// The same with as many branches as one company has, if there are more companies.
    called_in_five: Option<Called>,
    placed: u64,
    unavailable: u64,
    latencies: Vec<Duration>,
    /// The mean number of commands per transaction.
    batch: f64,
    /// How long the read models took to catch up afterwards.
    behind: Duration,
    server: Duration,
    database: Duration,
}

/// The calls per second of one protocol in a round, if it was measured.
type CallsPerS = fn(&Round) -> Option<f64>;

/// The result of pgbench in a round.
#[derive(Debug, Clone, Copy, Default)]
struct Called {
    per_s: f64,
    /// The database's processor time for these calls.
    database: Duration,
    /// Without preparing its call.
    simple_per_s: f64,
}

impl Case {
    /// A case without results; `requests` are those of all companies.
    pub(crate) fn new(tenants: usize, connections: usize, requests: &[Vec<Request>]) -> Self {
        let requests = requests[..tenants].concat();
        Self { tenants, connections, requests, rounds: Vec::new() }
    }

    /// Measures both sides once, pgbench first if `baseline_first`, and pgbench with five branches
    /// at the other end. A warm-up keeps no result.
    pub(crate) async fn measure(
        &mut self,
        stand: &Stand,
        baseline: &Baseline,
        lasting: Duration,
        baseline_first: bool,
    ) {
        let call = async || self.call(stand, baseline, self.tenants * BRANCHES, lasting).await;
        let call_in_five = async || match self.tenants {
            1 => None,
            _ => Some(self.call(stand, baseline, BRANCHES, lasting).await),
        };
        let (called, called_in_five, mut round);
        if baseline_first {
            called = call().await;
            round = self.place(stand, lasting).await;
            called_in_five = call_in_five().await;
        } else {
            called_in_five = call_in_five().await;
            round = self.place(stand, lasting).await;
            called = call().await;
        }
        round.called = called;
        round.called_in_five = called_in_five;
        self.rounds.push(round);
    }

    async fn call(
        &self,
        stand: &Stand,
        baseline: &Baseline,
        n_branches: usize,
        lasting: Duration,
    ) -> Called {
        let round = |protocol| baseline.round(protocol, n_branches, self.connections, lasting);
        let before = cpu::of_cluster(&stand.cluster);
        let per_s = round(Protocol::Prepared).await;
        let database = cpu::of_cluster(&stand.cluster).saturating_sub(before);
        Called { per_s, database, simple_per_s: round(Protocol::Simple).await }
    }

    async fn place(&self, stand: &Stand, lasting: Duration) -> Round {
        let server = stand.server();
        let (commands_before, batches_before) = stand.histogram(BATCHES).await;
        let used = cpu::of_process(server.id());
        let before = cpu::of_cluster(&stand.cluster);
        let loaded = load(server.address, self.requests.clone(), self.connections, lasting).await;
        let done = tokio::time::Instant::now();
        stand.settled().await;
        let behind = done.elapsed();
        let (commands, batches) = stand.histogram(BATCHES).await;
        Round {
            per_s: per_s(loaded.placed, loaded.took),
            placed: loaded.placed,
            unavailable: loaded.unavailable,
            latencies: loaded.latencies,
            batch: (commands - commands_before) / (batches - batches_before),
            behind,
            server: cpu::of_process(server.id()).saturating_sub(used),
            database: cpu::of_cluster(&stand.cluster).saturating_sub(before),
            called: Called::default(),
            called_in_five: None,
        }
    }

    /// Removes the results; returns how many orders they counted.
    pub(crate) fn warmed_up(&mut self) -> u64 {
        self.rounds.drain(..).map(|round| round.placed).sum()
    }

    /// The number of orders placed.
    pub(crate) fn placed(&self) -> u64 {
        self.rounds.iter().map(|round| round.placed).sum()
    }

    fn spread(&self, figure: impl Fn(&Round) -> f64) -> Spread {
        Spread::of(self.rounds.iter().map(figure))
    }

    /// The ratio of orders to calls of pgbench, for each protocol.
    fn ratios(&self) -> Map<String, Value> {
        let all: [(&str, CallsPerS); 4] = [
            ("ratio", |round| Some(round.called.per_s)),
            ("ratio_simple", |round| Some(round.called.simple_per_s)),
            ("ratio_five_branches", |round| Some(round.called_in_five?.per_s)),
            ("ratio_simple_five_branches", |round| Some(round.called_in_five?.simple_per_s)),
        ];
        let mut figures = Map::new();
        for (name, per_s) in all {
            let ratios: Option<Vec<f64>> =
                self.rounds.iter().map(|round| Some(round.per_s / per_s(round)?)).collect();
            let Some(ratios) = ratios else { continue };
            let [median, min, max] = Spread::of(ratios).json(2);
            figures.insert(name.to_owned(), median);
            figures.insert(format!("{name}_min"), min);
            figures.insert(format!("{name}_max"), max);
        }
        figures
    }

    /// The figures of the case, and those of its processor time.
    pub(crate) fn figures(&self, args: &Args) -> (Value, Value) {
        let [rate, rate_min, rate_max] = self.spread(|round| round.per_s).json(0);
        let [baseline, baseline_min, baseline_max] =
            self.spread(|round| round.called.per_s).json(0);
        let mut latencies: Vec<Duration> =
            self.rounds.iter().flat_map(|round| round.latencies.iter().copied()).collect();
        let mut case = json!({
            "per_s": rate, "per_s_min": rate_min, "per_s_max": rate_max,
            "pgbench_per_s": baseline,
            "pgbench_per_s_min": baseline_min, "pgbench_per_s_max": baseline_max,
            "p50_ms": ms(quantile(&mut latencies, 500)),
            "p99_ms": ms(quantile(&mut latencies, 990)),
            "unavailable": self.rounds.iter().map(|round| round.unavailable).sum::<u64>(),
            "commands_per_commit": rounded(self.spread(|round| round.batch).median, 1),
            "read_models_behind_ms":
                rounded(self.spread(|round| round.behind.as_secs_f64() * 1e3).median, 0),
        });
        case.as_object_mut().expect("it is one").extend(self.ratios());
        let per_order = |used: fn(&Round) -> Duration, n: f64| {
            let all: Duration = self.rounds.iter().map(used).sum();
            rounded(all.as_secs_f64() * 1e6 / n, 0)
        };
        let seconds = args.lasting.as_secs_f64();
        let calls = self.rounds.iter().map(|round| round.called.per_s * seconds).sum();
        let placed = self.placed() as f64;
        let cpu = json!({
            "server_us": per_order(|round| round.server, placed),
            "database_us": per_order(|round| round.database, placed),
            "pgbench_database_us": per_order(|round| round.called.database, calls),
        });
        (case, cpu)
    }
}
