//! How many connections the process has file descriptors for.

/// What else the process has open: connections to PostgreSQL and Kafka, files of the log, listeners.
const OTHERS: u64 = 128;

/// The least number of connections that is useful.
const MIN: u64 = 16;

/// `wanted` connections, or fewer if the process may not open as many files. Its limit is first raised as far
/// as the system permits: on many systems it starts at 1024.
#[cfg(unix)]
pub fn connections_max(wanted: usize) -> usize {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: limit.maximum, maximum: limit.maximum };
    let current = match setrlimit(Resource::Nofile, raised) {
        Ok(()) => limit.maximum,
        Err(error) => {
            tracing::debug!(%error, "the limit of open files stays as it was");
            limit.current
        }
    };
    // No limit at all is none.
    let connections = current.map_or(wanted, |files| fitting(files, wanted));
    if connections < wanted {
        tracing::warn!(connections, "few files may be open: fewer connections are taken at once");
    }
    connections
}

/// On other systems there is no such limit.
#[cfg(not(unix))]
pub const fn connections_max(wanted: usize) -> usize {
    wanted
}

fn fitting(files: u64, wanted: usize) -> usize {
    let left = files.saturating_sub(OTHERS).max(MIN);
    usize::try_from(left).unwrap_or(usize::MAX).min(wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f42_no_more_connections_are_taken_than_there_are_descriptors_for() {
        assert_eq!(fitting(1_048_576, 4_096), 4_096);
        assert_eq!(fitting(1_024, 4_096), 896);
        assert_eq!(fitting(256, 4_096), 128);
        assert_eq!(fitting(64, 4_096), 16);
        assert!(connections_max(1) == 1);
    }
}
