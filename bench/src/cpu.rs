//! Processor time and memory of other processes, from `/proc`.

use std::fs;
use std::time::Duration;

use e2e::cluster::Cluster;

/// What Linux counts processor time in, on every architecture.
const TICK: Duration = Duration::from_millis(10);

/// Of `/proc/<pid>/stat` after the name: user and system time, own and of children that have ended.
const OWN: [usize; 2] = [11, 12];
const CHILDREN: [usize; 2] = [13, 14];

/// How long a process has used a processor.
pub(crate) fn of_process(pid: u32) -> Duration {
    ticks(pid, &OWN)
}

/// How long all processes of a cluster have, those that have ended included.
pub(crate) fn of_cluster(cluster: &Cluster) -> Duration {
    let running = cluster.processes().into_iter().map(|pid| ticks(pid.unsigned_abs(), &OWN));
    running.sum::<Duration>() + ticks(cluster.postmaster().unsigned_abs(), &CHILDREN)
}

/// How many megabytes of memory a process has now.
pub(crate) fn resident_mb(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).expect("the process is there");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    kilobytes.expect("a process has memory") / 1024
}

/// The sum of some fields; nothing of a process that has just ended.
fn ticks(pid: u32, fields: &[usize]) -> Duration {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let fields_after_name: Vec<&str> =
        stat.rsplit_once(") ").map_or_else(Vec::new, |(_, rest)| rest.split(' ').collect());
    let field = |at: &usize| fields_after_name.get(*at)?.parse::<u32>().ok();
    TICK * fields.iter().filter_map(field).sum::<u32>()
}
