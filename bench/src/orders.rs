//! Orders over HTTP, compared with pgbench: the main measurement.

use serde_json::{Map, Value};

use crate::args::Args;
use crate::baseline::Baseline;
use crate::round::Case;
use crate::scene::Scene;
use crate::stand::{Stand, TENANTS};

const CONNECTIONS: [usize; 3] = [1, 16, 64];

/// Measures every case in every round, one after another, so that a disturbance affects all of
/// them.
pub(crate) async fn measure(stand: &Stand, scene: &Scene, args: &Args) -> Map<String, Value> {
    let requests = scene.requests(stand).await;
    let baseline = Baseline::prepare(&stand.cluster).await;
    let case = |tenants| CONNECTIONS.map(|connections| Case::new(tenants, connections, &requests));
    let mut cases: Vec<Case> = [1, TENANTS].into_iter().flat_map(case).collect();
    cases.retain(|case| {
        args.connections.is_none_or(|only| only == case.connections)
            && args.companies.is_none_or(|only| only == case.tenants)
    });

    let warm_up = std::time::Duration::from_secs(1);
    let mut placed = stand.orders().await;
    for case in &mut cases {
        case.measure(stand, &baseline, warm_up, false).await;
        placed += case.warmed_up();
    }
    for round in 1..=args.rounds {
        eprintln!("orders: round {round} of {}", args.rounds);
        for case in &mut cases {
            case.measure(stand, &baseline, args.lasting, round % 2 == 0).await;
        }
    }
    placed += cases.iter().map(Case::placed).sum::<u64>();
    assert_eq!(stand.orders().await, placed, "every order that was answered is in the log, once");
    figures(&cases, args)
}

fn figures(cases: &[Case], args: &Args) -> Map<String, Value> {
    eprintln!(
        "\ncompanies  connections  orders/s  pgbench/s  ratio (from–to)      unprepared  p50 ms  p99 ms  \
         per commit  processor µs: server, database (pgbench's)"
    );
    let mut all = Map::new();
    for case in cases {
        let (figures, cpu) = case.figures(args);
        eprintln!(
            "{:>9}  {:>11}  {:>8}  {:>9}  {:>5} ({}–{})  {:>14}  {:>6}  {:>6}  {:>10}  {}, {} ({})",
            case.tenants,
            case.connections,
            figures["per_s"],
            figures["pgbench_per_s"],
            figures["ratio"],
            figures["ratio_min"],
            figures["ratio_max"],
            figures["ratio_simple"],
            figures["p50_ms"],
            figures["p99_ms"],
            figures["commands_per_commit"],
            cpu["server_us"],
            cpu["database_us"],
            cpu["pgbench_database_us"],
        );
        if let Some(ratio) = figures.get("ratio_five_branches") {
            let unprepared = &figures["ratio_simple_five_branches"];
            eprintln!("           to pgbench in five branches: {ratio}, unprepared {unprepared}");
        }
        // The main figure is that of one company.
        let modifiers = (args.modifiers > 0).then(|| format!("_{}_modifiers", args.modifiers));
        let tenants = (case.tenants > 1).then(|| format!("_{TENANTS}_tenants"));
        let suffix: String = modifiers.into_iter().chain(tenants).collect();
        for (name, value) in [("place_order", figures), ("cpu", cpu)] {
            let cases = all.entry(format!("{name}{suffix}")).or_insert_with(|| Map::new().into());
            cases[case.connections.to_string()] = value;
        }
    }
    all
}
