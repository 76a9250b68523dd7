//! The metrics of the writer. Their handles are looked up by name once, and not for every batch.

use metrics::{Gauge, Histogram};

use super::job::Job;

/// The handles of the writer's metrics.
pub(super) struct Figures {
    queue_commands: Gauge,
    queue_bytes: Gauge,
    batch_commands: Histogram,
    batch_bytes: Histogram,
    wait: Histogram,
}

impl Figures {
    /// Those of the installed recorder; without one they record nothing.
    pub(super) fn looked_up() -> Self {
        Self {
            queue_commands: metrics::gauge!("fastops_append_queue_commands"),
            queue_bytes: metrics::gauge!("fastops_append_queue_bytes"),
            batch_commands: metrics::histogram!("fastops_append_batch_commands"),
            batch_bytes: metrics::histogram!("fastops_append_batch_bytes"),
            wait: metrics::histogram!("fastops_append_wait_seconds"),
        }
    }

    /// So much waits to be sent.
    pub(super) fn waiting(&self, n_commands: usize, n_bytes: usize) {
        self.queue_commands.set(as_f64(n_commands));
        self.queue_bytes.set(as_f64(n_bytes));
    }

    /// A batch was sent.
    pub(super) fn sent(&self, batch: &[Job]) {
        let n_bytes = batch.iter().map(|job| job.append.size_bytes()).sum();
        self.batch_commands.record(as_f64(batch.len()));
        self.batch_bytes.record(as_f64(n_bytes));
        for job in batch {
            self.wait.record(job.queued_at.elapsed());
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "what waits is far below 2^52")]
fn as_f64(n: usize) -> f64 {
    n as f64
}
