//! Processor time and memory of other processes, from `/proc`.

use std::fs;
use std::time::Duration;

use e2e::cluster::Cluster;

/// The unit of processor time in Linux, on every architecture.
const TICK: Duration = Duration::from_millis(10);

/// The fields of `/proc/<pid>/stat` after the name: user and system time, of the process and of its
/// ended children.
const OWN: [usize; 2] = [11, 12];
const CHILDREN: [usize; 2] = [13, 14];

/// The processor time of a process.
pub(crate) fn of_process(pid: u32) -> Duration {
    ticks(pid, &OWN)
}

/// The processor time of all processes of a cluster, ended ones included.
pub(crate) fn of_cluster(cluster: &Cluster) -> Duration {
    let running = cluster.processes().into_iter().map(|pid| ticks(pid.unsigned_abs(), &OWN));
    running.sum::<Duration>() + ticks(cluster.postmaster().unsigned_abs(), &CHILDREN)
}

/// The resident memory of a process, in megabytes.
pub(crate) fn resident_mb(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).expect("the process is there");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    kilobytes.expect("a process has memory") / 1024
}

/// The sum of some fields; zero for a process that has just ended.
fn ticks(pid: u32, fields: &[usize]) -> Duration {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let fields_after_name: Vec<&str> =
        stat.rsplit_once(") ").map_or_else(Vec::new, |(_, rest)| rest.split(' ').collect());
    let field = |at: &usize| fields_after_name.get(*at)?.parse::<u32>().ok();
    TICK * fields.iter().filter_map(field).sum::<u32>()
}
